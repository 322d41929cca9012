package dev.byname.transport;

import dev.byname.corefile.HostPort;
import dev.byname.corefile.Scheme;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes the sockets of listeners, and owns the event loops they live on.
 *
 * <p>Every socket is bound with SO_REUSEPORT, so that a listener can have several and a reload can
 * open {@code 127.0.0.1:53} while {@code :53} is still there. The same option would let a second
 * server that sets it share the port unnoticed and take half of the queries; hence the {@link
 * #probe} without it before the first socket of a port.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class Sockets {
  /** Datagrams per receive. */
  private static final int BATCH = 64;

  /**
   * Room for one datagram. Queries have some 50 bytes, with padding (RFC 8467) and cookies a few
   * hundred; the rest of a longer one is cut off, which makes it malformed.
   */
  private static final int DATAGRAM_MAX_BYTES = 2048;

  /** Bursts wait here while an event loop is busy; the kernel may allow less (rmem_max). */
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

  private static final int BACKLOG = 1024;
  private static final int AUTOMATIC_SOCKETS_MAX = 8;
  private static final int PORT_TRIES = 50;

  private static final int EACCES = -13;
  private static final int EADDRINUSE = -98;
  private static final int EADDRNOTAVAIL = -99;

  private final TransportOptions options;
  private final int eventLoops;
  private final ExecutorService handshakes;
  private final AtomicInteger threads = new AtomicInteger();
  private @Nullable Netty netty;

  /**
   * What only Netty's sockets need. Made for the first of them: loading Netty takes as long as the
   * rest of a start, and sockets of system calls answer meanwhile.
   */
  private static final class Netty {
    /** Linux numbers; Netty has no name for this option. */
    static final IntegerUnixChannelOption IPV6_V6ONLY =
        new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

    final boolean epoll;
    final EventLoopGroup group;

    Netty(TransportOptions options) {
      epoll = options.udp() != TransportOptions.Udp.NIO && Epoll.isAvailable();
      group =
          new MultiThreadIoEventLoopGroup(
              options.eventLoops(),
              new DefaultThreadFactory("byname-io", true),
              epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }
  }

  /** What the machine has, found out when it matters: each takes some 30 ms of a start. */
  private static final class SystemCalls {
    static final boolean WORK = foreignFunctionsWork();
  }

  private static final class Ipv6 {
    static final boolean IS_HERE = hasIpv6();
  }

  /** Finds out on the caller's thread what {@link #openUdp} and {@link #probe} need later. */
  static void prepare() {
    var _ = SystemCalls.WORK && Ipv6.IS_HERE;
  }

  private Netty netty() {
    Netty made = netty;
    if (made == null) {
      made = new Netty(options);
      netty = made;
    }
    return made;
  }

  Sockets(TransportOptions options) {
    this.options = options;
    eventLoops = options.eventLoops();
    int handshakeThreads = Math.max(1, Math.min(4, eventLoops / 2));
    // Each open connection has at most one task here, so the queue is bounded by the connections.
    var pool =
        new ThreadPoolExecutor(
            handshakeThreads,
            handshakeThreads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("byname-tls", true));
    pool.allowCoreThreadTimeOut(true);
    handshakes = pool;
  }

  /** Complains about what no socket can be opened for. */
  void check(ListenerConfig config) throws OpenException {
    switch (config.scheme()) {
      case DNS, TLS, HTTPS -> {}
      case HTTPS3, QUIC, GRPC ->
          throw new OpenException(
              config.label()
                  + ": Byname does not listen on "
                  + config.scheme().text()
                  + ":// yet; use dns://, tls:// or https://");
    }
    try {
      address(config);
    } catch (IllegalArgumentException notAnAddress) {
      throw new OpenException(
          config.label() + ": " + config.host() + " is not an IP address; bind needs one");
    }
  }

  /** Whether one of these is bound to the port. */
  boolean holdsPort(int port, Collection<Listener> listeners) {
    return listeners.stream().anyMatch(listener -> listener.address().getPort() == port);
  }

  /** Finds out who else has the port, before SO_REUSEPORT hides it. */
  void probe(ListenerConfig config, List<String> problems) {
    if (config.port() == 0) {
      return;
    }
    var address = address(config);
    var family =
        address.getAddress() instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET;
    if (config.scheme() == Scheme.DNS) {
      try (var channel = java.nio.channels.DatagramChannel.open(family)) {
        channel.bind(address);
      } catch (IOException | UnsupportedOperationException failed) {
        problems.add(explain(config, "UDP", failed));
        return; // TCP would only say the same
      }
    }
    try (var channel = java.nio.channels.ServerSocketChannel.open(family)) {
      channel.bind(address);
    } catch (IOException | UnsupportedOperationException failed) {
      problems.add(explain(config, "TCP", failed));
    }
  }

  /**
   * Opens the sockets that a listener lacks.
   *
   * @param wanted as it shall be; {@code listener.config()} is as it is
   * @param all the listeners beside it
   */
  void grow(Listener listener, ListenerConfig wanted, List<ListenerConfig> all)
      throws OpenException {
    boolean ipv6Only = ipv6Only(wanted, all);
    if (listener.accepting.isEmpty()) {
      openFirst(listener, wanted, ipv6Only);
    }
    var bound = new InetSocketAddress(address(wanted).getAddress(), listener.address().getPort());
    try {
      while (wanted.scheme() == Scheme.DNS && listener.udp.size() < udpSockets(wanted)) {
        listener.udp.add(openUdp(listener, bound, ipv6Only));
      }
      while (listener.accepting.size() < acceptingSockets(wanted)) {
        listener.accepting.add(openAccepting(listener, bound, ipv6Only));
      }
    } catch (IOException failed) {
      throw new OpenException(explain(wanted, "another socket", failed));
    }
  }

  /** Closes the sockets that a listener has beyond what its configuration says. */
  void shrink(Listener listener, Duration drain) {
    var config = listener.config();
    var surplus = new ArrayList<Inlet>();
    while (listener.udp.size() > udpSockets(config)) {
      surplus.add(listener.udp.removeLast());
    }
    while (listener.accepting.size() > acceptingSockets(config)) {
      surplus.add(listener.accepting.removeLast());
    }
    if (!surplus.isEmpty()) {
      await(
          CompletableFuture.allOf(
              surplus.stream().map(Inlet::stopReading).toArray(CompletableFuture<?>[]::new)),
          drain);
      await(closeAll(surplus), Duration.ofSeconds(1));
    }
  }

  /**
   * Closes listeners.
   *
   * @return whether everything that had come in was answered in time
   */
  boolean close(Collection<Listener> listeners, Duration drain) {
    var inlets = new ArrayList<Inlet>();
    for (var listener : listeners) {
      inlets.addAll(listener.udp);
      inlets.addAll(listener.accepting);
    }
    var drained =
        CompletableFuture.allOf(
                inlets.stream().map(Inlet::stopReading).toArray(CompletableFuture<?>[]::new))
            .thenCompose(stopped ->
                CompletableFuture.allOf(
                    listeners.stream().map(Listener::drain).toArray(CompletableFuture<?>[]::new)));
    boolean inTime = await(drained, drain);
    listeners.forEach(Listener::abandon);
    await(closeAll(inlets), Duration.ofSeconds(1));
    return inTime;
  }

  /** Ends the event loops. */
  void stop() {
    Netty made = netty;
    if (made != null) {
      made.group
          .shutdownGracefully(0, 1, TimeUnit.SECONDS)
          .awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
    handshakes.shutdown();
  }

  private static CompletableFuture<Void> closeAll(List<Inlet> inlets) {
    return CompletableFuture.allOf(
        inlets.stream().map(Inlet::close).toArray(CompletableFuture<?>[]::new));
  }

  private static boolean await(CompletableFuture<?> future, Duration limit) {
    try {
      future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (ExecutionException bug) {
      throw new IllegalStateException(bug.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void openFirst(Listener listener, ListenerConfig config, boolean ipv6Only)
      throws OpenException {
    var address = address(config);
    for (int tries = 1; ; tries++) {
      String what = config.scheme() == Scheme.DNS ? "UDP" : "TCP";
      try {
        if (config.scheme() == Scheme.DNS) {
          listener.udp.add(openUdp(listener, address, ipv6Only));
          address =
              new InetSocketAddress(
                  address.getAddress(), listener.udp.getFirst().address().getPort());
        }
        what = "TCP";
        listener.accepting.add(openAccepting(listener, address, ipv6Only));
        return;
      } catch (IOException failed) {
        var retry = config.port() == 0 && tries < PORT_TRIES;
        if (!retry) {
          throw new OpenException(explain(config, what, failed));
        }
        // The port that the system chose for UDP is taken for TCP.
        await(closeAll(listener.udp), Duration.ofSeconds(1));
        listener.udp.clear();
        address = address(config);
      }
    }
  }

  private Inlet openUdp(Listener listener, InetSocketAddress address, boolean ipv6Only)
      throws IOException {
    if (options.udp() == TransportOptions.Udp.FOREIGN && SystemCalls.WORK) {
      return new ForeignUdpSocket(
          listener,
          address,
          ipv6Only,
          RECEIVE_BUFFER_BYTES,
          DATAGRAM_MAX_BYTES,
          "byname-udp-" + threads.incrementAndGet());
    }
    boolean epoll = netty().epoll;
    var loop = netty().group.next();
    var family = family(address);
    var bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(
                () -> epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family))
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(512 << 10, 1 << 20))
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel.pipeline().addLast(new UdpHandler(listener, listener.loopWorker(loop)));
                  }
                });
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.SO_REUSEPORT, true)
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_MAX_BYTES)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(BATCH * DATAGRAM_MAX_BYTES));
      if (ipv6Only) {
        bootstrap.option(Netty.IPV6_V6ONLY, 1);
      }
    } else {
      bootstrap
          .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(DATAGRAM_MAX_BYTES).maxMessagesPerRead(BATCH));
    }
    return new ChannelInlet(bind(bootstrap.bind(address)));
  }

  private Inlet openAccepting(Listener listener, InetSocketAddress address, boolean ipv6Only)
      throws IOException {
    var family = family(address);
    boolean epoll = netty().epoll;
    boolean halfClosure = listener.config().scheme() != Scheme.HTTPS;
    var bootstrap =
        new ServerBootstrap()
            .group(netty().group)
            .channelFactory(() ->
                epoll
                    ? new EpollServerSocketChannel(family)
                    : new NioServerSocketChannel(
                        java.nio.channels.spi.SelectorProvider.provider(), family))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
            .childHandler(new Accepting(listener, handshakes));
    if (epoll) {
      bootstrap.option(EpollChannelOption.SO_REUSEPORT, true);
      if (ipv6Only) {
        bootstrap.option(Netty.IPV6_V6ONLY, 1);
      }
    } else {
      bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
    }
    return new ChannelInlet(bind(bootstrap.bind(address)));
  }

  private static Channel bind(io.netty.channel.ChannelFuture bound) throws IOException {
    bound.awaitUninterruptibly();
    var cause = bound.cause();
    if (cause == null) {
      return bound.channel();
    }
    throw cause instanceof IOException expected ? expected : new IOException(cause);
  }

  private int udpSockets(ListenerConfig config) {
    if (config.scheme() != Scheme.DNS) {
      return 0;
    }
    return config.sockets() == ListenerConfig.AUTOMATIC
        ? Math.min(eventLoops, AUTOMATIC_SOCKETS_MAX)
        : config.sockets();
  }

  private static int acceptingSockets(ListenerConfig config) {
    return Math.max(1, config.sockets());
  }

  /** {@code ::} leaves IPv4 to a listener on {@code 0.0.0.0} and the same port. */
  private static boolean ipv6Only(ListenerConfig config, List<ListenerConfig> all) {
    var address = address(config).getAddress();
    return address.isAnyLocalAddress()
        && address instanceof Inet6Address
        && config.port() != 0
        && all.stream()
            .anyMatch(other -> other.port() == config.port() && other.host().equals("0.0.0.0"));
  }

  private static InetSocketAddress address(ListenerConfig config) {
    var host = config.host();
    if (host.isEmpty()) {
      host = Ipv6.IS_HERE ? "::" : "0.0.0.0";
    }
    return new InetSocketAddress(InetAddress.ofLiteral(host), config.port());
  }

  private static SocketProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? SocketProtocolFamily.INET6
        : SocketProtocolFamily.INET;
  }

  /** Java may be told to refuse native calls; then Netty does the work. */
  private static boolean foreignFunctionsWork() {
    try {
      return Linux.isHere() && Linux.works();
    } catch (LinkageError | IllegalCallerException refused) {
      return false;
    }
  }

  private static boolean hasIpv6() {
    try (var channel = java.nio.channels.DatagramChannel.open(StandardProtocolFamily.INET6)) {
      return channel.isOpen();
    } catch (IOException | UnsupportedOperationException none) {
      return false;
    }
  }

  private static String explain(ListenerConfig config, String what, Exception failed) {
    var where = new HostPort(config.host(), config.port());
    var start = "cannot listen on " + where + " (" + what + "): ";
    int number =
        switch (failed) {
          case NativeIoException netty -> netty.expectedErr();
          case SystemCallException call -> -call.errno();
          default -> 0;
        };
    var text = String.valueOf(failed.getMessage());
    if (number == EADDRINUSE || text.contains("in use")) {
      return start
          + "another process has it; stop that one (ss -lnptu 'sport = :"
          + config.port()
          + "' names it) or choose another port";
    }
    if (number == EACCES || text.contains("ermission denied")) {
      return start
          + "not permitted; ports below 1024 need the capability NET_BIND_SERVICE or the sysctl"
          + " net.ipv4.ip_unprivileged_port_start, or choose a higher port";
    }
    if (number == EADDRNOTAVAIL || text.contains("assign requested address")) {
      return start + "no interface of this machine has that address; see ip address, and bind";
    }
    return start + text;
  }
}
