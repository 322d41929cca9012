package dev.byname.zone;

/**
 * An address as a label, written without making a String: {@code 10-1-196-133}, {@code
 * 2001-db8--1}.
 */
final class DashedAddress {
  private DashedAddress() {}

  /** Writes length byte and label; returns the position behind it. */
  static int writeV4(int bits, byte[] out, int at) {
    int p = at + 1;
    for (int shift = 24; shift >= 0; shift -= 8) {
      int octet = bits >>> shift & 0xff;
      if (octet >= 100) {
        out[p++] = (byte) ('0' + octet / 100);
      }
      if (octet >= 10) {
        out[p++] = (byte) ('0' + octet / 10 % 10);
      }
      out[p++] = (byte) ('0' + octet % 10);
      if (shift > 0) {
        out[p++] = '-';
      }
    }
    out[at] = (byte) (p - at - 1);
    return p;
  }

  /** RFC 5952 with dashes for colons; a dash at the end gets a 0 behind it. */
  static int writeV6(long high, long low, byte[] out, int at) {
    int bestStart = -1;
    int bestLength = 1;
    for (int start = 0; start < 8; ) {
      int stop = start;
      while (stop < 8 && group(high, low, stop) == 0) {
        stop++;
      }
      if (stop - start > bestLength) {
        bestStart = start;
        bestLength = stop - start;
      }
      start = Math.max(stop, start + 1);
    }
    int p = at + 1;
    for (int g = 0; g < 8; g++) {
      if (g == bestStart) {
        out[p++] = '-';
        out[p++] = '-';
        g += bestLength - 1;
        continue;
      }
      if (g > 0 && out[p - 1] != '-') {
        out[p++] = '-';
      }
      int value = group(high, low, g);
      boolean digits = false;
      for (int shift = 12; shift >= 0; shift -= 4) {
        int nibble = value >>> shift & 0xf;
        if (nibble != 0 || digits || shift == 0) {
          out[p++] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
          digits = true;
        }
      }
    }
    if (out[p - 1] == '-') {
      out[p++] = '0';
    }
    out[at] = (byte) (p - at - 1);
    return p;
  }

  private static int group(long high, long low, int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
  }
}
