package dev.byname.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.QueryMetrics;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void histogramsTellFractionsOfASecond() {
    try (var metrics = new Metrics(new QueryMetrics(), "test", "25")) {
      metrics.time(MetricNames.FORWARD_DURATION, Duration.ofNanos(300_000), "to", "192.0.2.1:53");
      String bucket = MetricNames.FORWARD_DURATION + "_bucket{to=\"192.0.2.1:53\",le=";
      assertThat(metrics.scrape().lines())
          .contains(bucket + "\"2.5E-4\"} 0", bucket + "\"5.0E-4\"} 1", bucket + "\"8.192\"} 1");
    }
  }
}
