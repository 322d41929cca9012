package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.cache.CacheObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What {@code cache} does, under CoreDNS's names. Caches with the same labels count together across
 * reloads; the number of entries is that of the newest.
 */
final class CacheCounts implements CacheObserver {
  private final Metrics metrics;
  private final Map<Place, Counters> counters = new ConcurrentHashMap<>();

  CacheCounts(Metrics metrics) {
    this.metrics = metrics;
  }

  private record Place(String server, String zones, String view) {
    Map<String, String> labels() {
      return Map.of("server", server, "zones", zones, "view", view);
    }

    Map<String, String> labels(EntryType type) {
      return Map.of(
          "server",
          server,
          "zones",
          zones,
          "view",
          view,
          "type",
          type.name().toLowerCase(Locale.ROOT));
    }
  }

  /** One of each, registered when its labels are first seen: counting needs no look-up. */
  private static final class Counters {
    final LongAdder requests;
    final LongAdder misses;
    final LongAdder prefetches;
    final LongAdder drops;
    final LongAdder stale;
    final Typed success;
    final Typed denial;

    Counters(Place place, Metrics metrics) {
      requests = metrics.counter(MetricNames.CACHE_REQUESTS, place.labels());
      misses = metrics.counter(MetricNames.CACHE_MISSES, place.labels());
      prefetches = metrics.counter(MetricNames.CACHE_PREFETCHES, place.labels());
      drops = metrics.counter(MetricNames.CACHE_DROPS, place.labels());
      stale = metrics.counter(MetricNames.CACHE_STALE, place.labels());
      success = new Typed(place.labels(EntryType.SUCCESS), metrics);
      denial = new Typed(place.labels(EntryType.DENIAL), metrics);
    }

    Typed of(EntryType type) {
      return switch (type) {
        case SUCCESS -> success;
        case DENIAL -> denial;
      };
    }
  }

  private static final class Typed {
    final LongAdder hits;
    final LongAdder evictions;
    volatile LongSupplier entries = () -> 0;

    Typed(Map<String, String> labels, Metrics metrics) {
      hits = metrics.counter(MetricNames.CACHE_HITS, labels);
      evictions = metrics.counter(MetricNames.CACHE_EVICTIONS, labels);
      metrics.gauge(MetricNames.CACHE_ENTRIES, labels, this, self -> self.entries.getAsLong());
    }
  }

  @Override
  public Meter meter(
      List<String> servers, String zones, String view, LongSupplier success, LongSupplier denial) {
    Map<String, Counters> byServer = new LinkedHashMap<>();
    for (String server : servers) {
      Counters here =
          counters.computeIfAbsent(
              new Place(server, zones, view), place -> new Counters(place, metrics));
      here.success.entries = success;
      here.denial.entries = denial;
      byServer.put(server, here);
    }
    return new Counts(byServer);
  }

  /** The counters of one cache. */
  private static final class Counts implements Meter {
    private final Map<String, Counters> byServer;
    private final Counters first;

    Counts(Map<String, Counters> byServer) {
      this.byServer = byServer;
      first = byServer.values().iterator().next();
    }

    private Counters at(String server) {
      return byServer.getOrDefault(server, first);
    }

    @Override
    public void requested(String server) {
      at(server).requests.increment();
    }

    @Override
    public void hit(String server, EntryType type) {
      at(server).of(type).hits.increment();
    }

    @Override
    public void missed(String server) {
      at(server).misses.increment();
    }

    @Override
    public void prefetched(String server) {
      at(server).prefetches.increment();
    }

    @Override
    public void dropped(String server) {
      at(server).drops.increment();
    }

    @Override
    public void servedStale(String server) {
      at(server).stale.increment();
    }

    @Override
    public void evicted(String server, EntryType type) {
      at(server).of(type).evictions.increment();
    }

    @Override
    public void close() {}
  }
}
