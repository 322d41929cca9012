package dev.byname.transport;

/**
 * How the process does its input and output, the same for all listeners.
 *
 * @param eventLoops threads, 1 to 1024
 * @param udp the way UDP goes
 */
public record TransportOptions(int eventLoops, Udp udp) {
  /** How datagrams are read and written. */
  public enum Udp {
    /** Netty: native epoll with batches on Linux, NIO elsewhere. */
    NETTY,
    /** NIO everywhere, TCP too: for comparison, and for systems without the native library. */
    NIO
  }

  public TransportOptions {
    if (eventLoops < 1 || eventLoops > 1024) {
      throw new IllegalArgumentException("eventLoops " + eventLoops + " is not 1 to 1024");
    }
  }

  /** A thread per processor, the fastest way that works here. */
  public static TransportOptions defaults() {
    return new TransportOptions(Runtime.getRuntime().availableProcessors(), Udp.NETTY);
  }
}
