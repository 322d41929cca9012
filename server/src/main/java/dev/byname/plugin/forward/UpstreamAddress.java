package dev.byname.plugin.forward;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * Whom to ask, and how.
 *
 * @param tls DNS over TLS (RFC 7858)
 * @param tlsServerName whose certificate is expected, also sent as SNI; empty: the certificate must
 *     name the IP address
 */
record UpstreamAddress(InetSocketAddress address, boolean tls, String tlsServerName) {
  static UpstreamAddress plain(InetSocketAddress address) {
    return new UpstreamAddress(address, false, "");
  }

  UpstreamAddress withServerName(String name) {
    return new UpstreamAddress(address, tls, name);
  }

  /** {@code 10.0.0.1:53}, {@code [2001:db8::1]:53}: the value of the {@code to} label. */
  String label() {
    String host = address.getAddress().getHostAddress();
    return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host)
        + ":"
        + address.getPort();
  }

  @Override
  public String toString() {
    return (tls ? "tls://" : "") + label() + (tlsServerName.isEmpty() ? "" : " " + tlsServerName);
  }
}
