package dev.byname.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.QueryMetrics;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  @ParameterizedTest
  @MethodSource("names")
  void everyMetricSaysWhatItCounts(String name) {
    assertThat(MetricHelp.of(name)).endsWith(".");
  }

  static Stream<String> names() {
    return Arrays.stream(MetricNames.class.getFields())
        .map(field -> {
          try {
            return (String) field.get(null);
          } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
          }
        });
  }

  @Test
  void theHelpIsPrinted() {
    try (var metrics = new Metrics(new QueryMetrics(), "test", "25")) {
      metrics.gauge(MetricNames.SOURCE_STALE, Map.of(), this, _ -> 1);
      assertThat(metrics.scrape().lines())
          .filteredOn(line -> line.startsWith("# HELP "))
          .contains("# HELP byname_source_stale " + MetricHelp.of(MetricNames.SOURCE_STALE))
          .allMatch(line -> line.split(" ", 4).length == 4);
    }
  }
}
