package dev.byname.lookup;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the newest state to one subscriber, one call at a time. Holds nothing but the fact that
 * there is something new, so a slow subscriber costs no memory and is never told of the past.
 */
final class Mailbox<T> {
  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

  private enum Work {
    /** Nothing to deliver, nobody delivering. */
    IDLE,
    DELIVERING,
    /** Something came while delivering: once more. */
    AGAIN
  }

  private final Executor executor;
  private final Supplier<T> newest;
  private final Consumer<? super T> subscriber;
  private final AtomicReference<Work> work = new AtomicReference<>(Work.IDLE);
  private volatile boolean closed;

  /** Only touched by the delivering thread; the hand-over goes through {@link #work}. */
  private @Nullable T last;

  Mailbox(Executor executor, Supplier<T> newest, Consumer<? super T> subscriber) {
    this.executor = executor;
    this.newest = newest;
    this.subscriber = subscriber;
  }

  /** There is something new. Never blocks. */
  void changed() {
    if (closed) {
      return;
    }
    if (work.getAndUpdate(w -> w == Work.IDLE ? Work.DELIVERING : Work.AGAIN) == Work.IDLE) {
      executor.execute(this::deliver);
    }
  }

  private void deliver() {
    do {
      work.set(Work.DELIVERING);
      T state = newest.get();
      if (!closed && !state.equals(last)) {
        last = state;
        try {
          subscriber.accept(state);
        } catch (RuntimeException theirs) {
          log.warn("a subscriber failed; it stays subscribed", theirs);
        }
      }
    } while (!work.compareAndSet(Work.DELIVERING, Work.IDLE));
  }

  void close() {
    closed = true;
  }
}
