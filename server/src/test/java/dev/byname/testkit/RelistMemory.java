package dev.byname.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Counts the bytes of a picture, and those that are held while all of it is replaced, by the JVM's
 * histogram of reachable objects. Each count waits until the queue into the picture is full, which
 * is the worst moment.
 */
public final class RelistMemory {
  private static final int COUNTS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ClusterWriter writer;
  private final int services;
  private final long empty = LiveBytes.now();
  private final AtomicLong changed = new AtomicLong();
  private final List<Long> during = new CopyOnWriteArrayList<>();
  private long steady;

  /**
   * Begins with an empty picture.
   *
   * @param services that a relist will change, each in one object
   */
  public RelistMemory(ClusterWriter writer, int services) {
    this.writer = writer;
    this.services = services;
  }

  /** The picture is complete and at rest; from now on whatever changes belongs to the relist. */
  public void steady() {
    steady = LiveBytes.now() - empty;
    writer
        .state()
        .addListener(change -> {
          long so = changed.addAndGet(change.services().size());
          if (during.size() < COUNTS && so / (services / (COUNTS + 1)) > during.size()) {
            Awaitility.await("a full queue")
                .atMost(LIMIT)
                .until(() -> writer.backlog() == ClusterWriter.QUEUE_CHANGES_MAX);
            during.add(LiveBytes.now() - empty);
          }
        });
  }

  /** The relist is over. */
  public void assertAtMostAQuarterMore() {
    assertThat(during).hasSize(COUNTS);
    long peak = during.stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(peak)
        .as("live bytes: %d steady, %d at most during the relist", steady, peak)
        .isLessThanOrEqualTo(steady * 5 / 4);
    assertThat(steady / services).as("bytes per service of ten endpoints").isLessThan(2000);
  }
}
