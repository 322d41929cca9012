package dev.byname.plugin.forward;

import dev.byname.plugin.forward.UpstreamTransport.Via;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that we ask, and what we know about it. It is healthy until a query fails; then health
 * checks run until one is answered. Safe for all threads.
 */
final class Upstream {
  private static final Logger log = LoggerFactory.getLogger(Upstream.class);

  private static final long CHECK_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** One might be forged; so many in a row, with no right one between them, are the upstream's. */
  private static final int CASE_LOST_MAX = 3;

  /** After this, an upstream that did not know EDNS is asked with it again: it may be a new one. */
  private static final long EDNS_RETRY_NANOS = TimeUnit.MINUTES.toNanos(15);

  final UpstreamAddress address;
  private final HealthCheck check;
  private final UpstreamTransport transport;
  private final ScheduledExecutorService scheduler;
  private final LongSupplier nanoTime;
  private final ForwardObserver observer;

  /** Health checks that failed since the last answer to one. */
  private final AtomicInteger fails = new AtomicInteger();

  private final AtomicBoolean checking = new AtomicBoolean();
  private volatile boolean closed;

  private volatile boolean keepsCase = true;
  private final AtomicInteger caseLost = new AtomicInteger();

  private volatile boolean ednsRefused;
  private volatile long ednsRefusedNanos;

  /**
   * What a health check asks.
   *
   * @param intervalNanos between two checks while an upstream does not answer; 0: no checks
   * @param maxFails failed checks in a row after which it counts as down; 0: never
   */
  record HealthCheck(
      long intervalNanos, int maxFails, boolean recursionDesired, DomainName domain, boolean tcp) {
    boolean enabled() {
      return intervalNanos > 0 && maxFails > 0;
    }
  }

  Upstream(
      UpstreamAddress address,
      HealthCheck check,
      UpstreamTransport transport,
      ScheduledExecutorService scheduler,
      LongSupplier nanoTime,
      ForwardObserver observer) {
    this.address = address;
    this.check = check;
    this.transport = transport;
    this.scheduler = scheduler;
    this.nanoTime = nanoTime;
    this.observer = observer;
  }

  String label() {
    return address.label();
  }

  /** More checks failed than allowed: others are asked first. */
  boolean down() {
    return check.enabled() && fails.get() > check.maxFails();
  }

  boolean keepsCase() {
    return keepsCase;
  }

  /**
   * It answered over UDP.
   *
   * @param inSameCase whether the question came back as it was asked
   */
  void answeredInCase(boolean inSameCase) {
    if (inSameCase) {
      if (caseLost.get() > 0) {
        caseLost.set(0);
      }
    } else if (caseLost.incrementAndGet() == CASE_LOST_MAX) {
      keepsCase = false;
      log.info("upstream {} changes the case of names; asked in plain case from now on", label());
    }
  }

  boolean takesEdns() {
    return !ednsRefused || nanoTime.getAsLong() - ednsRefusedNanos > EDNS_RETRY_NANOS;
  }

  void refusesEdns() {
    ednsRefusedNanos = nanoTime.getAsLong();
    ednsRefused = true;
  }

  /**
   * A query failed: finds out whether the upstream is at fault, unless that is going on already.
   */
  void suspect() {
    if (check.enabled() && !closed && checking.compareAndSet(false, true)) {
      ask();
    }
  }

  private void ask() {
    var query =
        new UpstreamQuery(
            check.domain(),
            RecordTypes.NS,
            RecordTypes.CLASS_IN,
            check.recursionDesired() ? Header.RD : 0,
            false,
            List.of());
    Via via = check.tcp() || address.tls() ? Via.STREAM : Via.UDP;
    transport
        .ask(address, query, via, false, false, CHECK_TIMEOUT_NANOS)
        .whenComplete((reply, bug) -> {
          if (reply == null || reply instanceof UpstreamReply.Failed) {
            failed(reply instanceof UpstreamReply.Failed failure ? failure.why() : "error");
          } else {
            alive(); // anything that comes back is a sign of life, REFUSED too
          }
        });
  }

  private void failed(String why) {
    observer.healthCheckFailed(label());
    if (fails.incrementAndGet() == check.maxFails() + 1) {
      log.warn("upstream {} is down: {}", label(), why);
    }
    if (closed) {
      checking.set(false);
    } else {
      var _ = scheduler.schedule(this::ask, check.intervalNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void alive() {
    if (fails.getAndSet(0) > check.maxFails()) {
      log.info("upstream {} is up again", label());
    }
    checking.set(false);
  }

  /** Ends its health checks. */
  void close() {
    closed = true;
  }
}
