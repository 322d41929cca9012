package dev.byname.resolverconfig.allocation;

import java.util.Comparator;
import java.util.Optional;

/**
 * An IP address as a number, read and written in its one canonical text (dotted decimal; RFC 5952).
 *
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits, unsigned; for IPv4 the address in the lowest 32
 */
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {

  private static final Comparator<IpAddress> ORDER =
      Comparator.comparing(IpAddress::family)
          .thenComparing(IpAddress::high, Long::compareUnsigned)
          .thenComparing(IpAddress::low, Long::compareUnsigned);

  public IpAddress {
    if (family == IpFamily.IPV4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("more than 32 bits for an IPv4 address");
    }
  }

  /**
   * Reads an IP literal as strictly as Go's {@code netip.ParseAddr}: four decimal numbers without
   * leading zeros, or RFC 4291 section 2.2 text. Zones ({@code %eth0}) and IPv4-mapped IPv6
   * addresses are no addresses a Service can have, and {@link java.net.InetAddress} takes more
   * ({@code 10.1}), hence this reader. Empty for anything else.
   */
  public static Optional<IpAddress> parse(String text) {
    return text.indexOf(':') < 0 ? parseV4(text) : parseV6(text);
  }

  /**
   * {@link #parse} for texts known to be right.
   *
   * @throws IllegalArgumentException when it is not an IP literal
   */
  public static IpAddress of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
  }

  @Override
  public int compareTo(IpAddress other) {
    return ORDER.compare(this, other);
  }

  /** The canonical text. */
  @Override
  public String toString() {
    return family == IpFamily.IPV4 ? formatV4() : formatV6();
  }

  private static Optional<IpAddress> parseV4(String text) {
    return parseV4Bits(text).map(bits -> new IpAddress(IpFamily.IPV4, 0, bits));
  }

  private static Optional<Long> parseV4Bits(String text) {
    var parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    var bits = 0L;
    for (var part : parts) {
      if (part.isEmpty()
          || part.length() > 3
          || (part.length() > 1 && part.charAt(0) == '0')
          || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Optional.empty();
      }
      var number = Integer.parseInt(part);
      if (number > 255) {
        return Optional.empty();
      }
      bits = bits << 8 | number;
    }
    return Optional.of(bits);
  }

  private static Optional<IpAddress> parseV6(String text) {
    var gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    var groups = new int[8];
    if (gap < 0) {
      if (readGroups(text, groups, true) != 8) {
        return Optional.empty();
      }
    } else {
      var front = new int[8];
      var back = new int[8];
      var frontCount = readGroups(text.substring(0, gap), front, false);
      var backCount = readGroups(text.substring(gap + 2), back, true);
      // A gap stands for at least one group (RFC 4291 section 2.2).
      if (frontCount < 0 || backCount < 0 || frontCount + backCount > 7) {
        return Optional.empty();
      }
      System.arraycopy(front, 0, groups, 0, frontCount);
      System.arraycopy(back, 0, groups, 8 - backCount, backCount);
    }
    var high = 0L;
    var low = 0L;
    for (var i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[4 + i];
    }
    var mapped = high == 0 && low >>> 32 == 0xffff;
    return mapped ? Optional.empty() : Optional.of(new IpAddress(IpFamily.IPV6, high, low));
  }

  /** Returns how many groups the text had, or -1 when it is none. */
  private static int readGroups(String text, int[] groups, boolean mayEndInV4) {
    if (text.isEmpty()) {
      return 0;
    }
    var parts = text.split(":", -1);
    var count = 0;
    for (var i = 0; i < parts.length; i++) {
      if (mayEndInV4 && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        var bits = parseV4Bits(parts[i]);
        if (bits.isEmpty() || count > 6) {
          return -1;
        }
        groups[count++] = (int) (bits.get() >>> 16);
        groups[count++] = (int) (bits.get() & 0xffff);
      } else if (count == 8
          || parts[i].isEmpty()
          || parts[i].length() > 4
          || !parts[i].chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0)) {
        return -1;
      } else {
        groups[count++] = Integer.parseInt(parts[i], 16);
      }
    }
    return count;
  }

  private String formatV4() {
    return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
  }

  private String formatV6() {
    var groups = new int[8];
    for (var i = 0; i < 4; i++) {
      groups[i] = (int) (high >>> (48 - 16 * i) & 0xffff);
      groups[4 + i] = (int) (low >>> (48 - 16 * i) & 0xffff);
    }
    // The longest run of zeros, the first of equal ones, and never a single group (RFC 5952 4.2).
    var gapStart = -1;
    var gapLength = 1;
    for (var i = 0; i < 8; i++) {
      var end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gapStart = i;
        gapLength = end - i;
      }
    }
    var text = new StringBuilder();
    for (var i = 0; i < 8; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
