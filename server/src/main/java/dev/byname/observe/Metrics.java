package dev.byname.observe;

import static java.util.Objects.requireNonNull;

import dev.byname.query.QueryMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} prints. Counting is done elsewhere, in plain numbers; here they get their
 * names and are read when somebody scrapes.
 */
public final class Metrics implements AutoCloseable {
  /** 0.25 ms · 2^k, k = 0…15. */
  private static final double[] DURATION_BOUNDS =
      IntStream.range(0, 16).mapToDouble(k -> 0.00025 * (1 << k)).toArray();

  /** 1 ms · 2^k, k = 0…19, as CoreDNS measures the latency of DNS programming. */
  private static final double[] PROGRAMMING_BOUNDS =
      IntStream.range(0, 20).mapToDouble(k -> 0.001 * (1 << k)).toArray();

  /** Prometheus's own for Go clients: CoreDNS uses them for requests to the API server. */
  private static final double[] API_BOUNDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  /** 0.25 ms · 10^k, k = 0…4. */
  private static final double[] SLIM_BOUNDS =
      IntStream.range(0, 5).mapToDouble(k -> 0.00025 * Math.pow(10, k)).toArray();

  private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();
  private List<Consumer<PrometheusMeterRegistry>> planned = new ArrayList<>();
  private @Nullable PrometheusMeterRegistry made;
  private @Nullable MultiGauge pluginEnabled;
  private volatile String sha512 = "";

  /**
   * @param version of this build, for {@code coredns_build_info}
   */
  public Metrics(QueryMetrics queries, String version, String javaVersion) {
    plan(registry -> {
      PrometheusRegistry prometheus = registry.getPrometheusRegistry();
      prometheus.register(new QueryCollector(queries));
      prometheus.register(() ->
          info(
              MetricNames.BUILD_INFO,
              Labels.of("version", version, "revision", "", "goversion", "java" + javaVersion)));
      prometheus.register(
          () -> info(MetricNames.RELOAD_VERSION, Labels.of("hash", "sha512", "value", sha512)));
      FunctionCounter.builder(MetricNames.PANICS, queries, QueryMetrics::bugs)
          .description(MetricHelp.of(MetricNames.PANICS))
          .register(registry);
      pluginEnabled =
          MultiGauge.builder(MetricNames.PLUGIN_ENABLED)
              .description(MetricHelp.of(MetricNames.PLUGIN_ENABLED))
              .register(registry);
      Gauge.builder(MetricNames.RESIDENT_MEMORY, ProcessNumbers::residentBytes)
          .description(MetricHelp.of(MetricNames.RESIDENT_MEMORY))
          .register(registry);
      FunctionCounter.builder(MetricNames.CPU_SECONDS, this, self -> ProcessNumbers.cpuSeconds())
          .description(MetricHelp.of(MetricNames.CPU_SECONDS))
          .register(registry);
    });
  }

  /**
   * Does this with the registry, at once when there is one. It is made when the first number is
   * asked for or counted: making it takes as long as reading a cluster's configuration, and a
   * server that starts has better things to do.
   */
  private synchronized void plan(Consumer<PrometheusMeterRegistry> meters) {
    if (made == null) {
      planned.add(meters);
    } else {
      meters.accept(made);
    }
  }

  private synchronized PrometheusMeterRegistry registry() {
    PrometheusMeterRegistry registry = made;
    if (registry == null) {
      registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      made = registry;
      for (var meters : planned) {
        meters.accept(registry);
      }
      planned = List.of();
    }
    return registry;
  }

  /** A plugin of a server block, for {@code coredns_plugin_enabled}. */
  public record EnabledPlugin(String server, String zone, String view, String name) {}

  /** Replaces what is said about the running configuration. */
  public void configuration(List<EnabledPlugin> plugins, String corefileSha512) {
    plan(_ ->
        requireNonNull(pluginEnabled)
            .register(
                plugins.stream()
                    .distinct()
                    .<MultiGauge.Row<?>>map(p ->
                        MultiGauge.Row.of(
                            Tags.of(
                                "server",
                                p.server(),
                                "zone",
                                p.zone(),
                                "view",
                                p.view(),
                                "name",
                                p.name()),
                            1))
                    .toList(),
                true));
    sha512 = corefileSha512;
  }

