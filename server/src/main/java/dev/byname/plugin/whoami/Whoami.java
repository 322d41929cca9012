package dev.byname.plugin.whoami;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.List;

/** Answers with the client's address and port in the additional section. */
final class Whoami implements Plugin {
  @Override
  public String name() {
    return "whoami";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    DomainName name = request.question().name();
    byte[] address = request.client().remote().getAddress().getAddress();
    List<ResourceRecord> additional = new ArrayList<>();
    additional.add(
        ResourceRecord.in(
            name,
            address.length == 4 ? RecordType.A : RecordType.AAAA,
            0,
            new AddressRdata(address)));
    DomainName owner = DomainName.of("_" + request.client().transport().proto()).concat(name);
    if (owner != null) {
      additional.add(
          ResourceRecord.in(
              owner,
              RecordType.SRV,
              0,
              new SrvRdata(0, 0, request.client().remote().getPort(), DomainName.ROOT)));
    }
    return Step.answer(
        new Response.Reply(
            new Message(
                request.id(),
                Header.QR | Header.AA | (request.flags() & (Header.RD | Header.CD)),
                Rcode.NOERROR,
                request.question(),
                List.of(),
                List.of(),
                additional,
                null)));
  }
}
