package dev.byname.transport;

import dev.byname.query.QueryHandler;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Shed;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An address that is listened on, with one or more sockets. It lives as long as consecutive
 * configurations ask for it; handler, timeouts, bounds and certificates change under it. Made by
 * {@link Listeners}. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
public final class Listener {
  private final TransportObserver observer;
  private final FairBound inFlight;
  private final FairBound connections;
  private final ByteBudget buffered;
  private final Map<EventLoop, LoopWorker> loopWorkers = new ConcurrentHashMap<>();
  private final Map<Channel, Connection> open = new ConcurrentHashMap<>();

  /** UDP sockets; changed under the lock of {@link Listeners}. */
  final List<Inlet> udp = new CopyOnWriteArrayList<>();

  /** Accepting sockets; changed under the lock of {@link Listeners}. */
  final List<Inlet> accepting = new CopyOnWriteArrayList<>();

  private volatile QueryHandler handler;
  private volatile ListenerConfig config;
  private volatile @Nullable TlsContext tls;
  private volatile boolean closing;

  /** A connection, as far as a closing listener has to do with it. */
  interface Connection {
    /** Ends when what was asked is answered. On the connection's event loop. */
    void shutDown();
  }

  Listener(
      ListenerConfig config,
      QueryHandler handler,
      @Nullable TlsContext tls,
      TransportObserver observer) {
    this.config = config;
    this.handler = handler;
    this.tls = tls;
    this.observer = observer;
    inFlight = new FairBound(config.bounds().inFlightMax());
    connections = new FairBound(config.bounds().connectionsMax());
    buffered = new ByteBudget(config.bounds().bufferedBytesMax());
  }

  public ListenerConfig config() {
    return config;
  }

  /** Where it listens, with the port that the system chose where the configuration says 0. */
  public InetSocketAddress address() {
    return (accepting.isEmpty() ? udp : accepting).getFirst().address();
  }

  /** Slow queries that are not yet answered. */
  public int inFlightQueries() {
    return inFlight.taken();
  }

  /** Datagrams that the kernel dropped since the sockets were opened; 0 where it does not tell. */
  public long receiveDrops() {
    return udp.stream().mapToLong(Inlet::receiveDrops).sum();
  }

  public int openConnections() {
    return connections.taken();
  }

  /** Who answers. */
  public QueryHandler handler() {
    return handler;
  }

  /**
   * Puts another handler in charge: of every batch that begins from now on. Queries that the old
   * one has begun are answered by it.
   */
  public void handler(QueryHandler next) {
    handler = next;
  }

  TransportObserver observer() {
    return observer;
  }

  FairBound inFlight() {
    return inFlight;
  }

  FairBound connections() {
    return connections;
  }

  ByteBudget buffered() {
    return buffered;
  }

  @Nullable TlsContext tls() {
    return tls;
  }

  boolean closing() {
    return closing;
  }

  LoopWorker loopWorker(EventLoop loop) {
    return loopWorkers.computeIfAbsent(loop, any -> new LoopWorker(this));
  }

  void shed(Transport transport, Shed what) {
    observer.shed(config, transport, what);
  }

  /** Takes over what a new configuration says about the same address. */
  void configure(ListenerConfig next, @Nullable TlsContext nextTls, QueryHandler nextHandler) {
    inFlight.max(next.bounds().inFlightMax());
    connections.max(next.bounds().connectionsMax());
    buffered.max(next.bounds().bufferedBytesMax());
    config = next;
    tls = nextTls;
    handler = nextHandler;
  }

  /** Remembers a connection until it ends. */
  void opened(Channel channel, Connection connection) {
    open.put(channel, connection);
    channel.closeFuture().addListener(closed -> open.remove(channel));
    if (closing) {
      channel.eventLoop().execute(connection::shutDown); // accepted in the last moment
    }
  }

  /**
   * Asks all connections to end; call when no new ones are accepted.
   *
   * @return completes when they have ended and nothing is in flight
   */
  CompletableFuture<Void> drain() {
    closing = true;
    open.forEach((channel, connection) -> channel.eventLoop().execute(connection::shutDown));
    return CompletableFuture.allOf(connections.whenEmpty(), inFlight.whenEmpty());
  }

  /** Connections that have not ended in time. */
  void abandon() {
    open.keySet().forEach(Channel::close);
  }

  @Override
  public String toString() {
    return config.label();
  }
}
