package dev.byname.resolverconfig.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;

/**
 * When a range is full if it goes on filling as it does.
 *
 * <p>The rate is that of values held today by Services that were created within the window: deleted
 * Services have left no trace, so it is the growth, not the turnover. The window is the last 30
 * days, or the younger half of the time since the oldest Service when that is shorter: the first
 * half is how a cluster was set up, not how it grows.
 *
 * @param values how many were given out within the window
 * @param fullAt when the free ones are used up at that rate
 */
public record Forecast(long values, Duration window, Instant fullAt) {
  private static final Duration WINDOW_LONGEST = Duration.ofDays(30);

  /** Less is no rate but a moment. */
  private static final Duration WINDOW_SHORTEST = Duration.ofDays(1);

  private static final int VALUES_MIN = 10;

  /** Beyond it a guess is worth nothing. */
  private static final Duration HORIZON = Duration.ofDays(3650);

  /**
   * Empty when there is too little to go by, nothing is free any more, or the range lasts ten
   * years.
   *
   * @param created of the Services that hold a value of the range, once for each value
   * @param free how many values are left; unsigned
   */
  static Optional<Forecast> of(Collection<Instant> created, long free, Instant now) {
    if (created.isEmpty() || free == 0) {
      return Optional.empty();
    }
    var halfAge = Duration.between(Collections.min(created), now).dividedBy(2);
    var window = halfAge.compareTo(WINDOW_LONGEST) < 0 ? halfAge : WINDOW_LONGEST;
    if (window.compareTo(WINDOW_SHORTEST) < 0) {
      return Optional.empty();
    }
    var begin = now.minus(window);
    var values = created.stream().filter(at -> at.isAfter(begin)).count();
    if (values < VALUES_MIN) {
      return Optional.empty();
    }
    // 2^64 addresses do not fit a long, and a double is exact enough for a guess.
    var freeValues = free >= 0 ? (double) free : free + 0x1p64;
    var seconds = freeValues * window.toSeconds() / values;
    if (seconds > HORIZON.toSeconds()) {
      return Optional.empty();
    }
    return Optional.of(new Forecast(values, window, now.plusSeconds((long) seconds)));
  }
}
