package dev.byname.plugin.forward;

import dev.byname.plugin.forward.ForwardObserver.DropReason;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or TLS connection to one upstream. Takes several queries at once and answers in any order
 * (RFC 7766 section 6.2.1.1). Used only by its event loop.
 */
final class StreamConnection extends SimpleChannelInboundHandler<ByteBuf> {
  private final UpstreamAddress to;
  private final ForwardObserver observer;
  private final RandomGenerator random;
  private final Consumer<PendingQuery> askAgain;
  private final IntObjectHashMap<PendingQuery> pending = new IntObjectHashMap<>(4);
  private final ChannelFuture connected;
  private boolean retired;
  private boolean served;
  private @Nullable Throwable error;
  final long openedNanos;
  long idleSinceNanos;

  /**
   * Begins to connect.
   *
   * @param askAgain takes queries that an old connection swallowed when the upstream closed it
   */
  StreamConnection(
      UpstreamAddress to,
      ForwardObserver observer,
      RandomGenerator random,
      long nowNanos,
      Consumer<PendingQuery> askAgain,
      Function<StreamConnection, ChannelFuture> connect) {
    this.to = to;
    this.observer = observer;
    this.random = random;
    this.askAgain = askAgain;
    openedNanos = nowNanos;
    idleSinceNanos = nowNanos;
    connected = connect.apply(this);
  }

  boolean open() {
    return !retired;
  }

  int inFlight() {
    return pending.size();
  }

  void send(PendingQuery query) {
    int id;
    do {
      id = random.nextInt(0x10000);
    } while (pending.containsKey(id));
    query.id = id;
    pending.put(id, query);
    query.onTimeout = () -> timedOut(query);
    // Length and message in one write (RFC 7766 section 8).
    byte[] framed = query.query.encode(2, id, query.name, query.edns);
    Bytes.u16(framed, 0, framed.length - 2);
    connected.addListener(done -> {
      if (done.isSuccess()) {
        connected
            .channel()
            .writeAndFlush(Unpooled.wrappedBuffer(framed))
            .addListener(sent -> {
              if (!sent.isSuccess()) {
                failed(sent.cause());
              }
            });
      } else {
        failed(done.cause());
      }
    });
  }

  private void timedOut(PendingQuery query) {
    if (pending.get(query.id) == query) {
      // What is stuck once is stuck for the next one too.
      retired = true;
      finish(query, new UpstreamReply.Failed("timed out"));
    }
  }

  private void finish(PendingQuery query, UpstreamReply result) {
    pending.remove(query.id);
    closeWhenDone();
    query.complete(result);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
    byte[] in = ByteBufUtil.getBytes(message);
    if (in.length < Header.LENGTH_BYTES) {
      observer.dropped(to.label(), DropReason.SHORT);
      return;
    }
    PendingQuery query = pending.get(Bytes.u16(in, Header.ID));
    if (query == null) {
      observer.dropped(to.label(), DropReason.ID);
      return;
    }
    UpstreamReply reply =
        ReplyReader.read(
            in, in.length, query.query, query.name, query.exactCase, query.edns, 0xffff);
    if (reply == null) {
      observer.dropped(to.label(), DropReason.QUESTION);
      return;
    }
    served = true;
    finish(query, reply);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failed(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    failed(null);
  }

  private void failed(@Nullable Throwable cause) {
    if (error == null) {
      error = cause;
    }
    retired = true;
    List<PendingQuery> all = new ArrayList<>(pending.values());
    pending.clear();
    closeWhenDone();
    for (PendingQuery query : all) {
      if (served && !query.resent) {
        // The upstream closed an idle connection while the query was on its way: nobody's fault
        // (RFC 7766 section 6.2.4).
        query.resent = true;
        askAgain.accept(query);
      } else {
        query.complete(new UpstreamReply.Failed(Failures.text(error)));
      }
    }
  }

  /** Takes no more queries, and closes when the last one is answered. */
  void retire() {
    retired = true;
    closeWhenDone();
  }

  private void closeWhenDone() {
    if (pending.isEmpty() && retired) {
      var _ = connected.channel().close();
    }
  }
}
