package dev.byname.plugin.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sockets to the upstreams, on the event loops that the listeners use. A query stays on the loop it
 * came in on, and each loop has sockets of its own, so nothing here is locked.
 */
final class NettyTransport implements UpstreamTransport {
  /** Per upstream and event loop; beyond that queries share a port, told apart by their ids. */
  static final int UDP_PORTS_MAX = 64;

  private static final int QUERIES_PER_PORT = 2;

  /** Per upstream and event loop: "connections to a minimum" (RFC 7766 section 6.2.2). */
  static final int CONNECTIONS_MAX = 8;

  private static final int QUERIES_PER_CONNECTION = 256;

  private final Settings settings;
  private final ForwardObserver observer;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final List<Lane> lanes = new ArrayList<>();
  private final AtomicInteger nextLane = new AtomicInteger();

  /**
   * What the configuration says about connections.
   *
   * @param expireNanos an idle one is closed after this
   * @param maxAgeNanos no connection is used longer; 0: no such bound
   * @param maxIdleConnections kept per upstream; 0: as many as there may be
   * @param sourceAddress ours; null lets the kernel choose
   * @param tls for upstreams with TLS; may be null when there are none
   */
  record Settings(
      long expireNanos,
      long maxAgeNanos,
      int maxIdleConnections,
      @Nullable InetAddress sourceAddress,
      @Nullable SslContext tls) {}

  NettyTransport(
      EventLoopGroup loops,
      Settings settings,
      ForwardObserver observer,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.observer = observer;
    this.random = random;
    this.nanoTime = nanoTime;
    boolean epoll = loops instanceof IoEventLoopGroup group && group.isIoType(EpollIoHandler.class);
    for (EventExecutor loop : loops) {
      lanes.add(new Lane((EventLoop) loop, epoll));
    }
  }

  @Override
  public CompletionStage<UpstreamReply> ask(
      UpstreamAddress to,
      UpstreamQuery query,
      Via via,
      boolean edns,
      boolean randomCase,
      long timeoutNanos) {
    // A stream's answers cannot be forged from aside.
    boolean exactCase = randomCase && via == Via.UDP;
    byte[] name = exactCase ? query.nameInRandomCase(random) : query.nameWire();
    var pending = new PendingQuery(to, query, edns, name, exactCase);
    Lane lane = lane();
    if (lane.loop.inEventLoop()) {
      lane.ask(pending, via, timeoutNanos);
    } else {
      lane.loop.execute(() -> lane.ask(pending, via, timeoutNanos));
    }
    return pending.reply;
  }

  /** The caller's own, if it is an event loop. */
  private Lane lane() {
    for (Lane lane : lanes) {
      if (lane.loop.inEventLoop()) {
        return lane;
      }
    }
    return lanes.get(Math.floorMod(nextLane.getAndIncrement(), lanes.size()));
  }

  @Override
  public void forget(UpstreamAddress address) {
    for (Lane lane : lanes) {
      lane.loop.execute(() -> {
        Connections connections = lane.connections.remove(address);
        if (connections != null) {
          connections.retireAll();
        }
      });
    }
  }

  /** Of a replaced configuration: its last queries still get their answers. */
  @Override
  public void close() {
    for (Lane lane : lanes) {
      lane.loop.execute(lane::close);
    }
  }

  /** What one event loop owns. */
  private final class Lane {
    final EventLoop loop;
    final Bootstrap udp;
    final Bootstrap tcp;
    final Map<UpstreamAddress, Connections> connections = new HashMap<>();
    private @Nullable ScheduledFuture<?> sweep;
    private boolean closed;

