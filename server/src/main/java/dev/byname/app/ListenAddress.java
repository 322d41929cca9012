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

  // Written out, as in other records that are keys when a server starts: what Java would make for
  // them at run time is no part of an AOT cache and takes milliseconds.
  @Override
  public boolean equals(Object o) {
    return o instanceof ListenAddress other
        && scheme == other.scheme
        && port == other.port
        && host.equals(other.host);
  }

  @Override
  public int hashCode() {
    return host.hashCode() * 31 + port;
  }

  @Override
  public String toString() {
    return label();
  }
}
