package dev.byname.source.kubernetes;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * {@code apiserver_qps}, {@code apiserver_burst} and {@code apiserver_max_inflight}: a token bucket
 * for starting requests and a count of those whose answer has not begun. Who finds them used up
 * waits its turn.
 */
final class RequestLimits {
  private final Timing timing;
  private final long nanosPerRequest;
  private final long burstNanos;
  private final Semaphore inFlight;

  /** The moment up to which the bucket's tokens are spent; may lie ahead of now. */
  private long spentUntilNanos;

  /**
   * @param inFlightMax 0 for no limit
   */
  RequestLimits(double requestsPerSecond, int burst, int inFlightMax, Timing timing) {
    this.timing = timing;
    nanosPerRequest = (long) (1e9 / requestsPerSecond);
    burstNanos = nanosPerRequest * burst;
    inFlight = new Semaphore(inFlightMax == 0 ? Integer.MAX_VALUE : inFlightMax, true);
    spentUntilNanos = timing.nanoTime().getAsLong() - burstNanos;
  }

  /** Returns when a request may be sent; {@link #answered} must follow. */
  void acquire() throws InterruptedException {
    timing.pause(reserve());
    inFlight.acquire();
  }

  /** The answer has begun, or there will be none. */
  void answered() {
    inFlight.release();
  }

  private synchronized Duration reserve() {
    long now = timing.nanoTime().getAsLong();
    if (now - spentUntilNanos > burstNanos) {
      spentUntilNanos = now - burstNanos;
    }
    spentUntilNanos += nanosPerRequest;
    return Duration.ofNanos(Math.max(0, spentUntilNanos - now));
  }
}
