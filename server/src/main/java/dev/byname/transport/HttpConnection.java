package dev.byname.transport;

import dev.byname.query.Client;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Closed;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;

/**
 * One HTTP connection of DNS over HTTPS: chooses HTTP/2 or HTTP/1.1 when the TLS handshake is done,
 * keeps the time, and counts what its exchanges do. Used by its event loop only.
 *
 * <p>HTTP/2 gives each request a stream with an {@link HttpExchange} of its own, answered when it
 * is ready. HTTP/1.1 has one exchange after the other: answers must come in the order of the
 * requests (RFC 9112 section 9.3.2), so nothing is read while one is worked on.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class HttpConnection extends ChannelInboundHandlerAdapter implements Listener.Connection {
  /** Room for a query of some 12,000 bytes in the {@code dns} parameter of a GET. */
  static final int HEADERS_MAX_BYTES = 16 << 10;

  private static final int CHUNK_MAX_BYTES = 8 << 10;

  private final Listener listener;
  private final LoopWorker loopWorker;
  private final boolean tls;
  private ChannelHandlerContext context;
  private Client client;
  private int bucket;
  private Patience patience;
  private Closed why = Closed.BY_CLIENT;
  private boolean http2;
  private boolean ended;
  private boolean shuttingDown;

  @SuppressWarnings("NullAway.Init") // handlerAdded comes before everything else
  HttpConnection(Listener listener, LoopWorker loopWorker, boolean tls) {
    this.listener = listener;
    this.loopWorker = loopWorker;
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    var remote = (InetSocketAddress) added.channel().remoteAddress();
    client =
        new Client(Transport.HTTPS, remote, (InetSocketAddress) added.channel().localAddress());
    bucket = FairBound.bucket(remote.getAddress());
    patience = new Patience(added.executor(), () -> listener.config().timeouts(), this::expired);
    if (!tls) {
      speakHttp1(added.pipeline());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext current, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
      var protocol = current.pipeline().get(SslHandler.class).applicationProtocol();
      if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
        speakHttp2(current.pipeline());
      } else {
        speakHttp1(current.pipeline());
      }
    }
    super.userEventTriggered(current, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext current) throws Exception {
    ended();
    super.channelInactive(current);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext current, Throwable cause) {
    failed(cause);
  }

  @Override
  public void shutDown() {
    shuttingDown = true;
    why = Closed.SHUTDOWN;
    if (http2) {
      context.channel().close(); // GOAWAY; the streams that are open still end
    } else {
      closeIfDone();
    }
  }

  Listener listener() {
    return listener;
  }

  LoopWorker loopWorker() {
    return loopWorker;
  }

  Client client() {
    return client;
  }

  int bucket() {
    return bucket;
  }

  Patience patience() {
    return patience;
  }

  boolean http2() {
    return http2;
  }

  boolean shuttingDown() {
    return shuttingDown;
  }

  /** The whole channel, where a stream of HTTP/2 has one of its own. */
  Channel channel() {
    return context.channel();
  }

  /** An HTTP/1.1 exchange is over. */
  void closeIfDone() {
    if (shuttingDown && !http2 && !patience.isAnswering() && !patience.isWriting()) {
      closeNow(Closed.SHUTDOWN);
    }
  }

  /** Ends an HTTP/1.1 connection so that the client still reads our last response. */
  void linger() {
    why = Closed.MALFORMED;
    patience.lingering();
    var channel = (SocketChannel) context.channel();
    var handler = channel.pipeline().get(SslHandler.class);
    if (handler == null) {
      channel.shutdownOutput();
    } else {
      handler.closeOutbound().addListener(done -> channel.shutdownOutput());
    }
  }

  void closeNow(Closed reason) {
    if (!ended) {
      why = reason;
      context.channel().close();
    }
  }

  void failed(Throwable cause) {
    if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
      closeNow(Closed.TLS);
    } else if (cause instanceof DecoderException) {
      closeNow(Closed.MALFORMED);
    } else if (cause instanceof IOException) {
      closeNow(Closed.BY_CLIENT); // reset
    } else {
      listener.observer().bug(listener.config(), cause);
      closeNow(Closed.ERROR);
    }
  }

  private void expired(Closed reason) {
    if (why == Closed.BY_CLIENT) { // nothing else has begun to end it
      why = reason;
    }
    context.channel().close();
  }

  private void ended() {
    if (!ended) {
      ended = true;
      patience.stop();
      listener.observer().connectionClosed(listener.config(), Transport.HTTPS, why);
    }
  }

  private void speakHttp1(ChannelPipeline pipeline) {
    pipeline.addLast(
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(HEADERS_MAX_BYTES)
                .setMaxHeaderSize(HEADERS_MAX_BYTES)
                .setMaxChunkSize(CHUNK_MAX_BYTES)),
        new HttpServerKeepAliveHandler(),
        new FlowControlHandler(),
        new HttpExchange(this));
  }

  private void speakHttp2(ChannelPipeline pipeline) {
    http2 = true;
    var limits = listener.config();
    pipeline.addLast(
        // Netty ends connections that flood with resets, empty frames or continuations.
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(limits.bounds().connectionInFlightMax())
                    .maxHeaderListSize(HEADERS_MAX_BYTES))
            .gracefulShutdownTimeoutMillis(limits.timeouts().write().toMillis())
            .build(),
        new Http2MultiplexHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel stream) {
                stream
                    .pipeline()
                    .addLast(
                        new Http2StreamFrameToHttpObjectCodec(true),
                        new HttpExchange(HttpConnection.this));
              }
            }));
  }
}
