package dev.byname.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A scheduler whose time moves only when the test says so, and whose tasks run on the test's own
 * thread: nothing sleeps, and a failure is the same on every run. Used by one thread.
 */
public final class ManualScheduler extends AbstractExecutorService
    implements ScheduledExecutorService {
  private final PriorityQueue<Task<?>> tasks =
      new PriorityQueue<>(
          Comparator.<Task<?>>comparingLong(task -> task.dueNanos)
              .thenComparingLong(task -> task.order));
  private final Instant start;
  private long nowNanos;
  private long order;
  private boolean shutdown;

  public ManualScheduler(Instant start) {
    this.start = start;
  }

  /** The time this scheduler lives in. */
  public InstantSource clock() {
    return () -> start.plusNanos(nowNanos);
  }

  /** Runs what is due now, and what that makes due. */
  public void run() {
    advance(Duration.ZERO);
  }

  /** Lets so much time pass, running each task at its moment. */
  public void advance(Duration time) {
    long end = nowNanos + time.toNanos();
    for (var task = tasks.peek(); task != null && task.dueNanos <= end; task = tasks.peek()) {
      tasks.remove(task);
      nowNanos = Math.max(nowNanos, task.dueNanos);
      task.run();
    }
    nowNanos = end;
  }

  /** Tasks that wait for their moment. */
  public int waiting() {
    return tasks.size();
  }

  @Override
  public void execute(Runnable command) {
    schedule(command, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(new Task<>(command, unit.toNanos(delay), 0));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return add(new Task<>(callable, unit.toNanos(delay)));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return add(new Task<>(command, unit.toNanos(initialDelay), unit.toNanos(period)));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return add(new Task<>(command, unit.toNanos(initialDelay), unit.toNanos(delay)));
  }

  @Override
  public void shutdown() {
    shutdown = true;
    tasks.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> rest = new ArrayList<>(tasks);
    shutdown();
    return rest;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }

  private <V> Task<V> add(Task<V> task) {
    if (!shutdown) {
      tasks.add(task);
    }
    return task;
  }

  private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    private final long periodNanos;
    private final long order = ManualScheduler.this.order++;
    private long dueNanos;

    Task(Runnable command, long delayNanos, long periodNanos) {
      super(command, null);
      this.dueNanos = nowNanos + Math.max(0, delayNanos);
      this.periodNanos = periodNanos;
    }

    Task(Callable<V> callable, long delayNanos) {
      super(callable);
      this.dueNanos = nowNanos + Math.max(0, delayNanos);
      this.periodNanos = 0;
    }

    @Override
    public void run() {
      if (periodNanos == 0) {
        super.run();
        failLoudly();
      } else if (runAndReset()) {
        dueNanos = nowNanos + periodNanos;
        add(this);
      } else {
        failLoudly();
      }
    }

    /** A test must not pass because its task died unseen. */
    private void failLoudly() {
      if (state() == State.FAILED) {
        throw new AssertionError("a scheduled task failed", exceptionNow());
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      tasks.remove(this);
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isPeriodic() {
      return periodNanos != 0;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
