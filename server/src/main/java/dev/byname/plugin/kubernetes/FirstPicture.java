package dev.byname.plugin.kubernetes;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The time at the start when queries for cluster names wait: until the cluster's first complete
 * picture is there or {@code startup_timeout} has passed. CoreDNS opens its sockets only then; here
 * names that are forwarded are answered meanwhile.
 */
final class FirstPicture implements ClusterListener {
  /**
   * A quarter of what a listener has in flight, so that the rest is left for names that are
   * forwarded. Who comes when all places are taken does not wait.
   */
  private static final int WAITING_MAX = 2_500;

  private final ClusterState state;
  private final ScheduledExecutorService scheduler;
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

  /** How many have waited so far; nobody leaves before the end. */
  private final AtomicInteger waiting = new AtomicInteger();

  private volatile @Nullable ScheduledFuture<?> deadline;

  FirstPicture(ClusterState state, ScheduledExecutorService scheduler) {
    this.state = state;
    this.scheduler = scheduler;
  }

  /** Begins to listen. While the cluster stands still. */
  void attach() {
    state.addListener(this);
    if (state.synced()) {
      end();
    }
  }

  /** While the cluster stands still. */
  void detach() {
    state.removeListener(this);
  }

  void startDeadline(Duration left) {
    if (left.isPositive()) {
      deadline = scheduler.schedule(this::end, left.toNanos(), TimeUnit.NANOSECONDS);
    } else {
      end();
    }
  }

  /** Lets everybody go on, now. */
  void end() {
    ScheduledFuture<?> timer = deadline;
    if (timer != null) {
      timer.cancel(false);
    }
    over.complete(null);
  }

  boolean isOver() {
    return over.isDone();
  }

  /** Completes at the end; null when there is no place left. */
  @Nullable CompletionStage<@Nullable Void> await() {
    return waiting.incrementAndGet() > WAITING_MAX ? null : over;
  }

  @Override
  public void onChange(ClusterChange change) {
    if (change.synced() && !over.isDone()) {
      // Those who wait are answered by the thread that ends it; not by the one that writes.
      scheduler.execute(this::end);
    }
  }
}
