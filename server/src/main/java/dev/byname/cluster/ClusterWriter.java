package dev.byname.cluster;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterState.Change;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes a {@link ClusterState}: takes changes from a bounded queue, in
 * batches, so that a burst of a thousand slices is published by few rebuilds.
 */
public final class ClusterWriter implements ClusterSink, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterWriter.class);

  /**
   * Two batches. What waits here is held beside what it will replace: in a relist of 10,000 changed
   * slices a queue of 4096 would be a third of the picture again.
   */
  public static final int QUEUE_CHANGES_MAX = 512;

  static final int BATCH_CHANGES_MAX = 256;

  private final ClusterState state;
  private final BlockingQueue<Change> queue = new ArrayBlockingQueue<>(QUEUE_CHANGES_MAX);
  private final Thread thread;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private volatile boolean closed;

  public ClusterWriter(ClusterState state, String name) {
    this.state = state;
    thread = Thread.ofPlatform().name("cluster-" + name).daemon().unstarted(this::run);
    thread.start();
  }

  public ClusterState state() {
    return state;
  }

  @Override
  public void put(ClusterObject object) {
    enqueue(new Change.Put(object));
  }

  @Override
  public void remove(Kind kind, ObjectKey key) {
    enqueue(new Change.Remove(kind, key));
  }

  @Override
  public void synced() {
    enqueue(new Change.Synced());
  }

  /**
   * Runs the action on the writing thread and waits for it: nothing changes meanwhile. An interrupt
   * neither skips the action nor ends the waiting, since callers take for granted that it has run.
   *
   * @throws IllegalStateException when the writer has been closed
   */
  public void call(Runnable action) {
    var done = new CompletableFuture<@Nullable Void>();
    var change =
        new Change.Call(() -> {
          try {
            action.run();
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    if (!closed) {
      putUninterruptibly(change);
    }
    CompletableFuture.anyOf(done, ended).join(); // what comes too late for the thread is not run
    if (!done.isDone()) {
      throw new IllegalStateException("the cluster's writer is closed");
    }
  }

  /** Changes waiting to be applied. */
  public int backlog() {
    return queue.size();
  }

  /** Stops the thread; changes that still wait are dropped, later ones are passed over. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void enqueue(Change change) {
    if (closed) {
      return;
    }
    try {
      queue.put(change);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void putUninterruptibly(Change change) {
    boolean interrupted = false;
    while (true) {
      try {
        queue.put(change);
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      applyBatches();
    } finally {
      queue.clear(); // makes room for those who still try to put something in
      ended.complete(null);
    }
  }

  private void applyBatches() {
    var batch = new ArrayList<Change>(BATCH_CHANGES_MAX);
    while (!closed) {
      @Nullable Change first = null;
      try {
        first = queue.take();
      } catch (InterruptedException stop) {
        return;
      }
      batch.add(first);
      queue.drainTo(batch, BATCH_CHANGES_MAX - 1);
      try {
        state.apply(batch);
      } catch (RuntimeException bug) {
        // The picture of these objects may be stale; the rest of the cluster must not be.
        log.error("a batch of {} cluster changes failed, first {}", batch.size(), first, bug);
      }
      batch.clear();
    }
  }
}
