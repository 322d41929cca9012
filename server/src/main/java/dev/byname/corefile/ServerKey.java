package dev.byname.corefile;

/**
 * A zone that a server block answers for, and where it is asked.
 *
 * @param zone lower case, with the trailing dot; a reverse zone given as a CIDR block is already
 *     its {@code in-addr.arpa.} or {@code ip6.arpa.} name
 * @param port 0 to 65535; 0 lets the system choose, as tests like
 */
public record ServerKey(Scheme scheme, String zone, int port, Location location) {
  /** As metrics and logs name it: {@code dns://example.org.:53}. */
  @Override
  public String toString() {
    return scheme.text() + "://" + zone + ":" + port;
  }
}
