package dev.byname.transport;

import dev.byname.query.Client;
import dev.byname.query.QueryHandler;
import dev.byname.query.ReplyTo;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Closed;
import dev.byname.transport.TransportObserver.Shed;
import dev.byname.wire.Header;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of DNS over TCP (RFC 7766) or TLS (RFC 7858): messages behind their length in two
 * bytes, answered in the order in which they are ready.
 *
 * <p>Whole frames are taken off {@link #unread}, answered, and the answers of one read gathered in
 * {@link #unsent}: many small answers cost one write, and one TLS record where each query came in
 * its own. Frames are left where they are, and reading stops, while too much is unanswered or
 * unsent; TCP then holds the client back.
 *
 * <p>A connection ends in steps, so that no answer is lost to a reset: no more queries are taken
 * ({@link State#FINISHING}), the answers in flight go out, our half is closed, and what the client
 * still sends is read and thrown away until it closes its half or runs out of time ({@link
 * State#LINGERING}). Used by the connection's event loop only, but for {@link Reply}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class StreamHandler extends ChannelInboundHandlerAdapter implements Listener.Connection {
  private static final int LENGTH_BYTES = 2;

  /** What goes to the socket in one piece: a TLS record's most. */
  private static final int GATHERED_BYTES = 16 << 10;

  private enum State {
    OPEN,
    FINISHING,
    LINGERING,
    CLOSED
  }

  private final Listener listener;
  private final Transport transport;
  private final LoopWorker loopWorker;
  private final Queue<Waiting> waitingForWritable = new ArrayDeque<>(0);

  private ChannelHandlerContext context;
  private Patience patience;
  private Client client;
  private int family;
  private int bucket;

  private State state = State.OPEN;
  private Closed why = Closed.BY_CLIENT;
  private @Nullable ByteBuf unread;
  private int unreadBudgetBytes;
  private @Nullable ByteBuf unsent;
  private int inFlight;
  private int queries;
  private boolean working;
  private boolean workAgain;

  /** From a read until its end: more queries may follow at once, so answers wait for them. */
  private boolean reading;

  private boolean inputEnded;
  private boolean stalled;
  private boolean shuttingDown;

  @SuppressWarnings("NullAway.Init") // handlerAdded comes before everything else
  StreamHandler(Listener listener, Transport transport, LoopWorker loopWorker) {
    this.listener = listener;
    this.transport = transport;
    this.loopWorker = loopWorker;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    var channel = added.channel();
    var remote = (InetSocketAddress) channel.remoteAddress();
    client = new Client(transport, remote, (InetSocketAddress) channel.localAddress());
    family = remote.getAddress() instanceof Inet6Address ? 2 : 1;
    bucket = FairBound.bucket(remote.getAddress());
    patience = new Patience(added.executor(), () -> listener.config().timeouts(), this::closeNow);
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    var read = (ByteBuf) message;
    if (state != State.OPEN || shuttingDown) {
      read.release();
      return;
    }
    var before = unread;
    unread =
        before == null
            ? read
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), before, read);
    reading = true;
    work();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ignored) {
    if (reading) {
      reading = false;
      work();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ignored) {
    work();
    while (context.channel().isWritable()) {
      var more = waitingForWritable.poll();
      if (more == null) {
        break;
      }
      run(more);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ignored, Object event) {
    // A client may close its half when it has asked all it wants and must still get its answers.
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      inputEnded = true;
      finish(Closed.BY_CLIENT);
      finishIfDone();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    ended();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
      closeNow(Closed.TLS);
    } else if (cause instanceof IOException) {
      closeNow(Closed.BY_CLIENT); // reset
    } else {
      listener.observer().bug(listener.config(), cause);
      closeNow(Closed.ERROR);
    }
  }

  /** Takes no more queries, sends what is in flight, closes. */
  @Override
  public void shutDown() {
    shuttingDown = true; // whole queries that had to wait are still answered
    if (!stalled) {
      finish(Closed.SHUTDOWN);
    }
    finishIfDone();
  }

  /** Answers what can be answered now, then sets whether to read on. */
  private void work() {
    if (working) {
      workAgain = true; // an answer came at once, or room was made while we were sending
      return;
    }
    working = true;
    try {
      do {
        workAgain = false;
        stalled = false;
        while (takeFrames()) {
          send();
        }
        if (!reading) {
          send();
          context.flush();
        }
      } while (workAgain && stalled && state == State.OPEN);
    } finally {
      working = false;
    }
    if (shuttingDown && !stalled) {
      finish(Closed.SHUTDOWN);
    }
    keepUnread();
    finishIfDone();
  }

  /** True when it stopped only to send what it has gathered. */
  private boolean takeFrames() {
    if (unread == null || state != State.OPEN) {
      return false;
    }
    var worker = loopWorker.beginBatch();
    while (state == State.OPEN && unread != null) {
      var in = unread;
      int available = in.readableBytes();
      if (available < LENGTH_BYTES) {
        return false;
      }
      int start = in.readerIndex();
      int lengthBytes = in.getUnsignedShort(start);
      if (lengthBytes < Header.LENGTH_BYTES) {
        // Neither an empty frame nor one without room for a header can be answered, and a peer that
        // sends one has lost count or never spoke DNS: whatever follows would be misread.
        finish(Closed.MALFORMED);
        return false;
      }
      if (available < LENGTH_BYTES + lengthBytes) {
        return false;
      }
      if (inFlight >= listener.config().bounds().connectionInFlightMax()) {
        stalled = true;
        return false;
      }
      if (!context.channel().isWritable()) {
        stalled = true;
        return false;
      }
      if (unsent != null && unsent.readableBytes() >= GATHERED_BYTES) {
        return true;
      }
      in.getBytes(start + LENGTH_BYTES, loopWorker.query, 0, lengthBytes);
      if (!answer(worker, lengthBytes)) {
        return false;
      }
      in.skipBytes(LENGTH_BYTES + lengthBytes);
      patience.query();
      queries++;
      int queriesMax = listener.config().timeouts().queriesMax();
      if (queriesMax != StreamTimeouts.UNLIMITED && queries >= queriesMax) {
        finish(Closed.QUERIES);
      }
    }
    return false;
  }

  /** False when the query must wait where it is. */
  private boolean answer(QueryHandler.Worker worker, int lengthBytes) {
    try {
      int sizeBytes =
          worker.answer(loopWorker.query, lengthBytes, loopWorker.answer, transport, family);
      if (sizeBytes > 0) {
        gather(loopWorker.answer, sizeBytes);
      } else if (sizeBytes == QueryHandler.SLOW) {
        return answerSlowly(worker, lengthBytes);
      }
    } catch (RuntimeException bug) {
      listener.observer().bug(listener.config(), bug);
    }
    return true;
  }

  private boolean answerSlowly(QueryHandler.Worker worker, int lengthBytes) {
    if (!listener.inFlight().enter(bucket)) {
      if (inFlight > 0) {
        stalled = true; // one of ours that ends wakes us
        return false;
      }
      listener.shed(transport, Shed.IN_FLIGHT);
      finish(Closed.SHED);
      return false;
    }
    inFlight++;
    patience.answerBegun();
    var reply = new Reply();
    try {
      worker.answerSlowly(loopWorker.query, lengthBytes, client, reply);
    } catch (RuntimeException bug) {
      reply.silence();
      throw bug;
    }
    return true;
  }

  private void gather(byte[] message, int lengthBytes) {
    var out = unsent;
    if (out == null) {
      out = context.alloc().directBuffer(Math.max(1024, LENGTH_BYTES + lengthBytes));
      unsent = out;
    }
    // Length and message in one piece: some clients misread a length that comes alone (RFC 7766
    // section 8).
    out.writeShort(lengthBytes).writeBytes(message, 0, lengthBytes);
  }

  /** Hands what was gathered to the channel. */
  private void send() {
    var out = unsent;
    if (out == null) {
      return;
    }
    unsent = null;
    int bytes = out.readableBytes();
    if (!listener.buffered().take(bytes)) {
      out.release();
      listener.shed(transport, Shed.BUFFERS);
      closeNow(Closed.SHED);
      return;
    }
    patience.writeBegun();
    context
        .write(out)
        .addListener(done -> {
          listener.buffered().give(bytes);
          patience.writeEnded();
          finishIfDone();
        });
  }

  /**
   * Sees to it that what is left of the input is accounted for, and that reading stops or goes on.
   */
  private void keepUnread() {
    var rest = unread;
    if (rest != null && (!rest.isReadable() || state != State.OPEN)) {
      rest.release();
      unread = null;
      rest = null;
    } else if (rest != null && rest.capacity() > 2 * rest.readableBytes() + 1024) {
      // A slow sender must not hold a whole read buffer for its few bytes.
      unread = context.alloc().directBuffer(rest.readableBytes()).writeBytes(rest);
      rest.release();
      rest = unread;
    }
    int held = rest == null ? 0 : rest.readableBytes();
    if (held > unreadBudgetBytes && !listener.buffered().take(held - unreadBudgetBytes)) {
      listener.shed(transport, Shed.BUFFERS);
      closeNow(Closed.SHED);
      return;
    }
    if (held < unreadBudgetBytes) {
      listener.buffered().give(unreadBudgetBytes - held);
    }
    unreadBudgetBytes = held;
    boolean waits = stalled && state == State.OPEN;
    patience.partial(held > 0 && !waits);
    context.channel().config().setAutoRead(!waits);
  }

  /** One of the slow ones is done. */
  private void settled() {
    inFlight--;
    patience.answerEnded();
    if (state == State.CLOSED) {
      return;
    }
    work();
  }

  private void finish(Closed reason) {
    if (state == State.OPEN) {
      state = State.FINISHING;
      why = reason;
    }
  }

  private void finishIfDone() {
    if (state != State.FINISHING
        || working
        || inFlight > 0
        || unsent != null
        || patience.isWriting()) {
      return;
    }
    keepUnread();
    if (inputEnded || !(context.channel() instanceof SocketChannel)) {
      closeNow(why);
      return;
    }
    state = State.LINGERING;
    patience.lingering();
    var socket = (SocketChannel) context.channel();
    var tls = context.pipeline().get(SslHandler.class);
    if (tls == null) {
      socket.shutdownOutput();
    } else {
      tls.closeOutbound().addListener(done -> socket.shutdownOutput());
    }
  }

  private void closeNow(Closed reason) {
    if (state == State.OPEN) {
      why = reason;
    }
    context.close();
    ended();
  }

  /** Everything is given back, once. */
  private void ended() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    patience.stop();
    waitingForWritable.forEach(waiting -> waiting.reply().abandon());
    waitingForWritable.clear();
    if (unread != null) {
      unread.release();
      unread = null;
    }
    if (unsent != null) {
      unsent.release();
      unsent = null;
    }
    listener.buffered().give(unreadBudgetBytes);
    unreadBudgetBytes = 0;
    listener.observer().connectionClosed(listener.config(), transport, why);
  }

  private void run(Waiting next) {
    try {
      next.task().run();
    } catch (RuntimeException bug) {
      listener.observer().bug(listener.config(), bug);
      next.reply().abandon();
      closeNow(Closed.ERROR);
    }
  }

  /** The next message of a transfer. */
  private record Waiting(Reply reply, Runnable task) {}

  /** Brings a slow answer to the event loop from whatever thread it comes on. */
  private final class Reply implements ReplyTo {
    private final AtomicBoolean done = new AtomicBoolean();

    @Override
    public void reply(byte[] message, int lengthBytes, boolean last) {
      if (last ? !done.compareAndSet(false, true) : done.get()) {
        return;
      }
      if (context.executor().inEventLoop()) {
        if (state != State.CLOSED) {
          gather(message, lengthBytes);
        }
        delivered(last);
        return;
      }
      var copy = new byte[lengthBytes];
      System.arraycopy(message, 0, copy, 0, lengthBytes);
      onLoop(
          last,
          () -> {
            if (state != State.CLOSED) {
              gather(copy, lengthBytes);
            }
            delivered(last);
          });
    }

    @Override
    public void silence() {
      if (!done.compareAndSet(false, true)) {
        return;
      }
      if (context.executor().inEventLoop()) {
        delivered(true);
      } else {
        onLoop(true, () -> delivered(true));
      }
    }

    @Override
    public void whenWritable(Runnable more) {
      onLoop(
          false,
          () -> {
            var next = new Waiting(this, more);
            if (state == State.CLOSED) {
              abandon();
            } else if (context.channel().isWritable()) {
              run(next);
            } else {
              waitingForWritable.add(next);
            }
          });
    }

    /** The client has gone: the rest of a transfer will never be asked for. */
    void abandon() {
      if (done.compareAndSet(false, true)) {
        listener.inFlight().leave(bucket);
      }
    }

    private void delivered(boolean last) {
      if (last) {
        listener.inFlight().leave(bucket);
        settled();
      } else if (state != State.CLOSED) {
        work();
      }
    }

    private void onLoop(boolean last, Runnable task) {
      try {
        context.executor().execute(task);
      } catch (RejectedExecutionException stopped) {
        if (last) {
          listener.inFlight().leave(bucket); // the loop is gone and the connection with it
        }
      }
    }
  }
}
