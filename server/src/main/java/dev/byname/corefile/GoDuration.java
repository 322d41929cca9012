package dev.byname.corefile;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lengths of time as Go writes them, and so every CoreDNS option: {@code 5s}, {@code 1m30s}, {@code
 * 250ms}. In plain numbers: {@code BigDecimal} computes tables when it is first used, some 20 ms in
 * which a server that starts does not answer.
 */
public final class GoDuration {
  /** The longest that Go can hold, 292 years: in effect no upper bound. */
  public static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

  /** Longer text is no duration that anybody means. */
  private static final int LENGTH_MAX = 40;

  private static final Pattern PART =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");

  private static final Map<String, Long> UNIT_NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoDuration() {}

  /** Nothing for text that Go refuses, among it numbers without a unit other than 0. */
  public static Optional<Duration> parse(String text) {
    if (text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    var negative = text.startsWith("-");
    var rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    var matcher = PART.matcher(rest);
    long nanos = 0;
    var end = 0;
    try {
      while (matcher.lookingAt()) {
        nanos = Math.addExact(nanos, nanos(matcher.group(1), unitNanos(matcher.group(2))));
        end = matcher.end();
        matcher.region(end, rest.length());
      }
    } catch (ArithmeticException moreThanGoCanHold) {
      return Optional.empty();
    }
    if (end == 0 || end < rest.length()) {
      return Optional.empty();
    }
    var duration = Duration.ofNanos(nanos);
    return Optional.of(negative ? duration.negated() : duration);
  }

  private static long unitNanos(String unit) {
    return UNIT_NANOS.getOrDefault(unit, 0L);
  }

  /** The rest of a nanosecond is cut off, as Go does. */
  private static long nanos(String number, long unitNanos) {
    int point = number.indexOf('.');
    int wholeEnd = point < 0 ? number.length() : point;
    long whole = 0;
    for (int i = 0; i < wholeEnd; i++) {
      whole = Math.addExact(Math.multiplyExact(whole, 10), number.charAt(i) - '0');
    }
    long fraction = 0;
    for (int i = number.length() - 1; i > wholeEnd; i--) {
      fraction = ((number.charAt(i) - '0') * unitNanos + fraction) / 10;
    }
    return Math.addExact(Math.multiplyExact(whole, unitNanos), fraction);
  }

  /**
   * The shortest spelling that {@link #parse} reads back: {@code 1m30s}, {@code 250ms}, {@code 0s}.
   */
  public static String format(Duration duration) {
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      var nanos = duration.toNanos();
      return nanos % 1_000_000 == 0
          ? nanos / 1_000_000 + "ms"
          : nanos % 1_000 == 0 ? nanos / 1_000 + "us" : nanos + "ns";
    }
    var out = new StringBuilder();
    if (duration.toHours() > 0) {
      out.append(duration.toHours()).append('h');
    }
    if (duration.toMinutesPart() > 0) {
      out.append(duration.toMinutesPart()).append('m');
    }
    if (duration.toSecondsPart() > 0 || duration.toNanosPart() > 0) {
      out.append(duration.toSecondsPart());
      if (duration.toNanosPart() > 0) {
        var digits = String.format("%09d", duration.toNanosPart());
        out.append('.').append(digits.replaceFirst("0+$", ""));
      }
      out.append('s');
    }
    return out.toString();
  }
}
