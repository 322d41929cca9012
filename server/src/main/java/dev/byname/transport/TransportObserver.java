package dev.byname.transport;

import dev.byname.query.Transport;

/**
 * Hears of what the transport does on its own, mostly of what it does not do. Called on event loops
 * and on the threads that answer: it must be quick and must not throw. A packet that nobody answers
 * is told here once, with its reason, or was handed to the handler.
 */
public interface TransportObserver {
  TransportObserver NONE = new TransportObserver() {};

  /** Something was not taken on, or not sent. */
  default void shed(ListenerConfig listener, Transport transport, Shed what) {}

  default void connectionOpened(ListenerConfig listener, Transport transport) {}

  default void connectionClosed(ListenerConfig listener, Transport transport, Closed why) {}

  /** An HTTP request was answered, {@code 200} with a DNS message. */
  default void httpResponse(ListenerConfig listener, int status) {}

  /** A handler threw: a bug of ours. The query has no answer. */
  default void bug(ListenerConfig listener, Throwable bug) {}

  /** Changed certificate files are in use for new connections. */
  default void certificateChanged(ListenerConfig listener) {}

  /** Changed certificate files are no good; the old ones stay in use. Told once per change. */
  default void certificateRefused(ListenerConfig listener, String problem) {}

  /** What was shed, the {@code reason} of a metric. */
  enum Shed {
    /** A datagram shorter than a DNS header, or from port 0: there is nothing to answer to. */
    NOT_DNS("not_dns"),
    /** {@link Bounds#inFlightMax()}, or this client's share of it. */
    IN_FLIGHT("in_flight"),
    /** {@link Bounds#connectionsMax()}, or this client's share of it. */
    CONNECTIONS("connections"),
    /** {@link Bounds#bufferedBytesMax()}. */
    BUFFERS("buffers"),
    /** The UDP socket takes no more at the moment. */
    SEND_QUEUE("send_queue"),
    /** The network refused an answer: no route, too big, filtered. */
    SEND_FAILED("send_failed"),
    /** The answer came when the client had gone. */
    CLIENT_GONE("client_gone");

    private final String label;

    Shed(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /** Why a connection ended, the {@code reason} of a metric. */
  enum Closed {
    BY_CLIENT("client"),
    IDLE("idle"),
    READ_TIMEOUT("read_timeout"),
    WRITE_TIMEOUT("write_timeout"),
    /** A frame too short for a DNS header, or HTTP that is none. */
    MALFORMED("malformed"),
    TLS("tls"),
    /** {@link StreamTimeouts#queriesMax()}. */
    QUERIES("queries"),
    /** A bound was met. */
    SHED("shed"),
    /** The listener closes. */
    SHUTDOWN("shutdown"),
    ERROR("error");

    private final String label;

    Closed(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }
}
