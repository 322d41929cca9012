package dev.byname.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The text forms of addresses, as strict as Go's: {@code 10.0.0.01} and {@code 1::2::3} are no
 * addresses.
 */
final class IpAddressParser {
  private IpAddressParser() {}

  static @Nullable IpAddress parse(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '.' -> {
          long bits = parseV4(text, 0, text.length());
          return bits < 0 ? null : IpAddress.v4((int) bits);
        }
        case ':' -> {
          return parseV6(text);
        }
        default -> {}
      }
    }
    return null;
  }

  /** The 32 bits, or -1. */
  private static long parseV4(CharSequence text, int from, int to) {
    long bits = 0;
    int octets = 0;
    int i = from;
    while (true) {
      int octet = 0;
      int start = i;
      while (i < to && isDigit(text.charAt(i))) {
        octet = octet * 10 + (text.charAt(i) - '0');
        i++;
        if (octet > 255) {
          return -1;
        }
      }
      int digits = i - start;
      if (digits == 0 || (digits > 1 && text.charAt(start) == '0')) {
        return -1;
      }
      bits = bits << 8 | octet;
      octets++;
      if (octets == 4) {
        return i == to ? bits : -1;
      }
      if (i >= to || text.charAt(i) != '.') {
        return -1;
      }
      i++;
    }
  }

  private static @Nullable IpAddress parseV6(CharSequence text) {
    int[] groups = new int[8];
    int count = 0;
    int ellipsis = -1; // index of the group that :: stands before
    int i = 0;
    int length = text.length();
    if (length >= 2 && text.charAt(0) == ':' && text.charAt(1) == ':') {
      ellipsis = 0;
      i = 2;
    }
    while (i < length && count < 8) {
      int start = i;
      int group = 0;
      while (i < length && Character.digit(text.charAt(i), 16) >= 0 && text.charAt(i) < 128) {
        group = group << 4 | Character.digit(text.charAt(i), 16);
        i++;
        if (i - start > 4) {
          return null;
        }
      }
      if (i == start) {
        return null;
      }
      if (i < length && text.charAt(i) == '.') {
        // The last 32 bits as a dotted quad (RFC 4291 section 2.2.3).
        long quad = count <= 6 && (count == 6 || ellipsis >= 0) ? parseV4(text, start, length) : -1;
        if (quad < 0) {
          return null;
        }
        groups[count++] = (int) (quad >>> 16);
        groups[count++] = (int) quad & 0xffff;
        i = length;
        break;
      }
      groups[count++] = group;
      if (i == length) {
        break;
      }
      if (text.charAt(i) != ':' || i + 1 == length) {
        return null;
      }
      i++;
      if (text.charAt(i) == ':') {
        if (ellipsis >= 0) {
          return null;
        }
        ellipsis = count;
        i++;
      }
    }
    if (i != length || (ellipsis < 0 ? count != 8 : count == 8)) {
      return null;
    }
    int[] full = groups;
    if (ellipsis >= 0) {
      full = new int[8];
      System.arraycopy(groups, 0, full, 0, ellipsis);
      System.arraycopy(groups, ellipsis, full, 8 - (count - ellipsis), count - ellipsis);
    }
    long high = 0;
    long low = 0;
    for (int g = 0; g < 4; g++) {
      high = high << 16 | full[g];
      low = low << 16 | full[g + 4];
    }
    boolean mapped = high == 0 && low >>> 32 == 0xffff;
    return mapped ? IpAddress.v4((int) low) : IpAddress.v6(high, low);
  }

  static String dottedQuad(int bits) {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 0xff)
        + "."
        + (bits >>> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }

  /**
   * RFC 5952 section 4: lower case, no leading zeros, the longest run of two or more zero groups as
   * {@code ::}.
   */
  static String canonicalV6(long high, long low) {
    int bestStart = -1;
    int bestLength = 1;
    for (int start = 0; start < 8; start++) {
      int end = start;
      while (end < 8 && group(high, low, end) == 0) {
        end++;
      }
      if (end - start > bestLength) {
        bestStart = start;
        bestLength = end - start;
      }
      start = Math.max(start, end - 1);
    }
    var text = new StringBuilder(39);
    for (int g = 0; g < 8; g++) {
      if (g == bestStart) {
        text.append("::");
        g += bestLength - 1;
        continue;
      }
      if (g > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(high, low, g)));
    }
    return text.toString();
  }

  private static int group(long high, long low, int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
