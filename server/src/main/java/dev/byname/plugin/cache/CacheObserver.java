package dev.byname.plugin.cache;

import java.util.function.LongSupplier;

/** Where {@code cache} finds its metrics. The labels {@code server} and {@code view} are yours. */
public interface CacheObserver {
  /** {@code type} of the metrics. */
  enum EntryType {
    SUCCESS,
    DENIAL
  }

  /**
   * The metrics of one cache; closed with it.
   *
   * @param zones value of the {@code zones} label
   * @param success entries at the moment: {@code coredns_cache_entries{type="success"}}
   * @param denial the same with {@code type="denial"}
   */
  Meter meter(String zones, LongSupplier success, LongSupplier denial);

  /** Called on event loops, by many threads at once. */
  interface Meter extends AutoCloseable {
    /** {@code coredns_cache_requests_total}. */
    void requested();

    /** {@code coredns_cache_hits_total{type}}. */
    void hit(EntryType type);

    /** {@code coredns_cache_misses_total}. */
    void missed();

    /** {@code coredns_cache_prefetch_total}. */
    void prefetched();

    /** An answer to another question: {@code coredns_cache_drops_total}. */
    void dropped();

    /** {@code coredns_cache_served_stale_total}. */
    void servedStale();

    /** Pushed out by others: {@code coredns_cache_evictions_total{type}}. */
    void evicted(EntryType type);

    @Override
    void close();
  }

  /** Counts nothing. */
  CacheObserver NONE =
      (zones, success, denial) ->
          new Meter() {
            @Override
            public void requested() {}

            @Override
            public void hit(EntryType type) {}

            @Override
            public void missed() {}

            @Override
            public void prefetched() {}

            @Override
            public void dropped() {}

            @Override
            public void servedStale() {}

            @Override
            public void evicted(EntryType type) {}

            @Override
            public void close() {}
          };
}
