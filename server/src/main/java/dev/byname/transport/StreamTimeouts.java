package dev.byname.transport;

import java.time.Duration;

/**
 * How long a connection may take, as the {@code timeouts} directive sets it; the defaults are
 * CoreDNS's.
 *
 * @param read from the connection's start (with its TLS handshake) to the end of the first query,
 *     and from a later query's first byte to its last
 * @param write until the client has taken an answer
 * @param idle without a query and with nothing left to answer (RFC 7766 section 6.2.3)
 * @param queriesMax queries of one connection, after which it is closed so that a load balancer can
 *     place the client anew; {@link #UNLIMITED} for no end
 */
public record StreamTimeouts(Duration read, Duration write, Duration idle, int queriesMax) {
  public static final int UNLIMITED = -1;

  public static final StreamTimeouts DEFAULTS =
      new StreamTimeouts(
          Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10), UNLIMITED);

  public StreamTimeouts {
    if (!read.isPositive() || !write.isPositive() || !idle.isPositive()) {
      throw new IllegalArgumentException("timeouts are positive");
    }
    if (queriesMax < 1 && queriesMax != UNLIMITED) {
      throw new IllegalArgumentException("queriesMax " + queriesMax + " is below 1");
    }
  }
}
