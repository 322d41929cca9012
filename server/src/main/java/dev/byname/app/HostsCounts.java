package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.hosts.HostsObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What {@code hosts} has read, under CoreDNS's names: nothing until a file is. */
final class HostsCounts implements HostsObserver {
  private final Metrics metrics;
  private final Map<String, AtomicLong> entries = new ConcurrentHashMap<>();
  private final AtomicLong modifiedEpochMillis = new AtomicLong();
  private final AtomicBoolean shown = new AtomicBoolean();

  HostsCounts(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void read(String file, long count, long modified) {
    entries
        .computeIfAbsent(
            file,
            name -> {
              var current = new AtomicLong();
              metrics.gauge(
                  MetricNames.HOSTS_ENTRIES,
                  Map.of("hostsfile", name),
                  current,
                  AtomicLong::doubleValue);
              return current;
            })
        .set(count);
    modifiedEpochMillis.set(modified);
    if (shown.compareAndSet(false, true)) {
      metrics.gauge(
          MetricNames.HOSTS_RELOADED, Map.of(), modifiedEpochMillis, at -> at.get() / 1000.0);
    }
  }
}
