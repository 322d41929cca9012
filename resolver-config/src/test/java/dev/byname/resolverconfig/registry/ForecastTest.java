package dev.byname.resolverconfig.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @Test
  void goesOnAsInTheLastThirtyDays() {
    // One long ago, 60 within the window: 2 a day, so 100 free ones last 50 days.
    assertThat(Forecast.of(created(400, 60, 29), 100, NOW))
        .contains(new Forecast(60, Duration.ofDays(30), NOW.plus(Duration.ofDays(50))));
  }

  /** How a cluster was set up is not how it grows. */
  @Test
  void leavesOutTheOlderHalfOfAYoungCluster() {
    var created = new ArrayList<>(created(8, 10, 3));
    for (var i = 0; i < 100; i++) {
      created.add(NOW.minus(Duration.ofDays(7)));
    }
    assertThat(Forecast.of(created, 100, NOW))
        .contains(new Forecast(10, Duration.ofDays(4), NOW.plus(Duration.ofDays(40))));
  }

  @Test
  void saysNothingWhenThereIsTooLittleToGoBy() {
    assertThat(Forecast.of(List.of(), 100, NOW)).as("nothing at all").isEmpty();
    assertThat(Forecast.of(created(400, 9, 29), 100, NOW)).as("nine values").isEmpty();
    assertThat(Forecast.of(created(1, 50, 0), 100, NOW)).as("half a day").isEmpty();
    assertThat(Forecast.of(created(400, 60, 29), 0, NOW)).as("full already").isEmpty();
  }

  @Test
  void saysNothingOfWhatLastsTenYears() {
    assertThat(Forecast.of(created(400, 60, 29), 7300, NOW)).isPresent();
    assertThat(Forecast.of(created(400, 60, 29), 7301, NOW)).isEmpty();
    assertThat(Forecast.of(created(400, 60, 29), -1, NOW)).as("an IPv6 /64").isEmpty();
  }

  /** One as old as the cluster, {@code count} some days old. */
  private static List<Instant> created(int clusterDays, int count, int days) {
    var created = new ArrayList<Instant>();
    created.add(NOW.minus(Duration.ofDays(clusterDays)));
    for (var i = 0; i < count; i++) {
      created.add(NOW.minus(Duration.ofDays(days)));
    }
    return created;
  }
}
