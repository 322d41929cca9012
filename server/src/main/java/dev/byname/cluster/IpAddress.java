package dev.byname.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as a value of two longs.
 *
 * @param high the upper 64 bits of an IPv6 address; 0 for IPv4
 * @param low the lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 one
 */
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {

  public static IpAddress v4(int bits) {
    return new IpAddress(false, 0, bits & 0xffff_ffffL);
  }

  /** Of 4 or 16 bytes in network order. */
  public static IpAddress of(byte[] bytes) {
    return bytes.length == 4
        ? v4((int) readBits(bytes, 0, 4))
        : v6(readBits(bytes, 0, 8), readBits(bytes, 8, 8));
  }

  public static IpAddress v6(long high, long low) {
    return new IpAddress(true, high, low);
  }

  /**
   * Reads an address the way the Kubernetes API server does (Go's {@code net/netip}): no leading
   * zeros in an IPv4 octet, no zone identifier; an IPv4-mapped IPv6 address is the IPv4 address.
   *
   * @return null when the text is no address
   */
  public static @Nullable IpAddress parse(CharSequence text) {
    return IpAddressParser.parse(text);
  }

  /** 4 or 16 bytes in network order. */
  public byte[] toBytes() {
    byte[] bytes = new byte[v6 ? 16 : 4];
    writeTo(bytes, 0);
    return bytes;
  }

  /** Writes the 4 or 16 bytes and returns how many they were. */
  public int writeTo(byte[] target, int offset) {
    if (v6) {
      writeBits(target, offset, 8, high);
      writeBits(target, offset + 8, 8, low);
      return 16;
    }
    writeBits(target, offset, 4, low);
    return 4;
  }

  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(toBytes());
    } catch (UnknownHostException impossible) {
      throw new AssertionError("4 or 16 bytes are an address", impossible);
    }
  }

  // Written out: what Java would make at run time is no part of an AOT cache.
  @Override
  public boolean equals(Object o) {
    return o instanceof IpAddress other && v6 == other.v6 && high == other.high && low == other.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high) * 31 + Long.hashCode(low);
  }

  /** Dotted quad, or RFC 5952's canonical form. */
  @Override
  public String toString() {
    return v6 ? IpAddressParser.canonicalV6(high, low) : IpAddressParser.dottedQuad((int) low);
  }

  /** IPv4 first, then by value. */
  @Override
  public int compareTo(IpAddress other) {
    if (v6 != other.v6) {
      return v6 ? 1 : -1;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  static long readBits(byte[] bytes, int offset, int count) {
    long bits = 0;
    for (int i = 0; i < count; i++) {
      bits = bits << 8 | (bytes[offset + i] & 0xff);
    }
    return bits;
  }

  private static void writeBits(byte[] target, int offset, int count, long bits) {
    for (int i = count - 1; i >= 0; i--) {
      target[offset + i] = (byte) bits;
      bits >>>= 8;
    }
  }
}
