package dev.byname.plugin.forward;

import dev.byname.plugin.forward.UpstreamTransport.Via;
import dev.byname.query.Response;
import dev.byname.query.Response.ExtendedError;
import dev.byname.rdata.RecordType;
import dev.byname.wire.Rcode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One question on its way through the upstreams, until one answers or there is no hope left.
 *
 * <p>Two loops: the outer goes from upstream to upstream ({@link #tryNext}); the inner stays with
 * one, which may be asked again over TCP, without EDNS, or in plain case ({@link #ask}). Runs on
 * whatever thread the last reply came on, one step at a time.
 */
final class Lookup {
  /** After this the client has asked again anyway; as CoreDNS. */
  static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Between two rounds through all upstreams: where all of them refuse at once, the second round
   * should not follow within the same microsecond.
   */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** With one upstream: UDP, then TCP, each perhaps again without EDNS. */
  private static final int STEPS_PER_UPSTREAM_MAX = 4;

  private final ForwardConfig config;
  private final UpstreamTransport transport;
  private final ForwardObserver observer;
  private final ScheduledExecutorService scheduler;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;

  private final UpstreamQuery query;
  private final Via firstVia;
  private final List<Upstream> order;
  private final long deadlineNanos;
  private final int attemptsMax;

  private int position;
  private int skipped;
  private int attempts;
  private int failovers;
  private String failure = "no upstream is left to ask";
  private String lastUpstream = "";

  /** An answer with a failover rcode: better than none. */
  private @Nullable Outcome lastResort;

  final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  /**
   * Prepares a lookup.
   *
   * @param overStream whether the client came over a stream
   * @param excluded labels of upstreams that are not asked, separated by blanks
   */
  Lookup(
      ForwardConfig config,
      UpstreamSet set,
      UpstreamTransport transport,
      ForwardObserver observer,
      ScheduledExecutorService scheduler,
      RandomGenerator random,
      LongSupplier nanoTime,
      UpstreamQuery query,
      boolean overStream,
      String excluded) {
    this.config = config;
    this.transport = transport;
    this.observer = observer;
    this.scheduler = scheduler;
    this.random = random;
    this.nanoTime = nanoTime;
    this.query = query;
    // A client that comes over TCP mostly does so because the answer is too long for UDP.
    firstVia = config.forceTcp() || (overStream && !config.preferUdp()) ? Via.STREAM : Via.UDP;
    order = set.inOrder(excluded);
    deadlineNanos = nanoTime.getAsLong() + DEADLINE_NANOS;
    Integer configured = config.maxConnectAttempts();
    attemptsMax = configured == null ? 2 * order.size() : configured;
  }

  void start() {
    step(this::tryNext);
  }

  /** A bug must not leave the client, and all who wait for the same answer, without one. */
  private void step(Runnable part) {
    try {
      part.run();
    } catch (RuntimeException bug) {
      outcome.completeExceptionally(bug);
    }
  }

  private void tryNext() {
    while (nanoTime.getAsLong() - deadlineNanos < 0
        && (attemptsMax == 0 || attempts < attemptsMax)
        && !order.isEmpty()) {
      if (position == order.size()) {
        position = 0;
        skipped = 0;
        if (attempts > 0) {
          var _ = scheduler.schedule(() -> step(this::tryNext), PAUSE_NANOS, TimeUnit.NANOSECONDS);
          return;
        }
      }
      Upstream upstream = order.get(position++);
      if (upstream.down()) {
        if (++skipped < order.size()) {
          continue;
        }
        observer.allUnhealthy();
        if (config.failfast()) {
          failure = "all upstreams are down";
          break;
        }
        // Health checking itself may be what is broken: anyone is better than no one.
        upstream = order.get(random.nextInt(order.size()));
      }
      lastUpstream = upstream.label();
      Via via = upstream.address.tls() ? Via.STREAM : firstVia;
      ask(upstream, via, upstream.takesEdns(), null, 1);
      return;
    }
    fail();
  }

  /**
   * Asks one upstream.
   *
   * @param fallback a truncated answer, should TCP bring nothing better
   */
  private void ask(
      Upstream upstream,
      Via via,
      boolean edns,
      UpstreamReply.@Nullable Truncated fallback,
      int steps) {
    long sent = nanoTime.getAsLong();
    transport
        .ask(
            upstream.address,
            query,
            via,
            edns,
            upstream.keepsCase(),
            config.readTimeout().toNanos())
        .whenComplete((reply, bug) -> {
          if (reply == null) {
            outcome.completeExceptionally(
                bug == null ? new IllegalStateException("no reply") : bug);
          } else {
            step(() -> take(upstream, via, edns, fallback, steps, reply, sent));
          }
        });
  }

  private void take(
      Upstream upstream,
      Via via,
      boolean edns,
      UpstreamReply.@Nullable Truncated fallback,
      int steps,
      UpstreamReply reply,
      long sentNanos) {
    boolean again = steps < STEPS_PER_UPSTREAM_MAX;
    switch (reply) {
      case UpstreamReply.Answered answer -> {
        if (via == Via.UDP) {
          upstream.answeredInCase(true);
        }
        if (!edns && answer.rcode() != Rcode.FORMERR && answer.rcode() != Rcode.NOTIMP) {
          upstream.refusesEdns(); // it minded the OPT record, not the question
        }
        answered(upstream, answer.rcode(), sentNanos);
        finish(upstream, answer.message(), answer.rcode(), answer.noData());
      }
      case UpstreamReply.Truncated truncated -> {
        if (via == Via.UDP && again) {
          ask(upstream, Via.STREAM, edns, truncated, steps + 1);
        } else {
          useTruncated(upstream, truncated);
        }
      }
      case UpstreamReply.EdnsRefused refused -> {
        if (again) {
          ask(upstream, via, false, fallback, steps + 1);
        } else {
          answered(upstream, refused.rcode(), sentNanos);
          finish(upstream, refused.message(), refused.rcode(), false);
        }
      }
      case UpstreamReply.CaseLost() -> {
        upstream.answeredInCase(false);
        ask(upstream, Via.STREAM, edns, fallback, steps + 1); // where case does not count
      }
      case UpstreamReply.Unusable unusable -> {
        observer.unusable(upstream.label());
        if (via == Via.UDP && again) {
          ask(upstream, Via.STREAM, edns, fallback, steps + 1);
        } else {
          giveUpOn(upstream, fallback, unusable.why(), false);
        }
      }
      case UpstreamReply.Failed failed ->
          // It did answer over UDP when there is something to fall back to.
          giveUpOn(upstream, fallback, failed.why(), fallback == null && steps == 1);
    }
  }

  private void answered(Upstream upstream, int rcode, long sentNanos) {
    observer.answered(upstream.label(), rcode, nanoTime.getAsLong() - sentNanos);
  }

  private void finish(Upstream upstream, byte[] message, int rcode, boolean noData) {
    var answer = new Outcome(new Response.Wire(message), rcode, noData, upstream.label());
    if (config.failoverRcodes().contains(rcode) && ++failovers < order.size()) {
      lastResort = answer;
      tryNext();
      return;
    }
    outcome.complete(answer);
  }

  /** TC stays set: the client learns that there is more, and that it could not be had. */
  private void useTruncated(Upstream upstream, UpstreamReply.Truncated truncated) {
    outcome.complete(
        new Outcome(
            new Response.Wire(truncated.message()), Rcode.NOERROR, false, upstream.label()));
  }

  private void giveUpOn(
      Upstream upstream,
      UpstreamReply.@Nullable Truncated fallback,
      String why,
      boolean suspicious) {
    if (fallback != null) {
      useTruncated(upstream, fallback);
      return;
    }
    failure = upstream.label() + ": " + why;
    if (suspicious) {
      upstream.suspect();
    }
    attempts++;
    tryNext();
  }

  private void fail() {
    if (lastResort != null) {
      outcome.complete(lastResort);
      return;
    }
    String asked = query.name() + " " + RecordType.of(query.type()) + ": ";
    outcome.complete(
        new Outcome(
            new Response.Failure(
                Rcode.SERVFAIL,
                asked + failure,
                new ExtendedError(ExtendedError.NO_REACHABLE_AUTHORITY, "")),
            -1,
            false,
            lastUpstream));
  }
}
