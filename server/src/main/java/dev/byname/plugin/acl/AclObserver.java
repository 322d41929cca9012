package dev.byname.plugin.acl;

import dev.byname.query.QueryMetrics;

/** Where {@code acl} finds its metrics. Called by many threads at once. */
public interface AclObserver {
  /** {@code coredns_acl_allowed_requests_total}: also where no policy is about the query. */
  void allowed(QueryMetrics.Key query);

  /**
   * {@code coredns_acl_blocked_requests_total}.
   *
   * @param zone the rule's
   */
  void blocked(QueryMetrics.Key query, String zone);

  /** {@code coredns_acl_filtered_requests_total}. */
  void filtered(QueryMetrics.Key query, String zone);

  /** {@code coredns_acl_dropped_requests_total}. */
  void dropped(QueryMetrics.Key query, String zone);
}
