package dev.byname.source.etcd;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is left of the leases of mirrored keys.
 *
 * <p>A watch does not tell when a lease is kept alive, so each lease is asked for when it is first
 * met and then from time to time. What is left is counted down in between: being kept alive can
 * only make it more, so what we say is never more than the truth, and a client's cache does not
 * outlive the lease. Keys whose lease ends are removed by the watch.
 *
 * <p>Changed by the scheduler's thread, read by any.
 */
final class LeaseTimes implements AutoCloseable {
  static final Duration ASK_INTERVAL = Duration.ofSeconds(15);

  /** Leases asked for in one round; with more, each has its turn more seldom. */
  static final int ASKED_MAX = 500;

  private static final class Lease {
    int keys;
    int round;
    volatile long endsEpochMillis;
  }

  private final EtcdMirror mirror;
  private final ScheduledExecutorService scheduler;
  private final InstantSource clock;
  private final Map<Long, Lease> leases = new ConcurrentHashMap<>();
  private final Map<String, Long> leaseOfKey = new HashMap<>();
  private int round;
  private volatile boolean closed;
  private volatile @Nullable Future<?> timer;

  LeaseTimes(EtcdMirror mirror, ScheduledExecutorService scheduler, InstantSource clock) {
    this.mirror = mirror;
    this.scheduler = scheduler;
    this.clock = clock;
  }

  void start() {
    timer =
        scheduler.scheduleWithFixedDelay(
            this::askAgain, ASK_INTERVAL.toNanos(), ASK_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * A key now has this lease.
   *
   * @param leaseId 0 for none
   */
  void uses(String key, long leaseId) {
    Long before = leaseId == 0 ? leaseOfKey.remove(key) : leaseOfKey.put(key, leaseId);
    if (before != null && before == leaseId) {
      return;
    }
    if (before != null) {
      var lease = leases.get(before);
      if (lease != null && --lease.keys == 0) {
        leases.remove(before);
      }
    }
    if (leaseId != 0) {
      var lease = leases.computeIfAbsent(leaseId, _ -> new Lease());
      if (lease.keys++ == 0) {
        lease.round = round;
        ask(leaseId, lease);
      }
    }
  }

  /** Seconds; 0 when not known. */
  long secondsOf(long leaseId) {
    var lease = leases.get(leaseId);
    if (lease == null || lease.endsEpochMillis == 0) {
      return 0;
    }
    // A lease that has ended takes its keys with it; until then it has its least time.
    return Math.max(1, (lease.endsEpochMillis - clock.millis()) / 1000);
  }

  @Override
  public void close() {
    closed = true;
    var running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }

  private void askAgain() {
    var due = new ArrayList<Map.Entry<Long, Lease>>();
    for (var entry : leases.entrySet()) {
      if (entry.getValue().round != round && due.size() < ASKED_MAX) {
        due.add(entry);
      }
    }
    if (due.isEmpty()) {
      round++; // each has had its turn
      return;
    }
    for (var entry : due) {
      entry.getValue().round = round;
      ask(entry.getKey(), entry.getValue());
    }
  }

  private void ask(long leaseId, Lease lease) {
    if (closed) {
      return;
    }
    long askedMillis = clock.millis();
    mirror.leaseSeconds(
        leaseId,
        seconds -> {
          if (seconds > 0) {
            lease.endsEpochMillis = askedMillis + seconds * 1000;
          }
        });
  }
}
