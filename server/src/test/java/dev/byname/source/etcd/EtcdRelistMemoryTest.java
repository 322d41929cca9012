package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterWriter;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ProgrammingLatency;
import dev.byname.testkit.LiveBytes;
import dev.byname.testkit.ManualScheduler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A relist in which every object has changed is the worst case: live bytes are counted again and
 * again while it is applied, each time when the queue behind is full.
 */
class EtcdRelistMemoryTest {
  private static final int SLICES = 10_000;
  private static final int MEASURE_EVERY = SLICES / 6;
  private static final URI MEMBER = URI.create("http://a:2379");

  /** A page as it came: here its values belong to the fake, in life they would come on top. */
  private static final long PAGE_BYTES = 1 << 20;

  private final ManualScheduler scheduler =
      new ManualScheduler(Instant.parse("2026-05-04T00:00:00Z"));
  private final FakeEtcd etcd = new FakeEtcd(scheduler);
  private final ClusterState state = new ClusterState(() -> 0);

  private final AtomicBoolean measuring = new AtomicBoolean();
  private final AtomicLong changes = new AtomicLong();
  private final List<Long> during = new CopyOnWriteArrayList<>();

  @Test
  void aRelistNeedsAtMostAQuarterMoreThanThePictureItself() {
    putAll(1);
    etcd.compact();
    long empty = LiveBytes.now();
    try (var writer = new ClusterWriter(state, "test");
        var source =
            new EtcdSource(
                EtcdSourceConfig.of(EtcdConnectionConfig.of(MEMBER)),
                etcd,
                DecodeOptions.ALL,
                writer,
                state,
                scheduler,
                scheduler.clock(),
                new Random(1),
                ProgrammingLatency.NONE)) {
      source.start();
      scheduler.run();
      awaitGeneration(1);
      long steady = LiveBytes.now() - empty;

      etcd.down(MEMBER);
      scheduler.run();
      putAll(2);
      etcd.compact();
      long before = LiveBytes.now();
      Thread reader = Thread.currentThread();
      state.addListener(change -> {
        long so = changes.addAndGet(change.services().size());
        if (measuring.get() && so / MEASURE_EVERY > during.size()) {
          while (measuring.get()
              && reader.getState() != Thread.State.WAITING
              && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          during.add(LiveBytes.now());
        }
      });
      measuring.set(true);
      etcd.up(MEMBER);
      scheduler.advance(Duration.ofSeconds(10));
      measuring.set(false);
      awaitGeneration(2);
      assertThat(source.status().relists()).isEqualTo(1);

      assertThat(during).hasSizeGreaterThanOrEqualTo(4);
      long more =
          during.stream().mapToLong(Long::longValue).max().orElseThrow() - before + PAGE_BYTES;
      assertThat(more)
          .as("live bytes: %d steady, %d more during the relist", steady, more)
          .isLessThanOrEqualTo(steady / 4);
      assertThat(steady / SLICES).as("bytes per slice of ten endpoints").isLessThan(2000);
    }
  }

  private void awaitGeneration(int generation) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> {
          for (int i : List.of(0, SLICES / 2, SLICES - 1)) {
            var view = state.service(new ObjectKey("default", "svc-" + i));
            assertThat(view).isNotNull();
            assertThat(view.slices().getFirst().address(0).toString())
                .startsWith("10." + generation + ".");
          }
        });
  }

  private void putAll(int generation) {
    for (int i = 0; i < SLICES; i++) {
      etcd.put("/registry/endpointslices/default/svc-" + i + "-abcde", slice(generation, i));
    }
  }

  private static String slice(int generation, int i) {
    var endpoints = new StringBuilder();
    for (int e = 0; e < 10; e++) {
      endpoints
          .append(e == 0 ? "" : ",")
          .append(
              """
              {"addresses":["10.%d.%d.%d"],"conditions":{"ready":true},"nodeName":"node-%d",\
              "zone":"z%d","targetRef":{"kind":"Pod","name":"pod-%d-%d","namespace":"default"}}\
              """
                  .formatted(generation, i / 256 + e * 24, i % 256, i % 100, i % 3, i, e));
    }
    return """
    {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{\
    "name":"svc-%d-abcde","namespace":"default","labels":{"kubernetes.io/service-name":"svc-%d"}},\
    "addressType":"IPv4","endpoints":[%s],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}\
    """
        .formatted(i, i, endpoints);
  }
}
