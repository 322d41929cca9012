package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Asks our own {@code /health} every second, as CoreDNS does: a process that takes long for so
 * little is overloaded, and {@code coredns_health_request_duration_seconds} shows it.
 */
final class HealthCheck implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Metrics metrics;
  private final LongAdder failures;
  private final LongSupplier nanoTime;
  private final Future<?> timer;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile List<InetSocketAddress> addresses = List.of();

  HealthCheck(Metrics metrics, LongSupplier nanoTime, ScheduledExecutorService scheduler) {
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    failures = metrics.counter(MetricNames.HEALTH_FAILURES, Map.of());
    long period = INTERVAL.toNanos();
    timer = scheduler.scheduleAtFixedRate(this::ask, period, period, TimeUnit.NANOSECONDS);
  }

  /** Looks at these from now on. */
  void of(List<InetSocketAddress> pages) {
    addresses = List.copyOf(pages);
  }

  /** A virtual thread waits; the scheduler's few must not. */
  private void ask() {
    if (!addresses.isEmpty() && asking.compareAndSet(false, true)) {
      Thread.startVirtualThread(() -> {
        try {
          addresses.forEach(this::ask);
        } finally {
          asking.set(false);
        }
      });
    }
  }

  private void ask(InetSocketAddress address) {
    long started = nanoTime.getAsLong();
    try {
      InetAddress host = address.getAddress();
      var reachable =
          host.isAnyLocalAddress()
              ? InetAddress.getLoopbackAddress().getHostAddress()
              : host.getHostAddress();
      var page =
          URI.create(
                  "http://%s:%d/health"
                      .formatted(
                          reachable.contains(":") ? "[" + reachable + "]" : reachable,
                          address.getPort()))
              .toURL();
      var connection = (HttpURLConnection) page.openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) PATIENCE.toMillis());
      connection.setReadTimeout((int) PATIENCE.toMillis());
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        failures.increment();
      }
      connection.getInputStream().readAllBytes(); // so that it can be used again
    } catch (IOException | IllegalArgumentException failed) {
      failures.increment();
    }
    metrics.healthAnswered(Duration.ofNanos(nanoTime.getAsLong() - started));
  }

  @Override
  public void close() {
    timer.cancel(false);
  }
}
