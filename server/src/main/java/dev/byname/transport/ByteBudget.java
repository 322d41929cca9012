package dev.byname.transport;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that wait in a listener's connections, together at most so many. Thread-safe. */
final class ByteBudget {
  private final AtomicLong taken = new AtomicLong();
  private volatile long max;

  ByteBudget(long max) {
    this.max = max;
  }

  /** False, and nothing taken, when that would be too many. */
  boolean take(long bytes) {
    if (taken.addAndGet(bytes) > max) {
      taken.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  long taken() {
    return taken.get();
  }

  void max(long newMax) {
    max = newMax;
  }
}