  private static MetricSnapshot info(String name, Labels labels) {
    return InfoSnapshot.builder()
        .name(name)
        .help(MetricHelp.of(name))
        .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().labels(labels).build())
        .build();
  }

  /** Adds one to a counter; {@code labels} are names and values in turn. */
  public void count(String name, String... labels) {
    Counter.builder(name)
        .description(MetricHelp.of(name))
        .tags(labels)
        .register(registry())
        .increment();
  }

  /**
   * Adds a duration to a histogram with the buckets of {@code
   * coredns_dns_request_duration_seconds}.
   */
  public void time(String name, Duration duration, String... labels) {
    histogram(name, DURATION_BOUNDS, labels).observe(duration.toNanos() / 1e9);
  }

  /**
   * Adds to {@code coredns_kubernetes_dns_programming_duration_seconds}, whose buckets are wider.
   */
  public void programmed(String serviceKind, Duration sinceTrigger) {
    histogram(MetricNames.PROGRAMMING_DURATION, PROGRAMMING_BOUNDS, "service_kind", serviceKind)
        .observe(sinceTrigger.toNanos() / 1e9);
  }

  /** Adds to one of the histograms of requests to the Kubernetes API. */
  public void timeRequest(String name, Duration duration, String... labels) {
    histogram(name, API_BOUNDS, labels).observe(duration.toNanos() / 1e9);
  }

  /**
   * Not Micrometer's timers, which add a gauge of the greatest value to each, a name that no
   * CoreDNS has.
   */
  private DistributionDataPoint histogram(String name, double[] bounds, String... labels) {
    int count = labels.length / 2;
    String[] names = new String[count];
    String[] values = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = labels[2 * i];
      values[i] = labels[2 * i + 1];
    }
    Histogram histogram =
        histograms.computeIfAbsent(
            name,
            first ->
                Histogram.builder()
                    .name(first)
                    .help(MetricHelp.of(first))
                    .classicOnly()
                    .withoutExemplars()
                    .classicUpperBounds(bounds)
                    .labelNames(names)
                    .register(registry().getPrometheusRegistry()));
    return count == 0 ? histogram : histogram.labelValues(values);
  }

  /** Adds to {@code coredns_health_request_duration_seconds}, whose buckets are few. */
  public void healthAnswered(Duration duration) {
    histogram(MetricNames.HEALTH_DURATION, SLIM_BOUNDS).observe(duration.toNanos() / 1e9);
  }

  /** A counter to be incremented by whoever asked for it; {@code name} without {@code _total}. */
  public LongAdder counter(String name, Map<String, String> labels) {
    var counter = new LongAdder();
    counter(name, labels, counter, LongAdder::sum);
    return counter;
  }

  /** A number that only grows; {@code name} without {@code _total}. */
  public <T> void counter(
      String name, Map<String, String> labels, T object, ToDoubleFunction<T> value) {
    plan(registry ->
        FunctionCounter.builder(name, object, value)
            .description(MetricHelp.of(name))
            .tags(tags(labels))
            .register(registry));
  }

  /** A number that goes up and down. Holds on to {@code object}. */
  public <T> void gauge(
      String name, Map<String, String> labels, T object, ToDoubleFunction<T> value) {
    plan(registry ->
        Gauge.builder(name, object, value)
            .description(MetricHelp.of(name))
            .tags(tags(labels))
            .strongReference(true)
            .register(registry));
  }

  private static Tags tags(Map<String, String> labels) {
    Tags tags = Tags.empty();
    for (var label : labels.entrySet()) {
      tags = tags.and(label.getKey(), label.getValue());
    }
    return tags;
  }

  /** In Prometheus's text format. */
  public String scrape() {
    return registry().scrape();
  }

  @Override
  public synchronized void close() {
    if (made != null) {
      made.close();
    }
  }
}
