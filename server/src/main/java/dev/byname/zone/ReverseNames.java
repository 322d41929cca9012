package dev.byname.zone;

import dev.byname.wire.DomainName;

/** Names below in-addr.arpa (RFC 1035 section 3.5) and ip6.arpa (RFC 3596 section 2.5). */
final class ReverseNames {
  private static final DomainName IN_ADDR_ARPA = DomainName.of("in-addr.arpa.");
  private static final DomainName IP6_ARPA = DomainName.of("ip6.arpa.");

  private ReverseNames() {}

  static boolean isReverse(DomainName name) {
    return name.isSubdomainOf(IN_ADDR_ARPA) || name.isSubdomainOf(IP6_ARPA);
  }
}
