package dev.byname.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Pauses and limits, in a time that the test moves. */
class PacingTest {
  private static final RandomGenerator LOWEST = () -> 0L;
  private static final RandomGenerator HIGHEST = () -> -1L;

  @Test
  void pausesDoubleUpToTheLongestAndStartOverAfterASuccess() {
    var backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3), LOWEST);
    assertThat(List.of(next(backoff), next(backoff), next(backoff), next(backoff), next(backoff)))
        .containsExactly(250L, 500L, 1000L, 1500L, 1500L);
    backoff.reset();
    assertThat(next(backoff)).isEqualTo(250);
  }

  @Test
  void chanceMovesAPauseWithinItsSecondHalf() {
    var backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3), HIGHEST);
    assertThat(next(backoff)).isBetween(499L, 500L);
  }

  @Test
  void theServersWishIsTheLeast() {
    var backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3), LOWEST);
    assertThat(backoff.next(Duration.ofSeconds(7)).toMillis()).isEqualTo(7250);
    assertThat(backoff.next(Duration.ofMillis(10)).toMillis()).isEqualTo(500);
  }

  @Test
  void comparingTakesATwentiethOfTheTimeUpToTwiceThePause() {
    assertThat(comparisonPauseSeconds(500, 0)).isEqualTo(20);
    assertThat(comparisonPauseSeconds(500, 1500)).isEqualTo(30);
    assertThat(comparisonPauseSeconds(500, 60_000)).isEqualTo(40);
    assertThat(comparisonPauseSeconds(70_000, 60_000)).as("the limit of requests").isEqualTo(70);
  }

  private static long comparisonPauseSeconds(int fairMillis, int tookMillis) {
    return KubernetesSource.comparisonPause(
            Duration.ofSeconds(20), Duration.ofMillis(fairMillis), Duration.ofMillis(tookMillis))
        .toSeconds();
  }

  @Test
  void aBurstIsFreeThenRequestsComeAtTheirRate() throws Exception {
    var now = new AtomicLong(1_000_000_000_000L);
    List<Long> waits = new ArrayList<>();
    try (var scheduler = new SwiftScheduler(now, waits)) {
      var limits =
          new RequestLimits(
              5, 3, 0, new Timing(InstantSource.system(), now::get, scheduler, LOWEST));
      for (int i = 0; i < 5; i++) {
        limits.acquire();
      }
      assertThat(waits).containsExactly(200L, 200L);
      now.addAndGet(TimeUnit.HOURS.toNanos(1));
      waits.clear();
      for (int i = 0; i < 4; i++) {
        limits.acquire();
      }
      assertThat(waits).as("an idle hour saves one burst, not more").containsExactly(200L);
    }
  }

  /** Lets the time pass at once and notes how much it was. */
  private static final class SwiftScheduler extends ScheduledThreadPoolExecutor {
    private final AtomicLong now;
    private final List<Long> waits;

    SwiftScheduler(AtomicLong now, List<Long> waits) {
      super(1);
      this.now = now;
      this.waits = waits;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      waits.add(unit.toMillis(delay));
      now.addAndGet(unit.toNanos(delay));
      return super.schedule(task, 0, unit);
    }
  }

  private static long next(Backoff backoff) {
    return backoff.next(Duration.ZERO).toMillis();
  }
}
