package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.cluster.ObjectKey;
import dev.byname.testkit.EtcdBulk;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.RelistMemory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relist in which every object has changed is the worst case; a compaction forces it. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdRelistMemoryIT {
  private static final int SLICES = 10_000;

  @TempDir Path folder;

  @Test
  void aRelistNeedsAtMostAQuarterMoreThanThePictureItself() throws Exception {
    EtcdProcess.assumeInstalled();
    try (var etcd = EtcdProcess.in(folder).members(3).start()) {
      var others = List.of(etcd.clientUrl(1), etcd.clientUrl(2));
      put(others, 1);
      // Only one of the three, so that the others can go on without us.
      try (var cluster = new LiveCluster(List.of(etcd.clientUrl(0)), false)) {
        var memory = new RelistMemory(cluster.writer, SLICES);
        cluster.source.start();
        awaitGeneration(cluster, 1);
        cluster.awaitConnected();
        memory.steady();

        etcd.kill(0);
        etcd.awaitHealthy();
        put(others, 2);
        etcd.etcdctl("compact", Long.toString(etcd.revision()));
        etcd.restart(0);
        awaitGeneration(cluster, 2);
        assertThat(cluster.source.status().relists()).isEqualTo(1);
        memory.assertAtMostAQuarterMore();
      }
    }
  }

  private static void awaitGeneration(LiveCluster cluster, int generation) {
    await("generation " + generation)
        .atMost(Duration.ofSeconds(90))
        .until(() ->
            List.of(0, SLICES / 2, SLICES - 1).stream()
                .map(i -> cluster.state.service(new ObjectKey("default", "svc-" + i)))
                .allMatch(view ->
                    view != null
                        && view.slices()
                            .getFirst()
                            .address(0)
                            .toString()
                            .startsWith("10." + generation + ".")));
  }

  private static void put(List<URI> members, int generation) {
    EtcdBulk.put(
        members,
        SLICES,
        i -> "/registry/endpointslices/default/svc-" + i + "-abcde",
        i -> slice(generation, i));
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
