package dev.byname.transport;

import static dev.byname.transport.Queries.framed;
import static dev.byname.transport.Queries.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Scheme;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Closed;
import dev.byname.transport.TransportObserver.Shed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Framing, order, bounds and time of one connection, without a socket and with a clock of its own.
 */
class StreamHandlerTest {
  private static final StreamTimeouts TIMEOUTS =
      new StreamTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10), -1);

  private final ScriptedHandler handler = new ScriptedHandler();
  private final CountingObserver observer = new CountingObserver();
  private final Dam dam = new Dam();
  private Listener listener;
  private EmbeddedChannel channel;

  @AfterEach
  void nothingIsLeft() {
    if (channel != null) {
      channel.finishAndReleaseAll();
      handler.later.forEach(ScriptedHandler.Pending::answer); // to a connection that is gone
      channel.runPendingTasks();
      dam.open();
      assertThat(listener.inFlight().taken()).as("in flight").isZero();
      assertThat(listener.buffered().taken()).as("bytes").isZero();
      assertThat(observer.closed.get()).as("ends told").isEqualTo(1);
    }
  }

  @Test
  void aQueryIsAnsweredBehindItsLength() {
    connect();
    send(framed(query(7, "fast.example")));
    assertThat(answers())
        .singleElement()
        .satisfies(answer -> {
          assertThat(Queries.id(answer)).isEqualTo(7);
          assertThat(Queries.isAnswer(answer)).isTrue();
        });
  }

  @Test
  void framesMayComeByteByByte() {
    connect();
    for (byte one : framed(query(1, "fast.example"), query(2, "fast.example"))) {
      send(new byte[] {one});
    }
    assertThat(ids()).containsExactly(1, 2);
  }

  @Test
  void framesMayComeTogetherAndCutAnywhere() {
    var stream = framed(query(1, "fast.a"), query(2, "slow.b"), query(3, "fast.c"));
    for (int cut = 0; cut <= stream.length; cut++) {
      connect();
      send(java.util.Arrays.copyOfRange(stream, 0, cut));
      send(java.util.Arrays.copyOfRange(stream, cut, stream.length));
      assertThat(ids()).as("cut at %d", cut).containsExactly(1, 2, 3);
      channel.finishAndReleaseAll();
      observer.closed.set(0);
    }
    channel = null;
  }

  @Test
  void theAnswersOfOneReadLeaveInOneWrite() {
    connect();
    send(framed(query(1, "fast.a"), query(2, "fast.b"), query(3, "fast.c")));
    assertThat(channel.outboundMessages()).hasSize(1);
    assertThat(handler.batches).hasValue(1);
    assertThat(ids()).containsExactly(1, 2, 3);
  }

  @Test
  void soDoTheyWhenTheReadComesInSeveralRecords() {
    connect();
    channel.writeInbound(
        Unpooled.wrappedBuffer(framed(query(1, "fast.a"))),
        Unpooled.wrappedBuffer(framed(query(2, "fast.b"))));
    assertThat(channel.outboundMessages()).hasSize(1);
    assertThat(ids()).containsExactly(1, 2);
  }

  @Test
  void theLongestMessageIsTaken() {
    connect();
    send(framed(query(9, "fast.example", 0xffff)));
    assertThat(answers()).singleElement().satisfies(a -> assertThat(a).hasSize(0xffff));
  }

  @Test
  void anEmptyFrameEndsTheConnectionAfterTheAnswersDueBeforeIt() {
    connect();
    send(framed(query(1, "later.a"), new byte[0], query(2, "fast.b")));
    assertThat(channel.isOpen()).isTrue();
    handler.next().answer();
    assertThat(ids()).containsExactly(1);
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.MALFORMED)).isEqualTo(1);
  }

  @Test
  void aFrameWithoutRoomForAHeaderEndsTheConnection() {
    connect();
    send(framed(new byte[11]));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.MALFORMED)).isEqualTo(1);
  }

  @Test
  void answersComeAsTheyAreReady() {
    connect();
    send(framed(query(1, "later.a"), query(2, "later.b"), query(3, "fast.c")));
    assertThat(ids()).containsExactly(3);
    var first = handler.next();
    var second = handler.next();
    second.answer();
    first.answer();
    assertThat(ids()).containsExactly(2, 1);
  }

  @Test
  void aQueryThatIsDroppedOrSilencedHoldsUpNothing() {
    connect();
    send(framed(query(1, "drop.a"), query(2, "silent.b"), query(3, "fast.c")));
    assertThat(ids()).containsExactly(3);
    assertThat(listener.inFlight().taken()).isZero();
  }

  @Test
  void aBugInTheHandlerCostsOneAnswerAndNotTheConnection() {
    connect();
    send(framed(query(1, "bug.a"), query(2, "slowbug.b"), query(3, "fast.c")));
    assertThat(ids()).containsExactly(3);
    assertThat(observer.bugs).hasSize(2);
    assertThat(listener.inFlight().taken()).isZero();
  }

  @Test
  void readingStopsWhileTooManyAreUnanswered() {
    connect(config().withBounds(new Bounds(100, 10, 2, 1 << 20)));
    send(framed(query(1, "later.a"), query(2, "later.b"), query(3, "fast.c"), query(4, "later.d")));
    assertThat(handler.later).hasSize(2);
    assertThat(channel.config().isAutoRead()).isFalse();

    handler.next().answer();
    assertThat(ids()).containsExactly(1, 3); // 4 has taken the place of 1
    assertThat(channel.config().isAutoRead()).isTrue();
    handler.next().answer();
    handler.next().answer();
    assertThat(ids()).containsExactly(2, 4);
  }

  @Test
  void readingStopsWhileTheClientTakesNoAnswers() {
    connect();
    writable(false);
    send(framed(query(1, "fast.a"), query(2, "fast.b")));
    assertThat(ids()).isEmpty();
    assertThat(channel.config().isAutoRead()).isFalse();
    writable(true);
    assertThat(ids()).containsExactly(1, 2);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void theListenersBoundMakesABusyConnectionWaitAndShedsAnIdleOne() {
    connect(config().withBounds(new Bounds(1, 10, 10, 1 << 20)));
    send(framed(query(1, "later.a"), query(2, "slow.b")));
    assertThat(channel.config().isAutoRead()).isFalse();
    handler.next().answer();
    assertThat(ids()).containsExactly(1, 2);

    assertThat(listener.inFlight().enter(0)).isTrue(); // another connection's
    send(framed(query(3, "slow.c")));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Shed.IN_FLIGHT)).isEqualTo(1);
    listener.inFlight().leave(0);
  }

  @Test
  void anUnfinishedFrameHasTheTimeOfARead() {
    connect();
    send(framed(query(1, "fast.a")));
    pass(Duration.ofSeconds(9));
    var frame = framed(query(2, "fast.a"));
    for (int i = 0; i < 3; i++) { // each byte comes soon enough, the frame does not
      send(new byte[] {frame[i]});
      pass(Duration.ofMillis(900));
    }
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(400));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.READ_TIMEOUT)).isEqualTo(1);
  }

  @Test
  void aConnectionWithoutAFirstQueryHasTheTimeOfARead() {
    connect();
    pass(Duration.ofMillis(2999));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.READ_TIMEOUT)).isEqualTo(1);
  }

  @Test
  void anIdleConnectionIsClosedCountingFromTheLastAnswer() {
    connect();
    send(framed(query(1, "later.a")));
    pass(Duration.ofMinutes(1)); // not idle: we owe an answer (RFC 7766 section 6.2.3)
    assertThat(channel.isOpen()).isTrue();
    handler.next().answer();
    pass(Duration.ofMillis(9_999));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.IDLE)).isEqualTo(1);
  }

  @Test
  void aClientThatTakesNoAnswerIsLeft() {
    connect();
    dam.close();
    send(framed(query(1, "fast.a")));
    pass(Duration.ofMillis(4_999));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.WRITE_TIMEOUT)).isEqualTo(1);
  }

  @Test
  void aNewConfigurationsTimeoutsHoldForOpenConnections() {
    connect();
    send(framed(query(1, "fast.a")));
    var patient =
        new StreamTimeouts(
            Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(60), -1);
    listener.configure(config().withTimeouts(patient), null, handler);
    pass(Duration.ofSeconds(59));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aConnectionMayEndAfterSoManyQueries() {
    var two = new StreamTimeouts(TIMEOUTS.read(), TIMEOUTS.write(), TIMEOUTS.idle(), 2);
    connect(config().withTimeouts(two));
    send(framed(query(1, "later.a"), query(2, "fast.b"), query(3, "fast.c")));
    assertThat(ids()).containsExactly(2);
    assertThat(channel.isOpen()).isTrue();
    handler.next().answer();
    assertThat(ids()).containsExactly(1);
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.QUERIES)).isEqualTo(1);
  }

  @Test
  void aTransferGoesOnWhenTheClientTakesMore() {
    connect();
    send(framed(query(1, "later.zone")));
    var transfer = handler.next();
    var sent = new ArrayList<Integer>();
    int messages = 5;
    class Source implements Runnable {
      @Override
      public void run() {
        sent.add(sent.size());
        boolean last = sent.size() == messages;
        byte[] message = ScriptedHandler.answerTo(query(sent.size(), "zone"), 0);
        transfer.replyTo().reply(message, message.length, last);
        if (!last) {
          if (sent.size() == 2) {
            writable(false);
          }
          transfer.replyTo().whenWritable(this);
        }
      }
    }
    new Source().run();
    channel.runPendingTasks();
    assertThat(ids()).containsExactly(1, 2);
    writable(true);
    channel.runPendingTasks();
    assertThat(ids()).containsExactly(3, 4, 5);
    assertThat(listener.inFlight().taken()).isZero();
  }

  @Test
  void aTransferWhoseClientHasGoneGivesItsPlaceBack() {
    connect();
    send(framed(query(1, "later.zone")));
    var transfer = handler.next();
    byte[] message = ScriptedHandler.answerTo(query(1, "zone"), 0);
    transfer.replyTo().reply(message, message.length, false);
    writable(false);
    transfer
        .replyTo()
        .whenWritable(() -> {
          throw new AssertionError("nobody is there to take more");
        });
    channel.runPendingTasks();
    assertThat(listener.inFlight().taken()).isEqualTo(1);
    channel.close();
    assertThat(listener.inFlight().taken()).isZero();
  }

  @Test
  void onlyTheFirstAnswerOfAQueryCounts() {
    connect();
    send(framed(query(1, "later.a")));
    var pending = handler.next();
    pending.answer();
    pending.answer();
    pending.replyTo().silence();
    assertThat(ids()).containsExactly(1);
    assertThat(listener.inFlight().taken()).isZero();
  }

  @Test
  void theConnectionThatOverfillsTheBuffersIsClosed() {
    connect(config().withBounds(new Bounds(100, 10, 10, 150_000)));
    dam.close();
    send(framed(query(1, "big.a")));
    send(framed(query(2, "big.b")));
    assertThat(channel.isOpen()).isTrue();
    send(framed(query(3, "big.c")));
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Shed.BUFFERS)).isEqualTo(1);
  }

  @Test
  void bytesOfAnUnfinishedFrameCount() {
    connect();
    send(java.util.Arrays.copyOf(framed(query(1, "fast.a", 2000)), 1500));
    assertThat(listener.buffered().taken()).isEqualTo(1500);
    send(new byte[502]);
    assertThat(listener.buffered().taken()).isZero();
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void closingTheListenerAnswersWhatIsInFlight() {
    connect();
    send(framed(query(1, "later.a")));
    var drained = listener.drain();
    channel.runPendingTasks();
    assertThat(drained).isNotDone();
    send(framed(query(2, "fast.b"))); // too late: the client asks somebody else
    handler.next().answer();
    assertThat(ids()).containsExactly(1);
    assertThat(channel.isOpen()).isFalse();
    assertThat(observer.count(Closed.SHUTDOWN)).isEqualTo(1);
    assertThat(drained).isDone();
  }

  @Test
  void queriesThatHadToWaitAreAnsweredBeforeTheListenerCloses() {
    connect(config().withBounds(new Bounds(100, 10, 1, 1 << 20)));
    send(framed(query(1, "later.a"), query(2, "fast.b"), query(3, "later.c")));
    listener.drain();
    channel.runPendingTasks();
    handler.next().answer();
    handler.next().answer();
    assertThat(ids()).containsExactly(1, 2, 3);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void theClientIsKnownByBothAddresses() {
    connect();
    send(framed(query(1, "slow.a")));
    assertThat(handler.clients)
        .singleElement()
        .satisfies(client -> {
          assertThat(client.transport()).isEqualTo(Transport.TCP);
          assertThat(client.remote()).isEqualTo(address("192.0.2.1", 4711));
          assertThat(client.local()).isEqualTo(address("192.0.2.53", 53));
        });
  }

  private static ListenerConfig config() {
    return ListenerConfig.of(Scheme.DNS, "192.0.2.53", 53).withTimeouts(TIMEOUTS);
  }

  private void connect() {
    connect(config());
  }

  private void connect(ListenerConfig config) {
    listener = new Listener(config, handler, null, observer);
    channel = new AddressedChannel();
    channel.freezeTime();
    var connection =
        new StreamHandler(listener, Transport.TCP, listener.loopWorker(channel.eventLoop()));
    channel.pipeline().addLast(dam, connection);
    listener.opened(channel, connection);
  }

  private void send(byte[] bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes));
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  private void writable(boolean writable) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
    channel.runPendingTasks();
  }

  private List<Integer> ids() {
    return answers().stream().map(Queries::id).toList();
  }

  /** The answers that have left since the last call. */
  private List<byte[]> answers() {
    channel.runPendingTasks();
    var all = Unpooled.buffer();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      all.writeBytes(out);
      out.release();
    }
    var messages = new ArrayList<byte[]>();
    while (all.isReadable()) {
      var message = new byte[all.readUnsignedShort()];
      all.readBytes(message);
      messages.add(message);
    }
    return messages;
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  private static final class AddressedChannel extends EmbeddedChannel {
    @Override
    protected SocketAddress localAddress0() {
      return address("192.0.2.53", 53);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return address("192.0.2.1", 4711);
    }
  }

  /** A client that takes nothing while it is closed. */
  private static final class Dam extends ChannelOutboundHandlerAdapter {
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean closed;

    void close() {
      closed = true;
    }

    void open() {
      closed = false;
      held.forEach(Runnable::run);
      held.clear();
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (closed) {
        held.add(() -> {
          ((ByteBuf) message).release();
          promise.tryFailure(new java.nio.channels.ClosedChannelException());
        });
      } else {
        context.write(message, promise);
      }
    }
  }
}
