package dev.byname.transport;

import java.util.Locale;

/**
 * How the process does its input and output, the same for all listeners.
 *
 * @param eventLoops threads, 1 to 1024
 * @param udp the way UDP goes
 */
public record TransportOptions(int eventLoops, Udp udp) {
  /** How datagrams are read and written. */
  public enum Udp {
    /**
     * System calls through Java's foreign function API, for 64-bit Linux on x86 and ARM: a batch of
     * datagrams a call, no garbage, and answers leave from the address that was asked, on wildcard
     * sockets too. Falls back to {@link #NETTY} where it cannot be had.
     */
    FOREIGN,
    /** Netty: native epoll with batches on Linux, NIO elsewhere. */
    NETTY,
    /** NIO everywhere, TCP too: for comparison, and for systems without the native library. */
    NIO
  }

  /** System property that chooses the way of UDP: foreign, netty or nio. */
  public static final String UDP_PROPERTY = "byname.udp";

  public TransportOptions {
    if (eventLoops < 1 || eventLoops > 1024) {
      throw new IllegalArgumentException("eventLoops " + eventLoops + " is not 1 to 1024");
    }
  }

  /**
   * A thread per processor, and UDP as {@link #UDP_PROPERTY} says, else the fastest way.
   *
   * @throws IllegalArgumentException when the property says something else
   */
  public static TransportOptions defaults() {
    var wanted = System.getProperty(UDP_PROPERTY, "foreign").toUpperCase(Locale.ROOT);
    return new TransportOptions(Runtime.getRuntime().availableProcessors(), Udp.valueOf(wanted));
  }
}
