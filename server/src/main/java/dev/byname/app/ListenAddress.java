package dev.byname.app;

import dev.byname.corefile.Scheme;

/**
 * Where server blocks listen.
 *
 * @param host an address without brackets; empty for all addresses of the machine
 */
record ListenAddress(Scheme scheme, String host, int port) {
  /** The {@code server} label of the metrics, as CoreDNS writes it: {@code dns://:53}. */
  String label() {
    return scheme.text() + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return label();
  }
}
