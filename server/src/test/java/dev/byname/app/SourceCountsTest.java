package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.observe.Metrics;
import dev.byname.query.QueryMetrics;
import dev.byname.source.ProgrammingLatency.ServiceKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Names, labels and buckets are those of CoreDNS. */
class SourceCountsTest {
  private static final String HOST = "10.96.0.1:443";

  @Test
  void countsUnderTheNamesOfCoreDns() {
    try (var metrics = new Metrics(new QueryMetrics(), "test", "25")) {
      var counts = new SourceCounts(metrics);
      counts.waited(HOST, Duration.ZERO);
      counts.answered(HOST, 200);
      counts.answered(HOST, 999);
      counts.took(HOST, Duration.ofMillis(30));
      counts.failed(HOST);
      counts.programmed(ServiceKind.CLUSTER_IP, Duration.ofMillis(3));
      String prefix = "coredns_kubernetes_rest_client_";
      String labels = "{host=\"10.96.0.1:443\",verb=\"GET\"";
      assertThat(metrics.scrape().lines())
          .contains(
              prefix + "rate_limiter_duration_seconds_bucket" + labels + ",le=\"0.005\"} 1",
              prefix + "request_duration_seconds_bucket" + labels + ",le=\"0.025\"} 0",
              prefix + "request_duration_seconds_bucket" + labels + ",le=\"0.05\"} 1",
              prefix + "request_duration_seconds_bucket" + labels + ",le=\"10.0\"} 1",
              prefix + "request_duration_seconds_count" + labels + "} 1",
              prefix + "requests_total{code=\"200\",host=\"10.96.0.1:443\",method=\"GET\"} 1.0",
              prefix + "requests_total{code=\"other\",host=\"10.96.0.1:443\",method=\"GET\"} 1.0",
              prefix + "requests_total{code=\"<error>\",host=\"10.96.0.1:443\",method=\"GET\"} 1.0",
              "coredns_kubernetes_dns_programming_duration_seconds_count{service_kind=\"cluster_ip\"}"
                  + " 1");
    }
  }
}
