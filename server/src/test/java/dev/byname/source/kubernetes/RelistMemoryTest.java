package dev.byname.source.kubernetes;

import static dev.byname.source.kubernetes.KubernetesHarness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.source.kubernetes.ApiServerDouble.Connection;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.testkit.LiveBytes;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * A list in which every object has changed is the worst case: live bytes are counted (by the JVM's
 * histogram of reachable objects) again and again while it arrives.
 */
class RelistMemoryTest {
  private static final int SLICES = 6000;
  private static final int MEASUREMENTS = 6;

  @Test
  void aRelistNeedsAtMostAQuarterMoreThanThePictureItself() {
    List<Long> during = new CopyOnWriteArrayList<>();
    try (var api = new ApiServerDouble();
        var byname = new KubernetesHarness()) {
      api.putNamespace("default");
      api.once(
          r -> r.isList() && r.isFor("endpointslices"),
          (request, connection) -> list(connection, 1, api.revision(), List.of()));
      long before = LiveBytes.now();
      byname.start(
          new KubernetesSourceConfig(
              new Access.Endpoint(api.url(), null),
              Set.of(),
              "",
              "",
              true,
              false,
              false,
              false,
              1000,
              1000,
              0,
              0,
              KubernetesHarness.QUICK));
      byname.awaitSynced();
      eventually(() -> assertThat(byname.state.keys(Kind.ENDPOINT_SLICE)).hasSize(SLICES));
      assertThat(byname.endpoints("svc-7")).startsWith("10.1.0.7");
      long steady = LiveBytes.now() - before;

      eventually(
          () -> assertThat(api.requests(r -> r.isWatch() && r.isFor("endpointslices"))).hasSize(1));
      api.once(
          r -> r.isList() && r.isFor("endpointslices"),
          (request, connection) -> list(connection, 2, api.revision(), during));
      api.putNamespace("other");
      api.compact();
      api.cutWatches();
      eventually(() -> assertThat(byname.endpoints("svc-7")).startsWith("10.2.0.7"));
      eventually(() ->
          assertThat(byname.endpoints("svc-" + (SLICES - 1))).allMatch(a -> a.startsWith("10.2.")));

      assertThat(during).hasSize(MEASUREMENTS);
      long peak = during.stream().mapToLong(Long::longValue).max().orElseThrow() - before;
      assertThat(peak)
          .as("live bytes: %d steady, %d at most during the relist", steady, peak)
          .isLessThanOrEqualTo(steady * 5 / 4);
      assertThat(steady / SLICES).as("bytes per slice of ten endpoints").isLessThan(2000);
    }
  }

  /** Writes the list without ever holding it; measures in between when asked to. */
  private static boolean list(
      Connection connection, int generation, long revision, List<Long> measured)
      throws IOException {
    connection.head(200, "application/json");
    connection.chunk(
        "{\"kind\":\"EndpointSliceList\",\"metadata\":{\"resourceVersion\":\"%d\"},\"items\":["
            .formatted(revision));
    for (int i = 0; i < SLICES; i++) {
      connection.chunk((i == 0 ? "" : ",") + slice(generation, i));
      if (generation == 2 && (i + 1) % (SLICES / MEASUREMENTS) == 0) {
        measured.add(LiveBytes.now());
      }
    }
    connection.chunk("]}");
    connection.end();
    return true;
  }

  private static String slice(int generation, int i) {
    var endpoints = new StringBuilder();
    for (int e = 0; e < 10; e++) {
      endpoints
          .append(e == 0 ? "" : ",")
          .append(
              "{\"addresses\":[\"10.%d.%d.%d\"],\"conditions\":{\"ready\":true},\"nodeName\":\"node-%d\",\"zone\":\"z%d\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"pod-%d-%d\",\"namespace\":\"default\"}}"
                  .formatted(generation, i / 256 + e * 24, i % 256, i % 100, i % 3, i, e));
    }
    return "{\"metadata\":{\"name\":\"svc-%d-abcde\",\"namespace\":\"default\",\"resourceVersion\":\"%d\",\"labels\":{\"kubernetes.io/service-name\":\"svc-%d\"}},\"addressType\":\"IPv4\",\"endpoints\":[%s],\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}]}"
        .formatted(i, generation, i, endpoints);
  }
}
