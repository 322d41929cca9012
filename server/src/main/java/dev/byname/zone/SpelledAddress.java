package dev.byname.zone;

import dev.byname.cluster.IpAddress;
import dev.byname.wire.QueryView;

/**
 * The address that a name spells: a reverse name (RFC 1035 section 3.5, RFC 3596 section 2.5) or a
 * pod's dashed label. Reused from query to query; owned by one event loop.
 */
public final class SpelledAddress {
  boolean v6;
  long high;
  long low;

  public IpAddress toIpAddress() {
    return v6 ? IpAddress.v6(high, low) : IpAddress.v4((int) low);
  }

  /** False when the name is no whole reverse name: too short, too long, or not numbers. */
  public boolean readReverse(QueryView q) {
    return switch (q.labelCount) {
      case 6 -> readInAddr(q);
      case 34 -> readIp6(q);
      default -> false;
    };
  }

  private boolean readInAddr(QueryView q) {
    if (q.name[q.labelOffset[4]] != 7) {
      return false; // not "in-addr"; that the rest is arpa follows from the zone
    }
    long bits = 0;
    for (int label = 3; label >= 0; label--) {
      int offset = q.labelOffset[label];
      int octet = octet(q.name, offset + 1, offset + 1 + q.name[offset]);
      if (octet < 0) {
        return false;
      }
      bits = bits << 8 | octet;
    }
    v6 = false;
    high = 0;
    low = bits;
    return true;
  }

  private boolean readIp6(QueryView q) {
    if (q.name[q.labelOffset[32]] != 3) {
      return false;
    }
    long h = 0;
    long l = 0;
    for (int label = 31; label >= 0; label--) {
      int offset = q.labelOffset[label];
      int nibble = q.name[offset] == 1 ? hexDigit(q.name[offset + 1]) : -1;
      if (nibble < 0) {
        return false;
      }
      h = h << 4 | l >>> 60;
      l = l << 4 | nibble;
    }
    v6 = true;
    high = h;
    low = l;
    return true;
  }

  /**
   * Reads {@code 10-1-196-133} or {@code 2001-db8--1}: three dashes, none of them double, mean
   * IPv4, everything else IPv6 (as CoreDNS decides). Strict as Go's parser: no leading zeros in
   * IPv4, one {@code --} at most.
   */
  boolean readDashed(byte[] name, int from, int to) {
    int dashes = 0;
    boolean doubled = false;
    for (int i = from; i < to; i++) {
      if (name[i] == '-') {
        dashes++;
        doubled |= i > from && name[i - 1] == '-';
      }
    }
    return (dashes == 3 && !doubled) ? readDashedV4(name, from, to) : readDashedV6(name, from, to);
  }

  private boolean readDashedV4(byte[] name, int from, int to) {
    long bits = 0;
    int start = from;
    for (int i = from; i <= to; i++) {
      if (i == to || name[i] == '-') {
        int octet = octet(name, start, i);
        if (octet < 0) {
          return false;
        }
        bits = bits << 8 | octet;
        start = i + 1;
      }
    }
    v6 = false;
    high = 0;
    low = bits;
    return true;
  }

  private boolean readDashedV6(byte[] name, int from, int to) {
    // Groups in front of "--" are shifted in from the right of (h, l), those behind it likewise;
    // then both are joined.
    long h = 0;
    long l = 0;
    long headHigh = 0;
    long headLow = 0;
    int headGroups = -1;
    int groups = 0;
    int i = from;
    if (to - from >= 2 && name[from] == '-' && name[from + 1] == '-') {
      headGroups = 0;
      i = from + 2;
    }
    while (i < to) {
      int value = 0;
      int digits = 0;
      while (i < to && name[i] != '-') {
        int digit = hexDigit(name[i++]);
        if (digit < 0 || ++digits > 4) {
          return false;
        }
        value = value << 4 | digit;
      }
      if (digits == 0 || ++groups > 8) {
        return false;
      }
      h = h << 16 | l >>> 48;
      l = l << 16 | value;
      if (i == to) {
        break;
      }
      i++; // the dash
      if (i == to) {
        return false;
      }
      if (name[i] == '-') {
        if (headGroups >= 0) {
          return false;
        }
        headGroups = groups;
        headHigh = h;
        headLow = l;
        h = 0;
        l = 0;
        i++;
      }
    }
    if (headGroups < 0 ? groups != 8 : groups == 8) {
      return false;
    }
    if (headGroups > 0) {
      int shift = 16 * (8 - headGroups);
      h |= shift >= 64 ? headLow << (shift - 64) : (headHigh << shift) | (headLow >>> (64 - shift));
      l |= shift >= 64 ? 0 : headLow << shift;
    }
    boolean mapped = h == 0 && l >>> 32 == 0xffff;
    v6 = !mapped;
    high = h;
    low = mapped ? l & 0xffff_ffffL : l;
    return true;
  }

  private static int octet(byte[] name, int from, int to) {
    int length = to - from;
    if (length < 1 || length > 3 || (length > 1 && name[from] == '0')) {
      return -1;
    }
    int octet = 0;
    for (int i = from; i < to; i++) {
      int digit = name[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      octet = octet * 10 + digit;
    }
    return octet <= 255 ? octet : -1;
  }

  private static int hexDigit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
  }
}
