package dev.byname.plugin.transfer;

import dev.byname.plugin.transfer.TransferConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.ZoneSource;
import dev.byname.query.ZoneSource.ZoneCopy;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the zones of the block's other plugins away, and tells secondaries when they change. */
final class Transfer implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Transfer.class);

  /** A secondary that is told asks back at once: our listeners must be open by then. */
  private static final long FIRST_NOTIFY_DELAY_SECONDS = 1;

  private final TransferConfig config;
  private final Notifier notifier;
  private final ScheduledExecutorService scheduler;
  private final Executor telling;
  private List<ZoneSource> sources = List.of();
  private volatile boolean closed;

  /**
   * @param telling where notifying may wait for an answer
   */
  Transfer(
      TransferConfig config,
      Notifier notifier,
      ScheduledExecutorService scheduler,
      Executor telling) {
    this.config = config;
    this.notifier = notifier;
    this.scheduler = scheduler;
    this.telling = telling;
  }

  @Override
  public String name() {
    return "transfer";
  }

  @Override
  public void meet(List<Plugin> block) {
    sources =
        block.stream().filter(ZoneSource.class::isInstance).map(ZoneSource.class::cast).toList();
    sources.forEach(source -> source.whenChanged(this::tellSecondaries));
  }

  @Override
  public void start() {
    var _ =
        scheduler.schedule(
            () ->
                sources.stream()
                    .filter(ZoneSource::tellsOfChanges)
                    .flatMap(source -> source.origins().stream())
                    .forEach(this::tellSecondaries),
            FIRST_NOTIFY_DELAY_SECONDS,
            TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    closed = true;
  }

  // Giving.

  @Override
  public Step handle(Request request, Chain chain) {
    RecordType type = request.question().type();
    boolean incremental = type.equals(RecordType.IXFR);
    if (!incremental && !type.equals(RecordType.AXFR)) {
      return Step.next(request);
    }
    if (!request.client().transport().connection()) {
      return refused("zone transfers need TCP or TLS");
    }
    DomainName name = request.question().name();
    Rule rule = config.ruleFor(name);
    if (rule == null) {
      return Step.next(request);
    }
    InetAddress client = request.client().remote().getAddress();
    if (!rule.allows(client)) {
      return refused("zone " + name + " is not for " + client.getHostAddress());
    }
    Long known = incremental ? serialOf(request.authority()) : null;
    if (incremental && known == null) {
      return Step.answer(
          new Response.Failure(Rcode.SERVFAIL, "IXFR without the SOA record that the client has"));
    }
    ZoneCopy zone = copyOf(name);
    if (zone == null) {
      return Step.next(request);
    }
    if (known != null && known == serial(zone.soa())) {
      return Step.answer(new Response.Reply(TransferMessages.answer(request, List.of(zone.soa()))));
    }
    return Step.answer(
        new Response.Transfer(
            new TransferMessages(
                request,
                zone,
                records ->
                    log.info(
                        "zone {} with serial {} given to {}: {} records",
                        name,
                        serial(zone.soa()),
                        client.getHostAddress(),
                        records))));
  }

  private static Step refused(String reason) {
    return Step.answer(new Response.Failure(Rcode.REFUSED, reason));
  }

  /** RFC 1995 section 3: the client's SOA is all there is in authority. */
  private static @Nullable Long serialOf(List<ResourceRecord> authority) {
    return authority.size() == 1 && authority.getFirst().data() instanceof SoaRdata soa
        ? soa.serial()
        : null;
  }

  private static long serial(ResourceRecord soa) {
    return soa.data() instanceof SoaRdata data ? data.serial() : 0;
  }

  private @Nullable ZoneCopy copyOf(DomainName origin) {
    for (ZoneSource source : sources) {
      ZoneCopy copy = source.copyOf(origin);
      if (copy != null) {
        return copy;
      }
    }
    return null;
  }

  // Telling.

  private void tellSecondaries(DomainName origin) {
    Rule rule = config.ruleFor(origin);
    ZoneCopy zone = copyOf(origin);
    if (rule == null || zone == null || closed) {
      return;
    }
    for (InetSocketAddress secondary : rule.notified()) {
      try {
        telling.execute(() -> tell(zone.soa(), secondary, rule.source()));
      } catch (RejectedExecutionException stopped) {
        return;
      }
    }
  }

  private void tell(ResourceRecord soa, InetSocketAddress secondary, @Nullable InetAddress source) {
    String why = notifier.tell(soa, secondary, source);
    if (!why.isEmpty() && !closed) {
      log.warn(
          "zone {}: {} could not be told of serial {}: {}",
          soa.owner(),
          secondary,
          serial(soa),
          why);
    }
  }
}
