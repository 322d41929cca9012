package dev.byname.plugin.file;

import dev.byname.plugin.file.FileConfig.ZoneFile;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.ZoneSource;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers with authority from zone files. */
final class FilePlugin implements Plugin, ZoneSource {
  private final List<ServedZone> zones = new ArrayList<>();
  private final ScheduledExecutorService scheduler;
  private final Executor reading;
  private final List<Consumer<DomainName>> listeners = new CopyOnWriteArrayList<>();
  private final List<ScheduledFuture<?>> looks = new ArrayList<>();

  /**
   * @param reading where files are read: parsing a large zone takes seconds, which are not the
   *     scheduler's
   */
  FilePlugin(FileConfig config, ScheduledExecutorService scheduler, Executor reading) {
    this.scheduler = scheduler;
    this.reading = reading;
    for (ZoneFile zone : config.zones()) {
      zones.add(new ServedZone(zone, this::changed));
    }
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public void start() {
    for (ServedZone zone : zones) {
      long period = zone.config().reload().toNanos();
      if (period > 0) {
        looks.add(
            scheduler.scheduleWithFixedDelay(
                () -> reading.execute(zone::look), period, period, TimeUnit.NANOSECONDS));
      }
    }
  }

  @Override
  public void close() {
    looks.forEach(look -> look.cancel(false));
  }

  private void changed(DomainName origin) {
    listeners.forEach(listener -> listener.accept(origin));
  }

  @Override
  public boolean tellsOfChanges() {
    return true;
  }

  @Override
  public void whenChanged(Consumer<DomainName> listener) {
    listeners.add(listener);
  }

  @Override
  public List<DomainName> origins() {
    return zones.stream().map(zone -> zone.config().origin()).toList();
  }

  @Override
  public @Nullable ZoneCopy copyOf(DomainName origin) {
    for (ServedZone served : zones) {
      Zone zone = served.zone();
      if (zone != null && zone.origin().equals(origin)) {
        return new ZoneCopy(zone.soa(), zone.recordsBehindSoa().iterator());
      }
    }
    return null;
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    ServedZone served = zoneOf(question.name());
    if (served == null || question.queryClass() != RecordTypes.CLASS_IN) {
      return Step.next(request);
    }
    int type = question.type().value();
    if (type == RecordTypes.AXFR || type == RecordTypes.IXFR) {
      return failure(Rcode.REFUSED, "zone transfer without the transfer plugin");
    }
    Zone zone = served.zone();
    if (zone == null) {
      return failure(Rcode.SERVFAIL, served.config().file() + " has not been there yet");
    }
    Found found = new ZoneLookup(zone, question.type(), request.dnssecOk()).find(question.name());
    return switch (found) {
      case Found.Records(var answer, var authority, var additional) ->
          reply(request, Header.AA, Rcode.NOERROR, answer, authority, additional);
      case Found.NoData(var answer, var authority, boolean emptyNonTerminal) ->
          // As CoreDNS, an empty non-terminal may fall through as well: its name is in no file.
          emptyNonTerminal && answer.isEmpty() && fallsThrough(served, question.name())
              ? Step.next(request)
              : reply(request, Header.AA, Rcode.NOERROR, answer, authority, List.of());
      case Found.NxDomain(var authority) ->
          fallsThrough(served, question.name())
              ? Step.next(request)
              : reply(request, Header.AA, Rcode.NXDOMAIN, List.of(), authority, List.of());
      // Of its aliases it is the authority, of what the child zone has it is not.
      case Found.Referral(var answer, var authority, var additional) ->
          reply(
              request,
              answer.isEmpty() ? 0 : Header.AA,
              Rcode.NOERROR,
              answer,
              authority,
              additional);
      case Found.Elsewhere(var aliases, DomainName target) ->
          elsewhere(request, chain, zone, aliases, target);
      case Found.TooLong(var answer) ->
          reply(request, Header.AA, Rcode.YXDOMAIN, answer, List.of(), List.of());
    };
  }

  private @Nullable ServedZone zoneOf(DomainName name) {
    ServedZone best = null;
    for (ServedZone zone : zones) {
      DomainName origin = zone.config().origin();
      if (name.isSubdomainOf(origin)
          && (best == null || origin.labelCount() > best.config().origin().labelCount())) {
        best = zone;
      }
    }
    return best;
  }

  private static boolean fallsThrough(ServedZone zone, DomainName name) {
    return zone.fallThrough().stream().anyMatch(name::isSubdomainOf);
  }

  /** The server as a whole is asked for the target, which may belong to any of its blocks. */
  private static Step elsewhere(
      Request request, Chain chain, Zone zone, List<ResourceRecord> aliases, DomainName target) {
    Question question = request.question();
    var next = new Question(target, question.type(), RecordTypes.CLASS_IN);
    return new Step.Pending(
        chain
            .server(request.asking(next))
            .thenApply(response -> withTarget(request, zone, aliases, response)));
  }

  /** The rcode is that of the last name (RFC 6604 section 3), the authority is this zone's. */
  private static Response withTarget(
      Request request, Zone zone, List<ResourceRecord> aliases, Response response) {
    Message found =
        switch (response) {
          case Response.Reply(Message reply) -> reply;
          case Response.Wire wire -> wire.read();
          case Response.Failure failure -> failed(request, failure.rcode());
          case Response.Transfer _, Response.NoReply _ -> failed(request, Rcode.SERVFAIL);
        };
    int rcode = found == null ? Rcode.SERVFAIL : found.rcode();
    boolean negative =
        rcode == Rcode.NXDOMAIN
            || (rcode == Rcode.NOERROR && found != null && found.answer().isEmpty());
    if (rcode != Rcode.NXDOMAIN && rcode != Rcode.SERVFAIL) {
      rcode = Rcode.NOERROR; // as CoreDNS: what an upstream refuses leaves the alias alone
    }
    var answer = new ArrayList<>(aliases);
    int truncated = 0;
    if (found != null) {
      answer.addAll(found.answer());
      truncated = found.flags() & Header.TC;
    }
    boolean dnssec = request.dnssecOk();
    List<ResourceRecord> authority =
        rcode == Rcode.SERVFAIL
            ? List.of()
            : negative ? zone.negativeSoa(dnssec) : zone.apex().of(RecordType.NS, dnssec);
    return message(request, Header.AA | truncated, rcode, answer, authority, List.of());
  }

  private static Message failed(Request request, int rcode) {
    return new Message(0, 0, rcode, request.question(), List.of(), List.of(), List.of(), null);
  }

  private static Step failure(int rcode, String reason) {
    return Step.answer(new Response.Failure(rcode, reason));
  }

  private static Step reply(
      Request request,
      int flags,
      int rcode,
      List<ResourceRecord> answer,
      List<ResourceRecord> authority,
      List<ResourceRecord> additional) {
    return Step.answer(message(request, flags, rcode, answer, authority, additional));
  }

  private static Response message(
      Request request,
      int flags,
      int rcode,
      List<ResourceRecord> answer,
      List<ResourceRecord> authority,
      List<ResourceRecord> additional) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | flags | (request.flags() & (Header.RD | Header.CD)),
            rcode,
            request.question(),
            answer,
            authority,
            additional,
            null));
  }
}
