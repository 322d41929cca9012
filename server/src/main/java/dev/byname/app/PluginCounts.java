package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.acl.AclObserver;
import dev.byname.plugin.autopath.AutopathObserver;
import dev.byname.plugin.dns64.Dns64Observer;
import dev.byname.plugin.local.LocalObserver;
import dev.byname.plugin.template.TemplateObserver;
import dev.byname.query.QueryMetrics;
import java.util.ArrayList;
import java.util.List;

/** What the smaller plugins count, under CoreDNS's names. */
final class PluginCounts
    implements AclObserver, AutopathObserver, Dns64Observer, LocalObserver, TemplateObserver {
  private final Metrics metrics;

  PluginCounts(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void found(String server) {
    metrics.count(MetricNames.AUTOPATH_SUCCESS, "server", server);
  }

  /** With the labels of the query and these, names and values in turn. */
  private void count(String name, QueryMetrics.Key query, String zone, String... more) {
    List<String> labels =
        new ArrayList<>(List.of("server", query.server(), "zone", zone, "view", query.view()));
    labels.addAll(List.of(more));
    metrics.count(name, labels.toArray(String[]::new));
  }

  @Override
  public void allowed(QueryMetrics.Key query) {
    metrics.count(MetricNames.ACL_ALLOWED, "server", query.server(), "view", query.view());
  }

  @Override
  public void blocked(QueryMetrics.Key query, String zone) {
    count(MetricNames.ACL_BLOCKED, query, zone);
  }

  @Override
  public void filtered(QueryMetrics.Key query, String zone) {
    count(MetricNames.ACL_FILTERED, query, zone);
  }

  @Override
  public void dropped(QueryMetrics.Key query, String zone) {
    count(MetricNames.ACL_DROPPED, query, zone);
  }

  @Override
  public void translated(QueryMetrics.Key query) {
    metrics.count(MetricNames.DNS64_TRANSLATED, "server", query.server());
  }

  @Override
  public void localhost() {
    metrics.count(MetricNames.LOCALHOST_REQUESTS);
  }

  @Override
  public void matched(Labels labels) {
    count(
        MetricNames.TEMPLATE_MATCHES,
        labels.query(),
        labels.zone(),
        "class",
        labels.queryClass(),
        "type",
        labels.type());
  }

  @Override
  public void templateFailed(Labels labels, String section, String template) {
    failed(MetricNames.TEMPLATE_FAILURES, labels, section, template);
  }

  @Override
  public void recordFailed(Labels labels, String section, String template) {
    failed(MetricNames.TEMPLATE_RR_FAILURES, labels, section, template);
  }

  private void failed(String name, Labels labels, String section, String template) {
    count(
        name,
        labels.query(),
        labels.zone(),
        "class",
        labels.queryClass(),
        "type",
        labels.type(),
        "section",
        section,
        "template",
        template);
  }
}
