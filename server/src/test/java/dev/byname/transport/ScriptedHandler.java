package dev.byname.transport;

import dev.byname.query.Client;
import dev.byname.query.QueryHandler;
import dev.byname.query.ReplyTo;
import dev.byname.query.Transport;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A handler that does what the first label of the name says and otherwise sends the query back with
 * QR set. The labels: {@code fast} at once; {@code slow} by the chain, on the spot; {@code later}
 * when the test takes it from {@link #later}; {@code drop}, {@code silent}: not at all; {@code
 * bug}, {@code slowbug}: throws; {@code big}: 60,000 bytes.
 */
final class ScriptedHandler implements QueryHandler {
  /** Slow queries that wait for the test. */
  final BlockingQueue<Pending> later = new LinkedBlockingQueue<>();

  final List<Client> clients = new CopyOnWriteArrayList<>();
  final AtomicInteger batches = new AtomicInteger();
  final AtomicInteger workers = new AtomicInteger();
  final AtomicInteger lastFamily = new AtomicInteger();
  private final int mark;
  private final Executor slowly;

  record Pending(byte[] query, Client client, ReplyTo replyTo) {
    void answer() {
      byte[] answer = answerTo(query, 0);
      replyTo.reply(answer, answer.length, true);
    }
  }

  ScriptedHandler() {
    this(0, Runnable::run);
  }

  /**
   * @param mark what the last byte of each answer is set to
   * @param slowly where {@code slow} queries are answered
   */
  ScriptedHandler(int mark, Executor slowly) {
    this.mark = mark;
    this.slowly = slowly;
  }

  /** The next query for {@code later}. */
  Pending next() {
    try {
      var pending = later.poll(20, TimeUnit.SECONDS);
      if (pending == null) {
        throw new AssertionError("no query for later came");
      }
      return pending;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public Worker newWorker() {
    workers.incrementAndGet();
    return new Scripted();
  }

  static byte[] answerTo(byte[] query, int mark) {
    byte[] answer = query.clone();
    Bytes.u16(answer, Header.FLAGS, Bytes.u16(answer, Header.FLAGS) | Header.QR);
    if (mark != 0) {
      answer[answer.length - 1] = (byte) mark;
    }
    return answer;
  }

  private final class Scripted implements Worker {
    private Thread owner;

    @Override
    public void beginBatch() {
      batches.incrementAndGet();
      if (owner == null) {
        owner = Thread.currentThread();
      }
    }

    @Override
    public int answer(byte[] query, int lengthBytes, byte[] out, Transport transport, int family) {
      if (owner != Thread.currentThread()) {
        throw new AssertionError("a worker of " + owner + " was used by another thread");
      }
      lastFamily.set(family);
      byte[] message = Arrays.copyOf(query, lengthBytes);
      return switch (command(message)) {
        case "slow", "later", "silent", "slowbug" -> SLOW;
        case "drop" -> DROP;
        case "bug" -> throw new IllegalStateException("asked for");
        case "big" -> copy(Arrays.copyOf(answerTo(message, 0), 60_000), out);
        default -> copy(answerTo(message, mark), out);
      };
    }

    @Override
    public void answerSlowly(byte[] query, int lengthBytes, Client client, ReplyTo replyTo) {
      clients.add(client);
      byte[] message = Arrays.copyOf(query, lengthBytes);
      switch (command(message)) {
        case "later" -> later.add(new Pending(message, client, replyTo));
        case "silent" -> replyTo.silence();
        case "slowbug" -> throw new IllegalStateException("asked for");
        default -> {
          byte[] answer = answerTo(message, mark);
          slowly.execute(() -> replyTo.reply(answer, answer.length, true));
        }
      }
    }

    private String command(byte[] message) {
      var name = Queries.name(message);
      return name.substring(0, name.indexOf('.'));
    }

    private int copy(byte[] answer, byte[] out) {
      System.arraycopy(answer, 0, out, 0, answer.length);
      return answer.length;
    }
  }
}
