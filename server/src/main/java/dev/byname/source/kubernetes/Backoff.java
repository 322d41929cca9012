package dev.byname.source.kubernetes;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pauses of one reader after failures: doubling, each shortened by a random part of its second
 * half, so that replicas that lost the same server do not come back to it in the same moment. Used
 * by one thread.
 */
final class Backoff {
  private final Duration min;
  private final Duration max;
  private final RandomGenerator random;
  private Duration next;

  Backoff(Duration min, Duration max, RandomGenerator random) {
    this.min = min;
    this.max = max;
    this.random = random;
    next = min;
  }

  /**
   * @param atLeast what the server asked for ({@code Retry-After}); zero for nothing
   */
  Duration next(Duration atLeast) {
    Duration full = next;
    next = full.multipliedBy(2).compareTo(max) > 0 ? max : full.multipliedBy(2);
    long half = full.toNanos() / 2;
    Duration jittered = Duration.ofNanos(half + (long) (half * random.nextDouble()));
    // Never before the server wishes, and even then not all in the same moment.
    return jittered.compareTo(atLeast) < 0 ? atLeast.plus(jittered) : jittered;
  }

  /** Something went well. */
  void reset() {
    next = min;
  }
}
