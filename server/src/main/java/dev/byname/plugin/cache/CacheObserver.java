package dev.byname.plugin.cache;

import java.util.List;
import java.util.function.LongSupplier;

/** Where {@code cache} finds its metrics. */
public interface CacheObserver {
  /** {@code type} of the metrics. */
  enum EntryType {
    SUCCESS,
    DENIAL
  }

  /**
   * The metrics of one cache; closed with it.
   *
   * @param servers values of the label {@code server=}: where the cache's block listens
   * @param zones value of the {@code zones} label
   * @param view value of the {@code view} label
   * @param success entries at the moment: {@code coredns_cache_entries{type="success"}}
   * @param denial the same with {@code type="denial"}
   */
  Meter meter(
      List<String> servers, String zones, String view, LongSupplier success, LongSupplier denial);

  /**
   * Called on event loops, by many threads at once. {@code server} is where the query came in; one
   * that is not among those of {@link #meter} counts for the first.
   */
  interface Meter extends AutoCloseable {
    /** {@code coredns_cache_requests_total}. */
    void requested(String server);

    /** {@code coredns_cache_hits_total{type}}. */
    void hit(String server, EntryType type);

    /** {@code coredns_cache_misses_total}. */
    void missed(String server);

    /** {@code coredns_cache_prefetch_total}. */
    void prefetched(String server);

    /** An answer to another question: {@code coredns_cache_drops_total}. */
    void dropped(String server);

    /** {@code coredns_cache_served_stale_total}. */
    void servedStale(String server);

    /** Pushed out by others: {@code coredns_cache_evictions_total{type}}. */
    void evicted(String server, EntryType type);

    @Override
    void close();
  }

  /** Counts nothing. */
  CacheObserver NONE =
      (servers, zones, view, success, denial) ->
          new Meter() {
            @Override
            public void requested(String server) {}

            @Override
            public void hit(String server, EntryType type) {}

            @Override
            public void missed(String server) {}

            @Override
            public void prefetched(String server) {}

            @Override
            public void dropped(String server) {}

            @Override
            public void servedStale(String server) {}

            @Override
            public void evicted(String server, EntryType type) {}

            @Override
            public void close() {}
          };
}
