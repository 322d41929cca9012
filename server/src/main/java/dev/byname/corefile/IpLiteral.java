package dev.byname.corefile;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text, exactly as strict as Go's parser, which CoreDNS uses: four decimal parts
 * without leading zeros, or IPv6 of RFC 4291 section 2.2, no zone. Java's own parser also takes
 * {@code 10.1} and {@code 010.0.0.1}, which here would hide mistakes.
 */
public final class IpLiteral {
  private IpLiteral() {}

  public static boolean isOne(String text) {
    return octets(text) != null;
  }

  /** Never asks a resolver. An IPv4-mapped IPv6 address comes back as the IPv4 address. */
  public static Optional<InetAddress> parse(String text) {
    var octets = octets(text);
    return octets == null ? Optional.empty() : Optional.of(address(octets));
  }

  static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(octets.length + " octets are no address", impossible);
    }
  }

  /** 4 or 16 octets; null when the text is no address. */
  static byte @Nullable [] octets(String text) {
    return text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
  }

  private static byte @Nullable [] ipv4(String text) {
    if (text.length() > 15) {
      return null;
    }
    var parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return null;
    }
    var octets = new byte[4];
    for (int i = 0; i < 4; i++) {
      var part = parts[i];
      if (part.isEmpty() || part.length() > 3 || (part.length() > 1 && part.charAt(0) == '0')) {
        return null;
      }
      var value = 0;
      for (int j = 0; j < part.length(); j++) {
        var c = part.charAt(j);
        if (c < '0' || c > '9') {
          return null;
        }
        value = value * 10 + (c - '0');
      }
      if (value > 255) {
        return null;
      }
      octets[i] = (byte) value;
    }
    return octets;
  }

  private static byte @Nullable [] ipv6(String text) {
    if (text.length() > 45) {
      return null;
    }
    var gap = text.indexOf("::");
    if (gap < 0) {
      var all = groups(text);
      return all != null && all.length == 16 ? all : null;
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      return null; // also ":::"
    }
    var before = groups(text.substring(0, gap));
    var after = groups(text.substring(gap + 2));
    // The gap stands for at least one group (RFC 5952 section 4.2.2 asks writers for two; readers
    // take one).
    if (before == null || after == null || before.length + after.length > 14) {
      return null;
    }
    // A dotted quad can only come last.
    if (text.lastIndexOf('.', gap) >= 0) {
      return null;
    }
    var octets = new byte[16];
    System.arraycopy(before, 0, octets, 0, before.length);
    System.arraycopy(after, 0, octets, 16 - after.length, after.length);
    return octets;
  }

  /** The octets of {@code 2001:db8:10.0.0.1}; none for empty text; null when it is malformed. */
  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    var parts = text.split(":", -1);
    if (parts.length > 8) {
      return null;
    }
    var octets = new byte[20];
    var length = 0;
    for (int i = 0; i < parts.length; i++) {
      var part = parts[i];
      if (i == parts.length - 1 && part.indexOf('.') >= 0) {
        var quad = ipv4(part);
        if (quad == null) {
          return null;
        }
        System.arraycopy(quad, 0, octets, length, 4);
        length += 4;
        continue;
      }
      if (part.isEmpty() || part.length() > 4) {
        return null;
      }
      var value = 0;
      for (int j = 0; j < part.length(); j++) {
        var digit = part.charAt(j) < 0x80 ? Character.digit(part.charAt(j), 16) : -1;
        if (digit < 0) {
          return null;
        }
        value = value << 4 | digit;
      }
      octets[length++] = (byte) (value >> 8);
      octets[length++] = (byte) value;
    }
    return Arrays.copyOf(octets, length);
  }
}
