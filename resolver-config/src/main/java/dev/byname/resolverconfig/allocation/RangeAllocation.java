package dev.byname.resolverconfig.allocation;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * What the API server stores under {@code /registry/ranges/…}: a range and, as one big-endian
 * number, the sum of 2<sup>offset</sup> over all that is taken. Offset 0 is the address after the
 * base, or the lowest port. The number has no leading zero bytes; nothing taken is no byte at all.
 *
 * <p>For IPv6 the API server numbers only the first 65535 addresses this way, however wide the
 * range is; {@link #capacity} is that limit.
 */
public final class RangeAllocation {
  /**
   * 128 KiB of bits: an IPv4 /12, the widest the API server takes; etcd takes 1.5 MiB a request.
   */
  private static final long OFFSETS_MAX = 1L << 20;

  private static final long IPV6_OFFSETS_MAX = (1L << 16) - 1;

  private final String range;
  private final byte[] data;

  /**
   * @param range as {@link ValueRange#spec} writes it
   * @param data the number's bytes; copied
   */
  public RangeAllocation(String range, byte[] data) {
    this.range = range;
    this.data = data.clone();
  }

  /**
   * How many of the lowest offsets of a range this form can hold; the rest needs IPAddress objects.
   */
  public static long capacity(ValueRange<?> range) {
    var limit =
        range instanceof AddressRange addresses && addresses.family() == IpFamily.IPV6
            ? IPV6_OFFSETS_MAX
            : OFFSETS_MAX;
    return Long.compareUnsigned(range.usable(), limit) < 0 ? range.usable() : limit;
  }

  /** What of a set this form can hold. */
  static RangeAllocation of(ValueRange<?> range, OffsetSet taken) {
    var end = capacity(range);
    var bytes = new Bytes();
    taken.forEach(offset -> {
      if (Long.compareUnsigned(offset, end) < 0) {
        bytes.set(offset);
      }
    });
    return new RangeAllocation(range.spec(), bytes.bigEndian());
  }

  public String range() {
    return range;
  }

  /** A copy of the number's bytes. */
  public byte[] data() {
    return data.clone();
  }

  /**
   * Visits the offsets in ascending order.
   *
   * @param expected the range this is believed to belong to
   * @throws IllegalArgumentException when it cannot be true; nothing was visited then
   */
  void forEachOffset(ValueRange<?> expected, LongConsumer visitor) {
    if (!range.equals(expected.spec())) {
      throw new IllegalArgumentException(
          "the stored range is \"" + range + "\", not " + expected.spec());
    }
    var end = capacity(expected);
    var highest = highestOffset();
    if (highest >= end) {
      throw new IllegalArgumentException(
          "offset %d is taken in %s, which has only %d".formatted(highest, range, end));
    }
    for (var i = data.length - 1; i >= 0; i--) {
      var first = 8L * (data.length - 1 - i);
      for (var bits = data[i] & 0xff; bits != 0; bits &= bits - 1) {
        visitor.accept(first + Integer.numberOfTrailingZeros(bits));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeAllocation that
        && range.equals(that.range)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * range.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return range + " up to offset " + highestOffset();
  }

  /** -1 when nothing is taken. */
  private long highestOffset() {
    for (var i = 0; i < data.length; i++) {
      if (data[i] != 0) {
        var inByte = 31 - Integer.numberOfLeadingZeros(data[i] & 0xff);
        return 8L * (data.length - 1 - i) + inByte;
      }
    }
    return -1;
  }

  /** The number while it grows, lowest byte first. */
  private static final class Bytes {
    private byte[] bytes = new byte[64];
    private int length;

    void set(long offset) {
      var index = (int) (offset / 8);
      if (index >= bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, index + 1));
      }
      bytes[index] |= (byte) (1 << offset % 8);
      length = Math.max(length, index + 1);
    }

    byte[] bigEndian() {
      var result = new byte[length];
      for (var i = 0; i < length; i++) {
        result[i] = bytes[length - 1 - i];
      }
      return result;
    }
  }
}
