package dev.byname.source.manifests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Things that were told to have changed, until nothing more has been told of them for a while: a
 * file that is being written is left alone until it is complete.
 */
final class Settling<T> {
  /** What changes all the time is due after so many times the quiet all the same. */
  static final int PATIENCE_QUIETS = 10;

  private record Due(long sinceNanos, long atNanos) {}

  private final Map<T, Due> dues = new LinkedHashMap<>();
  private final LongSupplier nanoTime;
  private final long quietNanos;

  Settling(LongSupplier nanoTime, long quietNanos) {
    this.nanoTime = nanoTime;
    this.quietNanos = quietNanos;
  }

  /** Something was told of it: it is due when that is the last for a while. */
  void tell(T thing) {
    long now = nanoTime.getAsLong();
    dues.compute(
        thing,
        (_, before) -> {
          if (before == null) {
            return new Due(now, now + quietNanos);
          }
          long latest = before.sinceNanos() + PATIENCE_QUIETS * quietNanos;
          long quiet = now + quietNanos;
          return new Due(before.sinceNanos(), quiet - latest > 0 ? latest : quiet);
        });
  }

  boolean contains(T thing) {
    return dues.containsKey(thing);
  }

  /** The thing that settles; null when there is none, or more than one. */
  @Nullable T only() {
    return dues.size() == 1 ? dues.keySet().iterator().next() : null;
  }

  /** It need not settle any longer. */
  void remove(T thing) {
    dues.remove(thing);
  }

  /** Takes out what is due. */
  List<T> takeDue() {
    long now = nanoTime.getAsLong();
    var due = new ArrayList<T>();
    dues.forEach((thing, when) -> {
      if (when.atNanos() - now <= 0) {
        due.add(thing);
      }
    });
    due.forEach(dues::remove);
    return due;
  }

  /** Nanoseconds until something is due; null when nothing is waiting. */
  @Nullable Long dueInNanos() {
    long now = nanoTime.getAsLong();
    Long least = null;
    for (Due due : dues.values()) {
      long in = Math.max(0, due.atNanos() - now);
      least = least == null ? in : Math.min(least, in);
    }
    return least;
  }

  void clear() {
    dues.clear();
  }
}