    Lane(EventLoop loop, boolean epoll) {
      this.loop = loop;
      udp =
          new Bootstrap()
              .group(loop)
              .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
              // Large enough to see that an answer is larger than we asked for.
              .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(4096));
      tcp =
          new Bootstrap()
              .group(loop)
              .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true);
    }

    void ask(PendingQuery query, Via via, long timeoutNanos) {
      if (sweep == null && !closed) {
        long period = Math.max(settings.expireNanos(), TimeUnit.SECONDS.toNanos(1));
        sweep = loop.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.NANOSECONDS);
      }
      connections
          .computeIfAbsent(query.to, to -> new Connections(to, this))
          .ask(query, via, timeoutNanos);
      if (closed) {
        // A query of the old configuration that came last: its sockets go with it.
        close();
      }
    }

    private void sweep() {
      long now = nanoTime.getAsLong();
      connections.values().forEach(some -> some.sweep(now));
    }

    void close() {
      closed = true;
      if (sweep != null) {
        sweep.cancel(false);
      }
      connections.values().forEach(Connections::retireAll);
    }
  }

  /** One upstream's sockets on one event loop. */
  private final class Connections {
    private final UpstreamAddress to;
    private final Lane lane;
    private final List<UdpPort> ports = new ArrayList<>();
    private final List<StreamConnection> streams = new ArrayList<>();

    Connections(UpstreamAddress to, Lane lane) {
      this.to = to;
      this.lane = lane;
    }

    void ask(PendingQuery query, Via via, long timeoutNanos) {
      observer.requested(to.label());
      switch (via) {
        case UDP -> port().send(query);
        case STREAM -> {
          StreamConnection stream = stream(timeoutNanos);
          if (stream == null) {
            query.complete(new UpstreamReply.Unusable("all connections are busy"));
            return;
          }
          stream.send(query);
        }
      }
      if (!query.reply.isDone()) {
        query.timeout =
            lane.loop.schedule(() -> query.onTimeout.run(), timeoutNanos, TimeUnit.NANOSECONDS);
      }
    }

    private UdpPort port() {
      long now = nanoTime.getAsLong();
      int inFlight = 0;
      for (int i = ports.size() - 1; i >= 0; i--) {
        UdpPort port = ports.get(i);
        if (port.open() && port.inFlight() == 0 && expired(port.idleSinceNanos, now)) {
          port.retire();
        }
        if (!port.open()) {
          ports.remove(i);
        } else {
          inFlight += port.inFlight();
        }
      }
      UdpPort port;
      boolean reused =
          !ports.isEmpty()
              && (inFlight < ports.size() * QUERIES_PER_PORT || ports.size() >= UDP_PORTS_MAX);
      if (reused) {
        port = ports.get(random.nextInt(ports.size()));
      } else {
        port = new UdpPort(to, observer, random, this::connectUdp);
        ports.add(port);
      }
      port.idleSinceNanos = now;
      observer.connection(to.label(), "udp", reused);
      return port;
    }

    private ChannelFuture connectUdp(UdpPort port) {
      return connect(lane.udp.clone().handler(port));
    }

    private ChannelFuture connect(Bootstrap bootstrap) {
      InetAddress source = settings.sourceAddress();
      // Port 0: the kernel picks a random one.
      return source == null
          ? bootstrap.connect(to.address())
          : bootstrap.connect(to.address(), new InetSocketAddress(source, 0));
    }

    /** Null when all that there may be are full. */
    private @Nullable StreamConnection stream(long timeoutNanos) {
      long now = nanoTime.getAsLong();
      for (int i = streams.size() - 1; i >= 0; i--) {
        StreamConnection stream = streams.get(i);
        boolean old =
            settings.maxAgeNanos() > 0 && now - stream.openedNanos > settings.maxAgeNanos();
        if (old || (stream.inFlight() == 0 && expired(stream.idleSinceNanos, now))) {
          stream.retire();
        }
        if (!stream.open() && stream.inFlight() == 0) {
          streams.remove(i);
        }
      }
      StreamConnection best = null;
      int open = 0;
      for (StreamConnection stream : streams) {
        if (stream.open()) {
          open++;
          if (best == null || stream.inFlight() < best.inFlight()) {
            best = stream;
          }
        }
      }
      boolean reused = best != null && (best.inFlight() == 0 || open >= CONNECTIONS_MAX);
      observer.connection(to.label(), to.tls() ? "tcp-tls" : "tcp", reused);
      if (best != null && reused) {
        best.idleSinceNanos = now;
        return best.inFlight() < QUERIES_PER_CONNECTION ? best : null;
      }
      return open(timeoutNanos, now);
    }

    private StreamConnection open(long timeoutNanos, long now) {
      var stream =
          new StreamConnection(
              to,
              observer,
              random,
              now,
              query -> open(timeoutNanos, now).send(query),
              some -> connectStream(some, timeoutNanos));
      streams.add(stream);
      return stream;
    }

    private ChannelFuture connectStream(StreamConnection stream, long timeoutNanos) {
      int timeoutMillis =
          Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, Integer.MAX_VALUE);
      return connect(
          lane.tcp
              .clone()
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
              .handler(streamHandlers(stream)));
    }

    private ChannelHandler streamHandlers(StreamConnection stream) {
      return new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel channel) {
          SslContext tls = settings.tls();
          if (to.tls() && tls != null) {
            String name =
                to.tlsServerName().isEmpty()
                    ? to.address().getAddress().getHostAddress()
                    : to.tlsServerName();
            channel
                .pipeline()
                .addLast(tls.newHandler(channel.alloc(), name, to.address().getPort()));
          }
          channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(0xffff + 2, 0, 2, 0, 2));
          channel.pipeline().addLast(stream);
        }
      };
    }

    private boolean expired(long idleSinceNanos, long now) {
      return now - idleSinceNanos > settings.expireNanos();
    }

    void sweep(long now) {
      for (UdpPort port : ports) {
        if (port.inFlight() == 0 && expired(port.idleSinceNanos, now)) {
          port.retire();
        }
      }
      ports.removeIf(port -> !port.open());
      int idle = 0;
      for (StreamConnection stream : streams) {
        if (stream.inFlight() > 0) {
          continue;
        }
        idle++;
        boolean tooMany = settings.maxIdleConnections() > 0 && idle > settings.maxIdleConnections();
        if (tooMany || expired(stream.idleSinceNanos, now)) {
          stream.retire();
        }
      }
      streams.removeIf(stream -> !stream.open() && stream.inFlight() == 0);
    }

    void retireAll() {
      ports.forEach(UdpPort::retire);
      streams.forEach(StreamConnection::retire);
      ports.clear();
      streams.clear();
    }
  }
}
