package dev.byname.plugin.template;

import dev.byname.query.QueryMetrics;

/** Where {@code template} finds its metrics. Called by many threads at once. */
public interface TemplateObserver {
  /** Labels that all of them have; the zone is the template's. */
  record Labels(QueryMetrics.Key query, String zone, String queryClass, String type) {}

  /** {@code coredns_template_matches_total}. */
  void matched(Labels labels);

  /**
   * {@code coredns_template_template_failures_total}: it could not be filled in.
   *
   * @param section answer, authority or additional
   */
  void templateFailed(Labels labels, String section, String template);

  /** {@code coredns_template_rr_failures_total}: what came out is no record. */
  void recordFailed(Labels labels, String section, String template);
}
