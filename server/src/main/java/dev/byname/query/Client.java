package dev.byname.query;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * Who asks.
 *
 * @param remote where the query came from
 * @param local the address it was sent to, as far as the socket tells (the bound one, maybe a
 *     wildcard)
 */
public record Client(Transport transport, InetSocketAddress remote, InetSocketAddress local) {
  /** 1 for IPv4, 2 for IPv6: the value of the {@code family} label. */
  public int family() {
    return remote.getAddress() instanceof Inet6Address ? 2 : 1;
  }
}
