package dev.byname.transport;

import dev.byname.corefile.HostPort;
import dev.byname.corefile.Scheme;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on. Scheme, host and port are what a listener is known by from one
 * configuration to the next; the rest may change while it stays open.
 *
 * @param scheme {@code DNS} listens on UDP and TCP, {@code TLS} and {@code HTTPS} on TCP; others
 *     are refused when opened
 * @param host an IP literal (an IPv6 one may carry a zone, {@code fe80::1%eth0}), or empty for all
 *     addresses of both families. {@code ::} is all addresses of both families too, as with
 *     CoreDNS, unless {@code 0.0.0.0} has its own listener on the port.
 * @param port 0 lets the system choose; UDP and TCP get the same
 * @param sockets how many sockets share the address (SO_REUSEPORT), each with an event loop of its
 *     own, 1 to 1024; {@link #AUTOMATIC} is one per event loop for UDP and one for TCP
 * @param tls null for plain text; {@code TLS} and {@code HTTPS} allow that behind a proxy that has
 *     taken the encryption off
 */
public record ListenerConfig(
    Scheme scheme,
    String host,
    int port,
    int sockets,
    StreamTimeouts timeouts,
    Bounds bounds,
    @Nullable TlsConfig tls) {
  public static final int AUTOMATIC = 0;
  public static final int SOCKETS_MAX = 1024;

  public ListenerConfig {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not 0 to 65535");
    }
    if (sockets < AUTOMATIC || sockets > SOCKETS_MAX) {
      throw new IllegalArgumentException(sockets + " sockets are not 1 to " + SOCKETS_MAX);
    }
  }

  /** With defaults for everything else. */
  public static ListenerConfig of(Scheme scheme, String host, int port) {
    return new ListenerConfig(
        scheme, host, port, AUTOMATIC, StreamTimeouts.DEFAULTS, Bounds.defaults(scheme), null);
  }

  public ListenerConfig withSockets(int newSockets) {
    return new ListenerConfig(scheme, host, port, newSockets, timeouts, bounds, tls);
  }

  public ListenerConfig withTimeouts(StreamTimeouts newTimeouts) {
    return new ListenerConfig(scheme, host, port, sockets, newTimeouts, bounds, tls);
  }

  public ListenerConfig withBounds(Bounds newBounds) {
    return new ListenerConfig(scheme, host, port, sockets, timeouts, newBounds, tls);
  }

  public ListenerConfig withTls(@Nullable TlsConfig newTls) {
    return new ListenerConfig(scheme, host, port, sockets, timeouts, bounds, newTls);
  }

  /** As metrics and logs name it, and CoreDNS does: {@code dns://:53}, {@code tls://[::1]:853}. */
  public String label() {
    return scheme.text() + "://" + new HostPort(host, port);
  }
}
