package dev.byname.app;

import dev.byname.admin.AdminServer.Page;
import dev.byname.observe.Metrics;
import dev.byname.plugin.AdminEndpoints;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Collects what the plugins of one configuration want served over HTTP. */
final class AdminPages implements AdminEndpoints {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metrics metrics;
  private final Supplier<List<String>> notReady;
  private final Map<InetSocketAddress, Map<String, Supplier<Page>>> pages = new LinkedHashMap<>();
  private Duration lameduck = Duration.ZERO;

  /**
   * @param notReady what is waited for, a line each; empty when all is well
   */
  AdminPages(Metrics metrics, Supplier<List<String>> notReady) {
    this.metrics = metrics;
    this.notReady = notReady;
  }

  @Override
  public void health(InetSocketAddress address, Duration wanted) {
    if (wanted.compareTo(lameduck) > 0) {
      lameduck = wanted;
    }
    add(address, "/health", () -> Page.text(200, "OK"));
  }

  @Override
  public void ready(InetSocketAddress address, boolean continuously) {
    add(address, "/ready", this::readyPage);
  }

  private Page readyPage() {
    List<String> waiting = new ArrayList<>(notReady.get());
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

  Duration lameduck() {
    return lameduck;
  }
}
