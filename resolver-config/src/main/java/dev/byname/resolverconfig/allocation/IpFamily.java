package dev.byname.resolverconfig.allocation;

import dev.byname.cluster.IpAddress;

/** The two IP families, named as in a Service's {@code spec.ipFamilies}. */
public enum IpFamily {
  IPV4("IPv4", 32),
  IPV6("IPv6", 128);

  private final String label;
  private final int bits;

  IpFamily(String label, int bits) {
    this.label = label;
    this.bits = bits;
  }

  public static IpFamily of(IpAddress address) {
    return address.v6() ? IPV6 : IPV4;
  }

  /** Bits of an address: 32 or 128. */
  public int bits() {
    return bits;
  }

  /** The other one, for dual-stack services. */
  public IpFamily other() {
    return this == IPV4 ? IPV6 : IPV4;
  }

  /** As Kubernetes writes it: {@code IPv4} or {@code IPv6}. */
  @Override
  public String toString() {
    return label;
  }
}
