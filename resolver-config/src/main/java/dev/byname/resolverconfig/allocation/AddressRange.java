package dev.byname.resolverconfig.allocation;

import dev.byname.cluster.IpAddress;
import java.util.List;

/**
 * A CIDR out of which ClusterIPs are given. IPv4 gives all but the base and the broadcast address,
 * IPv6 all but the base (the subnet router's anycast address, RFC 4291 section 2.6.1).
 *
 * @param base the lowest address, host bits zero
 * @param prefixLength IPv4 0…30, IPv6 64…127
 */
public record AddressRange(IpAddress base, int prefixLength) implements ValueRange<IpAddress> {

  public AddressRange {
    var family = IpFamily.of(base);
    if (prefixLength < 0 || prefixLength > family.bits()) {
      throw new IllegalArgumentException("/" + prefixLength + " is no prefix length of " + family);
    }
    if (family == IpFamily.IPV6 && prefixLength < 64) {
      throw new IllegalArgumentException(
          base + "/" + prefixLength + " is wider than /64, the widest IPv6 range given out");
    }
    var smallest = family == IpFamily.IPV4 ? 30 : 127;
    if (prefixLength > smallest) {
      throw new IllegalArgumentException(
          base + "/" + prefixLength + " has no usable address; use at least a /" + smallest);
    }
    if (!base.equals(masked(base, prefixLength))) {
      throw new IllegalArgumentException(base + "/" + prefixLength + " has host bits set");
    }
  }

  /**
   * A range as read, and what the operator should know about it.
   *
   * @param warnings sentences; empty when the text was canonical
   */
  public record Parsed(AddressRange range, List<String> warnings) {}

  /**
   * Reads {@code address/length}. Host bits are masked off with a warning, as the API server does.
   *
   * @throws IllegalArgumentException says what is wrong with the text
   */
  public static Parsed parse(String text) {
    var slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no CIDR; write it like 10.0.0.0/16 or fd00:10:96::/112");
    }
    var address = IpAddress.parse(text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no CIDR: the part before / is no IP address");
    }
    var length = Integer.parseInt(text.substring(slash + 1));
    if (length > IpFamily.of(address).bits()) {
      throw new IllegalArgumentException(
          "\"" + text + "\": /" + length + " is no prefix length of " + IpFamily.of(address));
    }
    var range = new AddressRange(masked(address, length), length);
    return new Parsed(
        range,
        range.base.equals(address)
            ? List.of()
            : List.of(text + " has host bits set: " + range.spec() + " is used"));
  }

  /**
   * {@link #parse} for texts known to be right.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static AddressRange of(String text) {
    return parse(text).range();
  }

  public IpFamily family() {
    return IpFamily.of(base);
  }

  @Override
  public long usable() {
    var hostBits = family().bits() - prefixLength;
    // 1L << 64 would be 1L << 0; unsigned arithmetic makes 2^64 - 1 out of 0 - 1.
    var size = hostBits == 64 ? 0 : 1L << hostBits;
    return family() == IpFamily.IPV4 ? size - 2 : size - 1;
  }

  /** min(max(16, N/16), 256) of a CIDR of N addresses, none when N ≤ 16 (KEP-3070). */
  @Override
  public long staticBand() {
    var hostBits = family().bits() - prefixLength;
    if (hostBits <= 4) {
      return 0;
    }
    return hostBits >= 12 ? 256 : Math.max(16, (1L << hostBits) / 16);
  }

  @Override
  public Position position(IpAddress address) {
    if (!contains(address)) {
      return new Position.NotUsable("is not in " + spec());
    }
    // Within one CIDR of at most 64 host bits the difference of the low halves is the distance.
    var distance = address.low() - base.low();
    if (distance == 0) {
      return new Position.NotUsable("is the base address of " + spec() + " and never given out");
    }
    if (family() == IpFamily.IPV4 && distance == usable() + 1) {
      return new Position.NotUsable(
          "is the broadcast address of " + spec() + " and never given out");
    }
    return new Position.Usable(distance - 1);
  }

  @Override
  public IpAddress valueAt(long offset) {
    if (Long.compareUnsigned(offset, usable()) >= 0) {
      throw new IndexOutOfBoundsException(
          Long.toUnsignedString(offset) + " of " + Long.toUnsignedString(usable()));
    }
    return new IpAddress(base.v6(), base.high(), base.low() + 1 + offset);
  }

  @Override
  public String spec() {
    return base + "/" + prefixLength;
  }

  @Override
  public String plural() {
    return "addresses";
  }

  /** Whether the address lies in the CIDR, usable or not. */
  public boolean contains(IpAddress address) {
    return address.v6() == base.v6() && masked(address, prefixLength).equals(base);
  }

  /** Whether some address lies in both. */
  public boolean overlaps(AddressRange other) {
    return contains(other.base) || other.contains(base);
  }

  @Override
  public String toString() {
    return spec();
  }

  private static IpAddress masked(IpAddress address, int prefixLength) {
    if (!address.v6()) {
      return new IpAddress(false, 0, address.low() & ~lowBits(32 - prefixLength));
    }
    return IpAddress.v6(
        address.high() & ~lowBits(64 - Math.min(prefixLength, 64)),
        address.low() & ~lowBits(64 - Math.max(prefixLength - 64, 0)));
  }

  /**
   * @param count 0…64
   */
  private static long lowBits(int count) {
    return count == 64 ? -1L : (1L << count) - 1;
  }
}
