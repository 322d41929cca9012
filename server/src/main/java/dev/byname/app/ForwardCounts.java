package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.forward.ForwardObserver;
import dev.byname.wire.Rcode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What {@code forward} does, under CoreDNS's names: those of today and those that were removed
 * upstream.
 */
final class ForwardCounts implements ForwardObserver {
  private static final String PROXY = "proxy_name";
  private static final String FORWARD = "forward";

  private final Metrics metrics;
  private final LongAdder broken;
  private final LongAdder rejects;
  private final LongAdder coalesced;

  ForwardCounts(Metrics metrics) {
    this.metrics = metrics;
    // Without labels, so they are there before anything happens: an alert on their rate can fire
    // at the first.
    broken = metrics.counter(MetricNames.FORWARD_BROKEN, Map.of());
    rejects = metrics.counter(MetricNames.FORWARD_REJECTS, Map.of());
    coalesced = metrics.counter(MetricNames.FORWARD_COALESCED, Map.of());
  }

  @Override
  public void requested(String to) {
    metrics.count(MetricNames.FORWARD_REQUESTS, "to", to);
  }

  @Override
  public void answered(String to, int rcode, long durationNanos) {
    var duration = Duration.ofNanos(durationNanos);
    // An upstream can make up any of 4,096 numbers; a label must not take them all.
    String name = rcode <= Rcode.BADCOOKIE ? Rcode.name(rcode) : "other";
    metrics.count(MetricNames.FORWARD_RESPONSES, "to", to, "rcode", name);
    metrics.time(MetricNames.FORWARD_DURATION, duration, "to", to, "rcode", name);
    metrics.time(MetricNames.PROXY_DURATION, duration, PROXY, FORWARD, "to", to, "rcode", name);
  }

  @Override
  public void connection(String to, String proto, boolean reused) {
    metrics.count(
        reused ? MetricNames.PROXY_CONN_HITS : MetricNames.PROXY_CONN_MISSES,
        PROXY,
        FORWARD,
        "to",
        to,
        "proto",
        proto);
  }

  @Override
  public void healthCheckFailed(String to) {
    metrics.count(MetricNames.FORWARD_HEALTH_FAILURES, "to", to);
    metrics.count(MetricNames.PROXY_HEALTH_FAILURES, PROXY, FORWARD, "to", to);
  }

  @Override
  public void allUnhealthy() {
    broken.increment();
  }

  @Override
  public void rejected() {
    rejects.increment();
  }

  @Override
  public void dropped(String to, DropReason reason) {
    metrics.count(
        MetricNames.FORWARD_DROPPED, "to", to, "reason", reason.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void unusable(String to) {
    metrics.count(MetricNames.FORWARD_UNUSABLE, "to", to);
  }

  @Override
  public void coalesced() {
    coalesced.increment();
  }
}
