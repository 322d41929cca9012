package dev.byname.plugin.dns64;

import dev.byname.query.QueryMetrics;

/** Where {@code dns64} finds its metric. Called by many threads at once. */
@FunctionalInterface
public interface Dns64Observer {
  /** {@code coredns_dns64_requests_translated_total}. */
  void translated(QueryMetrics.Key query);
}
