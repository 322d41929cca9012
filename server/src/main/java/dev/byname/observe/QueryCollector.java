package dev.byname.observe;

import dev.byname.query.QueryMetrics;
import dev.byname.query.Slab;
import dev.byname.wire.Rcode;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Turns the event loops' counters into the {@code coredns_dns_*} metrics at the moment of a scrape.
 */
final class QueryCollector implements MultiCollector {
  private static final String[] PROTO = {"udp", "tcp"};

  private final QueryMetrics queries;

  QueryCollector(QueryMetrics queries) {
    this.queries = queries;
  }

  @Override
  public MetricSnapshots collect() {
    var requests =
        CounterSnapshot.builder()
            .name(MetricNames.REQUESTS)
            .help(MetricHelp.of(MetricNames.REQUESTS));
    var responses =
        CounterSnapshot.builder()
            .name(MetricNames.RESPONSES)
            .help(MetricHelp.of(MetricNames.RESPONSES));
    var dnssecOk =
        CounterSnapshot.builder()
            .name(MetricNames.DO_REQUESTS)
            .help(MetricHelp.of(MetricNames.DO_REQUESTS));
    var durations =
        HistogramSnapshot.builder()
            .name(MetricNames.REQUEST_DURATION)
            .help(MetricHelp.of(MetricNames.REQUEST_DURATION));
    var requestSizes =
        HistogramSnapshot.builder()
            .name(MetricNames.REQUEST_SIZE)
            .help(MetricHelp.of(MetricNames.REQUEST_SIZE));
    var responseSizes =
        HistogramSnapshot.builder()
            .name(MetricNames.RESPONSE_SIZE)
            .help(MetricHelp.of(MetricNames.RESPONSE_SIZE));
    for (QueryMetrics.Zone zone : queries.zones()) {
      QueryMetrics.Key key = zone.key();
      Labels where = Labels.of("server", key.server(), "zone", key.zone(), "view", key.view());
      addRequests(zone, where, requests);
      addResponses(zone, where, responses);
      long dnssec = zone.sum(Slab.dnssecOk());
      if (dnssec > 0) {
        dnssecOk.dataPoint(counter(where, dnssec));
      }
      addDurations(zone, where, durations);
      for (int proto = 0; proto < 2; proto++) {
        Labels labels = where.add("proto", PROTO[proto]);
        int p = proto;
        addSizes(zone, labels, slot -> Slab.requestSize(p, slot), requestSizes);
        addSizes(zone, labels, slot -> Slab.responseSize(p, slot), responseSizes);
      }
    }
    return MetricSnapshots.of(
        requests.build(),
        responses.build(),
        dnssecOk.build(),
        durations.build(),
        requestSizes.build(),
        responseSizes.build());
  }

  private static void addRequests(
      QueryMetrics.Zone zone, Labels where, CounterSnapshot.Builder requests) {
    for (int proto = 0; proto < 2; proto++) {
      for (int family = 1; family <= 2; family++) {
        for (int type = 0; type < Slab.TYPES.size(); type++) {
          long count = zone.sum(Slab.requests(proto, family, type));
          if (count > 0) {
            Labels labels =
                where
                    .add("proto", PROTO[proto])
                    .add("family", Integer.toString(family))
                    .add("type", Slab.TYPES.get(type));
            requests.dataPoint(counter(labels, count));
          }
        }
      }
    }
  }

  private void addResponses(
      QueryMetrics.Zone zone, Labels where, CounterSnapshot.Builder responses) {
    List<String> plugins = queries.pluginNames();
    for (int rcode = 0; rcode <= Rcode.BADCOOKIE; rcode++) {
      for (int plugin = 0; plugin < plugins.size(); plugin++) {
        long count = zone.sum(Slab.responses(rcode, plugin));
        if (count > 0) {
          responses.dataPoint(
              counter(
                  where.add("rcode", Rcode.name(rcode)).add("plugin", plugins.get(plugin)), count));
        }
      }
    }
  }

  private static void addDurations(
      QueryMetrics.Zone zone, Labels where, HistogramSnapshot.Builder durations) {
    var buckets = ClassicHistogramBuckets.builder();
    long all = 0;
    for (int i = 0; i <= Slab.DURATION_BUCKETS; i++) {
      long count = zone.sum(Slab.duration(i));
      double bound =
          i == Slab.DURATION_BUCKETS
              ? Double.POSITIVE_INFINITY
              : (double) (Slab.DURATION_FIRST_NANOS << i) / 1e9;
      buckets.bucket(bound, count);
      all += count;
    }
    if (all > 0) {
      double sum = (double) zone.sum(Slab.duration(Slab.DURATION_BUCKETS + 1)) / 1e9;
      durations.dataPoint(histogram(where, buckets.build(), sum));
    }
  }

  private static void addSizes(
      QueryMetrics.Zone zone,
      Labels labels,
      IntUnaryOperator index,
      HistogramSnapshot.Builder sizes) {
    var buckets = ClassicHistogramBuckets.builder();
    int bounds = Slab.SIZE_BOUNDS.size();
    long all = 0;
    for (int i = 0; i <= bounds; i++) {
      long count = zone.sum(index.applyAsInt(i));
      buckets.bucket(i == bounds ? Double.POSITIVE_INFINITY : Slab.SIZE_BOUNDS.get(i), count);
      all += count;
    }
    if (all > 0) {
      sizes.dataPoint(
          histogram(labels, buckets.build(), (double) zone.sum(index.applyAsInt(bounds + 1))));
    }
  }

  private static CounterSnapshot.CounterDataPointSnapshot counter(Labels labels, long value) {
    return CounterSnapshot.CounterDataPointSnapshot.builder()
        .labels(labels)
        .value((double) value)
        .build();
  }

  private static HistogramSnapshot.HistogramDataPointSnapshot histogram(
      Labels labels, ClassicHistogramBuckets buckets, double sum) {
    return HistogramSnapshot.HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(buckets)
        .sum(sum)
        .build();
  }
}
