package dev.byname.plugin.forward;

import dev.byname.plugin.forward.ForwardObserver.DropReason;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A UDP socket connected to one upstream: the kernel drops datagrams from other addresses and tells
 * when nobody listens there. Used only by its event loop.
 */
final class UdpPort extends SimpleChannelInboundHandler<DatagramPacket> {
  /**
   * A port that was seen often is a port that can be guessed; a fresh one costs some 50 µs. So each
   * carries a few queries and goes.
   */
  static final int QUERIES_MAX = 64;

  /** After so many wrong answers somebody is guessing: what waits here is asked over TCP. */
  static final int DROPS_MAX = 16;

  private final UpstreamAddress to;
  private final ForwardObserver observer;
  private final RandomGenerator random;
  private final IntObjectHashMap<PendingQuery> pending = new IntObjectHashMap<>(4);
  private final ChannelFuture connected;
  private int carried;
  private int dropped;
  private boolean retired;
  long idleSinceNanos;

  UdpPort(
      UpstreamAddress to,
      ForwardObserver observer,
      RandomGenerator random,
      Function<UdpPort, ChannelFuture> connect) {
    this.to = to;
    this.observer = observer;
    this.random = random;
    connected = connect.apply(this);
  }

  /** Whether it takes another query. */
  boolean open() {
    return !retired && carried < QUERIES_MAX;
  }

  int inFlight() {
    return pending.size();
  }

  void send(PendingQuery query) {
    carried++;
    int id;
    do {
      id = random.nextInt(0x10000);
    } while (pending.containsKey(id));
    query.id = id;
    pending.put(id, query);
    query.onTimeout = () -> timedOut(query);
    byte[] message = query.query.encode(0, id, query.name, query.edns);
    connected.addListener(done -> {
      if (done.isSuccess()) {
        channel()
            .writeAndFlush(Unpooled.wrappedBuffer(message))
            .addListener(sent -> {
              if (!sent.isSuccess()) {
                fail(query, sent.cause());
              }
            });
      } else {
        fail(query, done.cause());
      }
    });
  }

  private Channel channel() {
    return connected.channel();
  }

  private void fail(PendingQuery query, Throwable cause) {
    if (pending.get(query.id) == query) {
      retired = true; // a socket with an error is not worth a second try
      finish(query, new UpstreamReply.Failed(Failures.text(cause)));
    }
  }

  private void timedOut(PendingQuery query) {
    if (pending.get(query.id) == query) {
      finish(query, new UpstreamReply.Failed("timed out"));
    }
  }

  private void finish(PendingQuery query, UpstreamReply result) {
    pending.remove(query.id);
    closeWhenDone();
    query.complete(result);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    ByteBuf content = packet.content();
    if (content.readableBytes() < Header.LENGTH_BYTES) {
      drop(DropReason.SHORT);
      return;
    }
    byte[] in = ByteBufUtil.getBytes(content);
    PendingQuery query = pending.get(Bytes.u16(in, Header.ID));
    if (query == null) {
      drop(DropReason.ID);
      return;
    }
    UpstreamReply reply =
        ReplyReader.read(
            in,
            in.length,
            query.query,
            query.name,
            query.exactCase,
            query.edns,
            query.edns ? UpstreamQuery.UDP_SIZE_BYTES : UpstreamQuery.PLAIN_UDP_SIZE_BYTES);
    if (reply == null) {
      drop(DropReason.QUESTION);
      return;
    }
    finish(query, reply);
  }

  private void drop(DropReason reason) {
    observer.dropped(to.label(), reason);
    if (++dropped >= DROPS_MAX) {
      retired = true;
      finishAll(new UpstreamReply.Unusable(dropped + " wrong answers"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    retired = true;
    finishAll(new UpstreamReply.Failed(Failures.text(cause)));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    retired = true;
    finishAll(new UpstreamReply.Failed("socket closed"));
  }

  private void finishAll(UpstreamReply result) {
    List<PendingQuery> all = new ArrayList<>(pending.values());
    for (PendingQuery query : all) {
      finish(query, result);
    }
    closeWhenDone();
  }

  /** Takes no more queries, and closes when the last one is answered. */
  void retire() {
    retired = true;
    closeWhenDone();
  }

  private void closeWhenDone() {
    if (pending.isEmpty() && !open()) {
      var _ = channel().close();
    }
  }
}
