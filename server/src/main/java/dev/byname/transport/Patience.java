package dev.byname.transport;

import dev.byname.transport.TransportObserver.Closed;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may still take. Its handler says what is going on; when a deadline of
 * {@link StreamTimeouts} passes, {@code expired} hears which. Deadlines are moved by arithmetic:
 * the one timer of a connection is only set anew when it would ring too late. Used by the
 * connection's event loop, whose clock it reads.
 */
final class Patience {
  private static final long NEVER = Long.MAX_VALUE;

  private final EventExecutor loop;
  private final Supplier<StreamTimeouts> timeouts;
  private final Consumer<Closed> expired;
  private final long startNanos;

  private boolean anyQuery;
  private boolean lingering;
  private int answering;
  private int writing;
  private boolean partial;
  private long partialSinceNanos;
  private long writingSinceNanos;
  private long quietSinceNanos;

  private @Nullable Future<?> timer;
  private long timerNanos = NEVER;

  Patience(EventExecutor loop, Supplier<StreamTimeouts> timeouts, Consumer<Closed> expired) {
    this.loop = loop;
    this.timeouts = timeouts;
    this.expired = expired;
    startNanos = loop.ticker().nanoTime();
    rearm();
  }

  /** A whole query has come. */
  void query() {
    anyQuery = true;
    quietSinceNanos = elapsedNanos();
  }

  /** The first bytes of a query are there and we wait for the rest; later ones do not count. */
  void partial(boolean nowPartial) {
    if (nowPartial != partial) {
      partial = nowPartial;
      partialSinceNanos = elapsedNanos();
      rearm();
    }
  }

  void answerBegun() {
    answering++;
  }

  void answerEnded() {
    answering--;
    quietSinceNanos = elapsedNanos();
    rearm();
  }

  void writeBegun() {
    if (writing++ == 0) {
      writingSinceNanos = elapsedNanos();
      rearm();
    }
  }

  /** An answer was taken by the client's end; the others' time starts anew. */
  void writeEnded() {
    writing--;
    writingSinceNanos = elapsedNanos();
    quietSinceNanos = writingSinceNanos;
    rearm();
  }

  /** Nothing more is read; the client has the time of a read to close its end. */
  void lingering() {
    lingering = true;
    partial = false;
    quietSinceNanos = elapsedNanos();
    rearm();
  }

  boolean isWriting() {
    return writing > 0;
  }

  boolean isAnswering() {
    return answering > 0;
  }

  void stop() {
    lingering = true;
    var old = timer;
    if (old != null) {
      old.cancel(false);
      timer = null;
    }
    timerNanos = 0; // before every deadline: never set again
  }

  private void ring() {
    timer = null;
    timerNanos = NEVER;
    if (deadlineNanos() <= elapsedNanos()) {
      var why = reason();
      stop();
      expired.accept(why);
    } else {
      rearm();
    }
  }

  private void rearm() {
    long deadline = deadlineNanos();
    if (deadline >= timerNanos) {
      return; // it rings before, and looks again
    }
    var old = timer;
    if (old != null) {
      old.cancel(false);
    }
    timerNanos = deadline;
    timer = loop.schedule(this::ring, deadline - elapsedNanos(), TimeUnit.NANOSECONDS);
  }

  private long deadlineNanos() {
    var limits = timeouts.get();
    if (writing > 0) {
      return writingSinceNanos + limits.write().toNanos();
    }
    if (answering > 0) {
      return NEVER; // the plugins have their own timeouts
    }
    if (lingering || !anyQuery) {
      return quietSinceNanos + limits.read().toNanos();
    }
    return partial
        ? partialSinceNanos + limits.read().toNanos()
        : quietSinceNanos + limits.idle().toNanos();
  }

  private Closed reason() {
    if (writing > 0) {
      return Closed.WRITE_TIMEOUT;
    }
    return anyQuery && !partial ? Closed.IDLE : Closed.READ_TIMEOUT;
  }

  private long elapsedNanos() {
    return loop.ticker().nanoTime() - startNanos;
  }
}
