package dev.byname.resolverconfig.allocation;

/**
 * The values that can be given out, numbered by offset from 0. Offsets and counts are unsigned
 * 64-bit numbers: an IPv6 /64 has 2<sup>64</sup>−1 usable addresses.
 *
 * @param <V> {@link dev.byname.cluster.IpAddress} or {@link Integer} (a port)
 */
public sealed interface ValueRange<V> permits AddressRange, PortRange {

  /** How many values can be given out; unsigned, at least 1. */
  long usable();

  /** How many of the lowest offsets are meant for requests by hand; less than {@link #usable}. */
  long staticBand();

  /** Where a value stands in this range. */
  Position position(V value);

  /**
   * The value with that offset.
   *
   * @param offset unsigned, below {@link #usable}
   */
  V valueAt(long offset);

  /**
   * As the API server writes it into a RangeAllocation: {@code 10.0.0.0/16}, {@code 30000-32767}.
   */
  String spec();

  /** What the values are called in messages: {@code addresses} or {@code node ports}. */
  String plural();

  /** The values of some offsets for messages: {@code 30000-30085}. */
  default String span(long firstOffset, long lastOffset) {
    return valueAt(firstOffset) + "-" + valueAt(lastOffset);
  }

  /** Where a value stands. */
  sealed interface Position {
    /**
     * It can be given out.
     *
     * @param offset unsigned
     */
    record Usable(long offset) implements Position {}

    /** It cannot; a sentence's end says why: {@code is not in 10.0.0.0/16}. */
    record NotUsable(String why) implements Position {}
  }
}
