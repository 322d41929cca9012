package dev.byname.source.kubernetes;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Time and chance, handed in.
 *
 * @param clock the wall clock, compared with the API server's timestamps
 * @param nanoTime a clock that never goes back, as {@link System#nanoTime}
 * @param scheduler runs short tasks later; it is not ours to close
 * @param random spreads pauses, so that replicas do not return in step; used by several threads
 */
public record Timing(
    InstantSource clock,
    LongSupplier nanoTime,
    ScheduledExecutorService scheduler,
    RandomGenerator random) {

  /** Waits; ends early only by interruption. */
  void pause(Duration duration) throws InterruptedException {
    if (duration.isZero() || duration.isNegative()) {
      return;
    }
    var over = new CountDownLatch(1);
    var alarm = scheduler.schedule(over::countDown, duration.toNanos(), TimeUnit.NANOSECONDS);
    try {
      over.await();
    } finally {
      alarm.cancel(false);
    }
  }

  /** Between the duration and {@code 1 + share} times it. */
  Duration stretched(Duration duration, double share) {
    return duration.plusNanos((long) (duration.toNanos() * share * random.nextDouble()));
  }
}
