package dev.byname.transport;

import dev.byname.corefile.Scheme;

/**
 * How much a listener takes on at once. All are at least 1.
 *
 * @param inFlightMax slow queries of all its clients; each costs a few kilobytes while the plugins
 *     work on it
 * @param connectionsMax open connections
 * @param connectionInFlightMax queries of one connection that are not yet answered; HTTP/2 clients
 *     are told as the number of streams
 * @param bufferedBytesMax of queries that have not come whole and of answers that clients have not
 *     taken, over all connections
 */
public record Bounds(
    int inFlightMax, int connectionsMax, int connectionInFlightMax, long bufferedBytesMax) {
  public Bounds {
    if (inFlightMax < 1
        || connectionsMax < 1
        || connectionInFlightMax < 1
        || bufferedBytesMax < 1) {
      throw new IllegalArgumentException("a bound below 1 lets nothing through");
    }
  }

  /**
   * What fits into the 170 MiB that a cluster's DNS pod usually gets. A TLS connection costs some
   * 50 KiB, a plain one a few: hence fewer of them.
   */
  public static Bounds defaults(Scheme scheme) {
    int connectionsMax =
        switch (scheme) {
          case DNS -> 4_000;
          case TLS, HTTPS, HTTPS3, QUIC, GRPC -> 400;
        };
    return new Bounds(10_000, connectionsMax, 100, 16 << 20);
  }

  public Bounds withConnectionsMax(int newConnectionsMax) {
    return new Bounds(inFlightMax, newConnectionsMax, connectionInFlightMax, bufferedBytesMax);
  }
}
