package dev.byname.app;

import dev.byname.admin.AdminServer.Page;
import dev.byname.observe.Metrics;
import dev.byname.plugin.AdminEndpoints;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Collects what the plugins of one configuration want served over HTTP. */
final class AdminPages implements AdminEndpoints {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metrics metrics;
  private final NotReady notReady;
  private final Map<InetSocketAddress, Map<String, Supplier<Page>>> pages = new LinkedHashMap<>();
  private final Set<InetSocketAddress> health = new LinkedHashSet<>();
  private Duration lameduck = Duration.ZERO;

  /** What is waited for, a line each; empty when all is well. */
  @FunctionalInterface
  interface NotReady {
    List<String> lines(boolean continuously);
  }

  AdminPages(Metrics metrics, NotReady notReady) {
    this.metrics = metrics;
    this.notReady = notReady;
  }

  @Override
  public void health(InetSocketAddress address, Duration wanted) {
    if (wanted.compareTo(lameduck) > 0) {
      lameduck = wanted;
    }
    health.add(address);
    add(address, "/health", () -> Page.text(200, "OK"));
  }

  @Override
  public void ready(InetSocketAddress address, boolean continuously) {
    add(address, "/ready", () -> readyPage(continuously));
  }

  private Page readyPage(boolean continuously) {
    List<String> waiting = notReady.lines(continuously);
    return waiting.isEmpty()
        ? Page.text(200, "OK")
        : Page.text(503, String.join("\n", waiting) + "\n");
  }

  @Override
  public void metrics(InetSocketAddress address) {
    add(address, "/metrics", () -> new Page(200, METRICS_TYPE, metrics.scrape()));
  }

  private void add(InetSocketAddress address, String path, Supplier<Page> page) {
    pages.computeIfAbsent(address, a -> new LinkedHashMap<>()).put(path, page);
  }

  Map<InetSocketAddress, Map<String, Supplier<Page>>> pages() {
    return pages;
  }

  /** Where {@code /health} is asked for. */
  Set<InetSocketAddress> health() {
    return health;
  }

  Duration lameduck() {
    return lameduck;
  }
}
