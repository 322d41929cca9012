package dev.byname.plugin.forward;

import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Response.ExtendedError;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** One {@code forward} directive at work. */
final class Forwarder implements AutoCloseable {
  /** Upstreams that lead back here, separated by blanks: what {@code loop} found out. */
  static final String LOOP_EXCLUDED = "loop/excluded";

  private final ForwardConfig config;
  private final UpstreamTransport transport;
  private final UpstreamSet upstreams;
  private final ForwardObserver observer;
  private final ScheduledExecutorService scheduler;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;

  /**
   * A question is asked once however many clients wait for it; that also takes the birthday attack
   * from who would forge answers (RFC 5452 section 5). Bounded by {@code maxConcurrent}.
   */
  private final ConcurrentHashMap<UpstreamQuery, CompletableFuture<Outcome>> inFlight =
      new ConcurrentHashMap<>();

  private final AtomicInteger waiting = new AtomicInteger();

  Forwarder(
      ForwardConfig config,
      UpstreamTransport transport,
      ForwardObserver observer,
      ScheduledExecutorService scheduler,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.config = config;
    this.transport = transport;
    this.observer = observer;
    this.scheduler = scheduler;
    this.random = random;
    this.nanoTime = nanoTime;
    var check =
        new Upstream.HealthCheck(
            config.healthCheckInterval().toNanos(),
            config.maxFails(),
            config.healthCheckRecursion(),
            config.healthCheckDomain(),
            config.forceTcp());
    upstreams =
        new UpstreamSet(
            config,
            address -> new Upstream(address, check, transport, scheduler, nanoTime, observer),
            transport::forget,
            random);
  }

  void start() {
    upstreams.start(scheduler);
  }

  boolean matches(DomainName name) {
    return config.matches(name);
  }

  /** Whether an outcome like this one is for the next {@code forward} of the block. */
  boolean handsOn(Outcome outcome) {
    return config.nextRcodes().contains(outcome.rcode())
        || (config.nextOnNoData() && outcome.noData());
  }

  CompletionStage<Outcome> ask(Request request) {
    if (waiting.incrementAndGet() > config.maxConcurrent()) {
      waiting.decrementAndGet();
      observer.rejected();
      return CompletableFuture.completedFuture(
          new Outcome(
              new Response.Failure(
                  Rcode.REFUSED,
                  "more than " + config.maxConcurrent() + " queries wait for upstreams",
                  new ExtendedError(ExtendedError.PROHIBITED, "too many queries")),
              -1,
              false,
              ""));
    }
    var query = UpstreamQuery.of(request);
    var mine = new CompletableFuture<Outcome>();
    var others = inFlight.putIfAbsent(query, mine);
    if (others != null) {
      observer.coalesced();
    } else {
      lookUp(query, request, mine);
    }
    return (others != null ? others : mine).whenComplete((_, _) -> waiting.decrementAndGet());
  }

  private void lookUp(UpstreamQuery query, Request request, CompletableFuture<Outcome> result) {
    var lookup =
        new Lookup(
            config,
            upstreams,
            transport,
            observer,
            scheduler,
            random,
            nanoTime,
            query,
            request.client().transport().stream(),
            request.metadata().get(LOOP_EXCLUDED));
    // Completing a future does not throw, so nothing is lost with the one that is ignored.
    var _ =
        lookup.outcome.whenComplete((outcome, bug) -> {
          inFlight.remove(query, result); // first: who comes now gets a fresh answer
          if (bug != null) {
            result.completeExceptionally(bug);
          } else {
            result.complete(outcome);
          }
        });
    lookup.start();
  }

  /** Queries that wait still get their answers. */
  @Override
  public void close() {
    upstreams.close();
    transport.close();
  }
}
