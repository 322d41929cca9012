package dev.byname.transport;

import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Shed;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Executor;

/**
 * Sets up the connections that a listener accepts, or closes them at once when there are too many.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class Accepting extends ChannelInitializer<SocketChannel> {
  private final Listener listener;
  private final Executor handshakes;

  /**
   * @param handshakes where the arithmetic of TLS handshakes is done: a signature takes a
   *     millisecond, for which no event loop must stand still
   */
  Accepting(Listener listener, Executor handshakes) {
    this.listener = listener;
    this.handshakes = handshakes;
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    var remote = channel.remoteAddress();
    if (remote == null) { // reset before it was accepted
      channel.close();
      return;
    }
    var transport =
        switch (listener.config().scheme()) {
          case DNS -> Transport.TCP;
          case TLS -> Transport.TLS;
          case HTTPS -> Transport.HTTPS;
          case HTTPS3, QUIC, GRPC -> throw new IllegalStateException("refused when opened");
        };
    int bucket = FairBound.bucket(remote.getAddress());
    if (!listener.connections().enter(bucket)) {
      listener.shed(transport, Shed.CONNECTIONS);
      channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> listener.connections().leave(bucket));
    listener.observer().connectionOpened(listener.config(), transport);

    var tls = listener.tls();
    if (tls != null) {
      SslHandler handler = tls.current().newHandler(channel.alloc(), handshakes);
      // The handshake shares the time of the first query, which the connection's handler watches.
      handler.setHandshakeTimeoutMillis(0);
      handler.setCloseNotifyReadTimeoutMillis(0);
      channel.pipeline().addLast(handler);
    }
    var loopWorker = listener.loopWorker(channel.eventLoop());
    if (transport == Transport.HTTPS) {
      var connection = new HttpConnection(listener, loopWorker, tls != null);
      channel.pipeline().addLast(connection);
      listener.opened(channel, connection);
    } else {
      var connection = new StreamHandler(listener, transport, loopWorker);
      channel.pipeline().addLast(connection);
      listener.opened(channel, connection);
    }
  }
}
