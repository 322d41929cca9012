package dev.byname.plugin;

import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What the process lends a plugin. */
public interface PluginRuntime {
  /** A clock that only counts up, in nanoseconds. */
  LongSupplier nanoTime();

  /** The wall clock, in milliseconds since 1970. */
  LongSupplier epochMillis();

  /** For timers; tasks must be short and must not block. */
  ScheduledExecutorService scheduler();

  /** Unpredictable to others: safe for query ids and source ports. */
  RandomGenerator random();

  /**
   * A service of the process by its type (the event loop group, the cluster pictures, …).
   *
   * @throws IllegalStateException when there is none: the wiring in {@code app} is incomplete
   */
  <T> T service(Class<T> type);
}
