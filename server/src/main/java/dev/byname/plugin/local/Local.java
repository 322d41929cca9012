package dev.byname.plugin.local;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers for names that mean this machine, so that nobody else is asked for them. */
final class Local implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Local.class);

  static final DomainName LOCALHOST = DomainName.of("localhost.");
  private static final DomainName LOOPBACK_REVERSE = DomainName.of("1.0.0.127.in-addr.arpa.");

  static final List<DomainName> ZONES =
      List.of(
          LOCALHOST,
          DomainName.of("0.in-addr.arpa."),
          DomainName.of("127.in-addr.arpa."),
          DomainName.of("255.in-addr.arpa."));

  private static final int TTL_SECONDS = 604_800;
  private static final byte[] V4_LOOPBACK = {127, 0, 0, 1};
  private static final byte[] V6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  private final LocalConfig config;
  private final LocalObserver observer;

  Local(LocalConfig config, LocalObserver observer) {
    this.config = config;
    this.observer = observer;
  }

  @Override
  public String name() {
    return "local";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    DomainName name = request.question().name();
    RecordType type = request.question().type();
    boolean below = name.labelCount() > 1 && name.isSubdomainOf(LOCALHOST);
    boolean before =
        config.localhostPrefix() && name.labelCount() > 1 && name.firstLabels(1).equals(LOCALHOST);
    if (below || before) {
      observer.localhost();
      log.debug("{} {} from {} is answered here", name, type, request.client().remote());
      return Step.answer(loopback(request));
    }
    Optional<DomainName> zone = ZONES.stream().filter(name::isSubdomainOf).findFirst();
    return zone.isEmpty() ? Step.next(request) : Step.answer(inZone(request, zone.get()));
  }

  /** A and AAAA of the loopback interface (RFC 6761 section 6.3). */
  private static Response loopback(Request request) {
    RecordType type = request.question().type();
    if (type.equals(RecordType.A)) {
      return data(request, new AddressRdata(V4_LOOPBACK));
    }
    return type.equals(RecordType.AAAA)
        ? data(request, new AddressRdata(V6_LOOPBACK))
        : denial(request, Rcode.NOERROR, request.question().name());
  }

  private static Response inZone(Request request, DomainName zone) {
    DomainName name = request.question().name();
    RecordType type = request.question().type();
    if (name.equals(zone)) {
      if (type.equals(RecordType.SOA)) {
        return data(request, soa());
      }
      if (type.equals(RecordType.NS)) {
        return data(request, new NameRdata(LOCALHOST, true));
      }
      return zone.equals(LOCALHOST) ? loopback(request) : denial(request, Rcode.NOERROR, name);
    }
    // In the client's spelling, as everything that answers a question.
    DomainName apex = name.withoutFirst(name.labelCount() - zone.labelCount());
    if (!name.equals(LOOPBACK_REVERSE)) {
      return denial(request, Rcode.NXDOMAIN, apex);
    }
    return type.equals(RecordType.PTR)
        ? data(request, new NameRdata(LOCALHOST, true))
        : denial(request, Rcode.NOERROR, apex);
  }

  private static Rdata soa() {
    return new SoaRdata(LOCALHOST, DomainName.of("root.localhost."), 1, 0, 0, 0, TTL_SECONDS);
  }

  private static Response data(Request request, Rdata data) {
    return reply(
        request,
        Rcode.NOERROR,
        List.of(
            ResourceRecord.in(
                request.question().name(), request.question().type(), TTL_SECONDS, data)),
        List.of());
  }

  private static Response denial(Request request, int rcode, DomainName owner) {
    return reply(
        request,
        rcode,
        List.of(),
        List.of(ResourceRecord.in(owner, RecordType.SOA, TTL_SECONDS, soa())));
  }

  private static Response reply(
      Request request, int rcode, List<ResourceRecord> answer, List<ResourceRecord> authority) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | (request.flags() & (Header.RD | Header.CD)),
            rcode,
            request.question(),
            answer,
            authority,
            List.of(),
            null));
  }
}
