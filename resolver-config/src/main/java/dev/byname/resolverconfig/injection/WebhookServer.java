package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.NodeResolvConf;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admission webhook's HTTPS server.
 *
 * <ul>
 *   <li>{@code POST /inject}: all rules; {@code POST /inject/RULE}: that rule alone, so that a
 *       MutatingWebhookConfiguration's {@code namespaceSelector} can be a rule's
 *   <li>{@code GET /healthz}: 200
 * </ul>
 *
 * <p>Certificate, rules and the node's resolv.conf are read again when they change; a connection
 * that is open stays on the certificate it began with. Bounds: see {@link Bounds}; a connection
 * over them is closed, a body over them gets 413.
 */
// What becomes of a write or a close is told to the pipeline, not to the caller.
@SuppressWarnings("FutureReturnValueIgnored")
public final class WebhookServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WebhookServer.class);

  private final MultiThreadIoEventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Reloadable<SslContext> tls;
  private final Reloadable<Injector> injector;
  private final Bounds bounds;
  private final Channel listener;

  /**
   * Where things are.
   *
   * @param chain PEM, the server's own certificate first
   * @param key PEM without a password
   * @param nodeResolvConf the file of the nodes; the {@code file} of {@code node} is not used
   * @param reloadInterval how often the files are looked at
   */
  public record Config(
      InetSocketAddress listen,
      Path chain,
      Path key,
      Path rules,
      NodeDns node,
      Optional<Path> nodeResolvConf,
      Duration reloadInterval) {}

  /**
   * What strangers may take.
   *
   * @param connections open at once
   * @param bodyBytes of one request; the API server sends objects of at most 3 MiB, and a review
   *     may hold two
   * @param requestTime from a connection's or request's first byte to its answer
   * @param idleTime of a connection between requests
   */
  record Bounds(int connections, int bodyBytes, Duration requestTime, Duration idleTime) {
    static final Bounds DEFAULT =
        new Bounds(256, 7 << 20, Duration.ofSeconds(10), Duration.ofMinutes(2));
  }

  /**
   * Reads all files and listens.
   *
   * @throws RefusedException when a file is unusable, or the address cannot be listened at
   */
  public static WebhookServer start(Config config) {
    return new WebhookServer(config, Bounds.DEFAULT);
  }

  WebhookServer(Config config, Bounds bounds) {
    this.bounds = bounds;
    this.tls =
        new Reloadable<>(
            "certificate", List.of(config.chain(), config.key()), files -> tls(config, files));
    var ruleFiles = new ArrayList<>(List.of(config.rules()));
    config.nodeResolvConf().ifPresent(ruleFiles::add);
    this.injector = new Reloadable<>("rules", ruleFiles, files -> injector(config, files));
    var bound =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .childHandler(new ConnectionInitializer())
            .bind(config.listen())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new RefusedException(
          config.listen().toString(), "cannot be listened at: " + bound.cause().getMessage());
    }
    this.listener = bound.channel();
    long millis = config.reloadInterval().toMillis();
    var _ =
        eventLoops.next().scheduleWithFixedDelay(this::poll, millis, millis, TimeUnit.MILLISECONDS);
    log.info("admission webhook listens on {}", address());
  }

  private static SslContext tls(Config config, List<byte[]> files) {
    try {
      var identity =
          Identity.of(
              new Pem(config.chain().toString(), files.get(0)),
              new Pem(config.key().toString(), files.get(1)));
      return SslContextBuilder.forServer(identity.key(), identity.chain())
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (PemException e) {
      throw new RefusedException(e.where(), e.problem());
    } catch (SSLException e) {
      throw new RefusedException(config.chain().toString(), "cannot be used: " + e.getMessage());
    }
  }

  private static Injector injector(Config config, List<byte[]> files) {
    var nodeFile =
        config.nodeResolvConf().map(file -> NodeResolvConf.parse(file.toString(), files.get(1)));
    return new Injector(
        Rules.parse(config.rules().toString(), files.get(0)), config.node().withFile(nodeFile));
  }

  private void poll() {
    try {
      tls.poll();
      injector.poll();
    } catch (RuntimeException bug) {
      log.error("reloading failed", bug); // and the timer goes on
    }
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Returns when {@link #close} has been called. */
  public void awaitClosed() throws InterruptedException {
    listener.closeFuture().sync();
  }

  /** Stops listening, closes the connections and waits for both. */
  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    connections.close().syncUninterruptibly();
    eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ReviewHandler reviews = new ReviewHandler();

    @Override
    protected void initChannel(Channel connection) {
      if (connections.size() >= bounds.connections()) {
        connection.close();
        return;
      }
      connections.add(connection);
      var sslHandler = tls.get().newHandler(connection.alloc());
      sslHandler.setHandshakeTimeout(bounds.requestTime().toMillis(), TimeUnit.MILLISECONDS);
      connection
          .pipeline()
          .addLast(sslHandler)
          .addLast(new IdleStateHandler(bounds.idleTime().toMillis(), 0, 0, TimeUnit.MILLISECONDS))
          .addLast(new RequestDeadline(bounds.requestTime()))
          .addLast(new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(1024)))
          .addLast(new HttpServerKeepAliveHandler())
          .addLast(new HttpObjectAggregator(bounds.bodyBytes(), true))
          .addLast(reviews);
    }
  }

  /** Answers whole requests; shared by all connections. */
  @Sharable
  private final class ReviewHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext connection, FullHttpRequest request) {
      var answer = answer(request);
      connection.writeAndFlush(answer);
    }

    private DefaultFullHttpResponse answer(FullHttpRequest request) {
      if (request.decoderResult().isFailure()) {
        return text(HttpResponseStatus.BAD_REQUEST, "not HTTP");
      }
      var path = request.uri().split("\\?", 2)[0];
      if (path.equals("/healthz")) {
        return request.method().equals(HttpMethod.GET)
            ? text(HttpResponseStatus.OK, "ok")
            : text(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET only");
      }
      var injector = injectorFor(path);
      if (injector.isEmpty()) {
        return text(HttpResponseStatus.NOT_FOUND, "there are /inject, /inject/RULE and /healthz");
      }
      if (!request.method().equals(HttpMethod.POST)) {
        return text(HttpResponseStatus.METHOD_NOT_ALLOWED, "POST only");
      }
      var type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
      if (!type.split(";", 2)[0].strip().equals("application/json")) {
        return text(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "application/json only");
      }
      return review(injector.get(), ByteBufUtil.getBytes(request.content()));
    }

    private Optional<Injector> injectorFor(String path) {
      var all = injector.get();
      return path.equals("/inject")
          ? Optional.of(all)
          : path.startsWith("/inject/")
              ? all.only(path.substring("/inject/".length()))
              : Optional.empty();
    }

    private DefaultFullHttpResponse review(Injector injector, byte[] body) {
      AdmissionReview.Request request;
      try {
        request = AdmissionReview.read(body);
      } catch (RefusedException e) {
        return text(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
      }
      try {
        return json(AdmissionReview.answer(request, decide(injector, request)));
      } catch (RuntimeException bug) {
        log.error("no decision for a pod in {}", request.namespace(), bug);
        return json(AdmissionReview.answer(request, injector.afterBug()));
      }
    }

    private static Injector.Outcome decide(Injector injector, AdmissionReview.Request request) {
      return request.createsPod()
          ? injector.decide(request.namespace(), request.object())
          : new Injector.Outcome.Unchanged("not the creation of a pod", List.of());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext connection, Throwable cause) {
      // Strangers' handshakes and resets; saying so once a connection is for debugging only.
      log.debug("connection from {} closed", connection.channel().remoteAddress(), cause);
      connection.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext connection, Object event) {
      if (event instanceof IdleStateEvent) {
        connection.close();
      }
    }
  }

  private static DefaultFullHttpResponse json(byte[] body) {
    return response(HttpResponseStatus.OK, "application/json", body);
  }

  private static DefaultFullHttpResponse text(HttpResponseStatus status, String body) {
    return response(status, "text/plain; charset=utf-8", (body + "\n").getBytes(UTF_8));
  }

  private static DefaultFullHttpResponse response(
      HttpResponseStatus status, String contentType, byte[] body) {
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return response;
  }
}
