package dev.byname.testkit;

import dev.byname.query.Client;
import dev.byname.query.Request;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queries as clients send them. */
public final class Requests {
  private Requests() {}

  /** For the address of a name. */
  public static Request of(String name) {
    return of(name, RecordType.A);
  }

  public static Request of(String name, RecordType type) {
    return of(name, type, Header.RD, null, Transport.UDP);
  }

  public static Request of(
      String name, RecordType type, int flags, @Nullable Edns edns, Transport transport) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5353);
    return new Request(
        4711,
        flags,
        new Question(DomainName.of(name), type, RecordTypes.CLASS_IN),
        ".",
        edns,
        List.of(),
        new byte[0],
        new Client(transport, address, address),
        new Request.Metadata(),
        0);
  }
}
