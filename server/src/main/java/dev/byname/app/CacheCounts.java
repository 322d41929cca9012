package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.cache.CacheObserver;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * What {@code cache} does, under CoreDNS's names. Caches of the same zones count together across
 * reloads; the number of entries is that of the newest.
 */
final class CacheCounts implements CacheObserver {
  private final Metrics metrics;
  private final Map<String, AtomicReference<LongSupplier>> entries = new ConcurrentHashMap<>();

  CacheCounts(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Meter meter(String zones, LongSupplier success, LongSupplier denial) {
    entries(zones, EntryType.SUCCESS, success);
    entries(zones, EntryType.DENIAL, denial);
    return new Counts(zones);
  }

  private void entries(String zones, EntryType type, LongSupplier count) {
    entries
        .computeIfAbsent(
            zones + "/" + type,
            key -> {
              var current = new AtomicReference<LongSupplier>(() -> 0);
              metrics.gauge(
                  MetricNames.CACHE_ENTRIES,
                  Map.of("server", "", "zones", zones, "view", "", "type", label(type)),
                  current,
                  supplier -> supplier.get().getAsLong());
              return current;
            })
        .set(count);
  }

  private static String label(EntryType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private final class Counts implements Meter {
    private final String zones;

    Counts(String zones) {
      this.zones = zones;
    }

    private void count(String name) {
      metrics.count(name, "server", "", "zones", zones, "view", "");
    }

    private void count(String name, EntryType type) {
      metrics.count(name, "server", "", "zones", zones, "view", "", "type", label(type));
    }

    @Override
    public void requested() {
      count(MetricNames.CACHE_REQUESTS);
    }

    @Override
    public void hit(EntryType type) {
      count(MetricNames.CACHE_HITS, type);
    }

    @Override
    public void missed() {
      count(MetricNames.CACHE_MISSES);
    }

    @Override
    public void prefetched() {
      count(MetricNames.CACHE_PREFETCHES);
    }

    @Override
    public void dropped() {
      count(MetricNames.CACHE_DROPS);
    }

    @Override
    public void servedStale() {
      count(MetricNames.CACHE_STALE);
    }

    @Override
    public void evicted(EntryType type) {
      count(MetricNames.CACHE_EVICTIONS, type);
    }

    @Override
    public void close() {}
  }
}
