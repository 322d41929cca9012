package dev.byname.transport;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An inlet that is a Netty channel: a UDP socket, or one that accepts connections. */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class ChannelInlet implements Inlet {
  private final Channel channel;

  ChannelInlet(Channel channel) {
    this.channel = channel;
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public CompletableFuture<Void> stopReading() {
    var udp = channel.pipeline().get(UdpHandler.class);
    if (udp == null) {
      return close(); // connections that were accepted go on without it
    }
    var stopped = new CompletableFuture<Void>();
    channel.eventLoop().execute(() -> stopWhenQuiet(udp, stopped));
    return stopped;
  }

  @Override
  public CompletableFuture<Void> close() {
    var closed = new CompletableFuture<Void>();
    // NIO gives the file descriptor back when the event loop selects the next time; until then the
    // kernel goes on giving datagrams to a socket that nobody reads.
    channel
        .close()
        .addListener(done ->
            channel.eventLoop().schedule(() -> closed.complete(null), 1, TimeUnit.MILLISECONDS));
    return closed;
  }

  /**
   * Looks again after an instant, in which the event loop reads whatever has arrived: tasks given
   * to it without delay would all run before it reads.
   */
  private void stopWhenQuiet(UdpHandler udp, CompletableFuture<Void> stopped) {
    if (channel.isActive() && udp.readSinceLastLook()) {
      channel.eventLoop().schedule(() -> stopWhenQuiet(udp, stopped), 1, TimeUnit.MILLISECONDS);
      return;
    }
    channel.config().setAutoRead(false);
    stopped.complete(null);
  }
}
