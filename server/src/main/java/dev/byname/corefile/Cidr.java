package dev.byname.corefile;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A block of addresses.
 *
 * @param base its first address; host bits that were given are masked off
 * @param prefixLength 0 to 32, or 0 to 128 for IPv6
 */
public record Cidr(InetAddress base, int prefixLength) {
  public Cidr {
    var octets = base.getAddress();
    if (prefixLength < 0 || prefixLength > octets.length * 8) {
      throw new IllegalArgumentException("/" + prefixLength + " of " + base.getHostAddress());
    }
    base = IpLiteral.address(masked(octets, prefixLength));
  }

  /** Of {@code 10.0.0.0/17} or {@code 2001:db8::/32}; nothing when the text is something else. */
  public static Optional<Cidr> parse(String text) {
    var slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    var octets = IpLiteral.octets(text.substring(0, slash));
    var digits = text.substring(slash + 1);
    if (octets == null || digits.isEmpty() || digits.length() > 3) {
      return Optional.empty();
    }
    var prefixLength = 0;
    for (int i = 0; i < digits.length(); i++) {
      var c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      prefixLength = prefixLength * 10 + (c - '0');
    }
    if (prefixLength > octets.length * 8) {
      return Optional.empty();
    }
    var base = IpLiteral.address(octets);
    if (base.getAddress().length == octets.length) {
      return Optional.of(new Cidr(base, prefixLength));
    }
    // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a shorter prefix would hold more than IPv4 addresses.
    return prefixLength >= 96 ? Optional.of(new Cidr(base, prefixLength - 96)) : Optional.empty();
  }

  /** The block of one address. */
  public static Cidr of(InetAddress address) {
    return new Cidr(address, address.getAddress().length * 8);
  }

  public boolean contains(InetAddress address) {
    var octets = address.getAddress();
    return octets.length == base.getAddress().length
        && Arrays.equals(masked(octets, prefixLength), base.getAddress());
  }

  /**
   * The reverse zones that together cover exactly this block. One if the prefix ends at a label (8
   * bits for IPv4, RFC 1035 section 3.5; 4 for IPv6, RFC 3596 section 2.5), otherwise one per block
   * of the next longer such prefix: {@code 10.96.0.0/15} gives {@code 96.10.in-addr.arpa.} and
   * {@code 97.10.in-addr.arpa.}
   */
  public List<String> reverseZones() {
    var octets = base.getAddress();
    var labelBits = octets.length == 4 ? 8 : 4;
    var labels = (prefixLength + labelBits - 1) / labelBits;
    var count = 1 << (labels * labelBits - prefixLength);
    var zones = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      var zone = new StringBuilder();
      for (int label = labels - 1; label >= 0; label--) {
        var value = label(octets, label, labelBits);
        if (label == labels - 1) {
          value += i; // the free bits of the last label are zero in the base
        }
        zone.append(labelBits == 8 ? Integer.toString(value) : Integer.toHexString(value))
            .append('.');
      }
      zones.add(zone.append(labelBits == 8 ? "in-addr.arpa." : "ip6.arpa.").toString());
    }
    return List.copyOf(zones);
  }

  private static int label(byte[] octets, int index, int labelBits) {
    if (labelBits == 8) {
      return octets[index] & 0xFF;
    }
    return index % 2 == 0 ? (octets[index / 2] >> 4) & 0xF : octets[index / 2] & 0xF;
  }

  private static byte[] masked(byte[] octets, int prefixLength) {
    var result = octets.clone();
    for (int i = 0; i < result.length; i++) {
      var bits = Math.clamp(prefixLength - 8L * i, 0, 8);
      result[i] &= (byte) (0xFF00 >> bits);
    }
    return result;
  }

  @Override
  public String toString() {
    return base.getHostAddress() + "/" + prefixLength;
  }
}
