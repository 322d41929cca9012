package dev.byname.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.testkit.EtcdBulk;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeApiServer;
import dev.byname.testkit.RelistMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link RelistMemoryTest}, with a real kube-apiserver, in the pages that Byname asks it for:
 * every object has changed behind a compaction while the server was gone.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubernetesRelistMemoryIT {
  private static final int SERVICES = 10_000;

  @TempDir Path folder;

  @Test
  void aRelistNeedsAtMostAQuarterMoreThanThePictureItself() {
    KubeApiServer.assumeAvailable();
    try (var etcd = EtcdProcess.in(folder).start()) {
      put(etcd, 1);
      try (var api =
              KubeApiServer.start(folder.resolve("api"), etcd, "--etcd-compaction-interval=0");
          var byname = new KubernetesHarness()) {
        var memory = new RelistMemory(byname.writer, SERVICES);
        byname.start(
            new KubernetesSourceConfig(
                new Access.Kubeconfig(api.kubeconfig(), null),
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
                KubernetesSourceConfig.DEFAULT_PAGE_SIZE,
                KubernetesHarness.QUICK));
        awaitGeneration(byname, 1);
        byname.awaitSynced();
        memory.steady();

        api.kill();
        put(etcd, 2);
        etcd.etcdctl("compact", Long.toString(etcd.revision()));
        api.restart();
        awaitGeneration(byname, 2);
        assertThat(byname.status().relists()).isPositive();
        memory.assertAtMostAQuarterMore();
      }
    }
  }

  private static void awaitGeneration(KubernetesHarness byname, int generation) {
    await("generation " + generation)
        .atMost(Duration.ofSeconds(90))
        .until(() ->
            List.of(0, SERVICES / 2, SERVICES - 1).stream()
                .map(i -> byname.endpoints("svc-" + i))
                .allMatch(addresses ->
                    addresses.size() == 10
                        && addresses.getFirst().startsWith("10." + generation + ".")));
  }

  private static void put(EtcdProcess etcd, int generation) {
    EtcdBulk.put(
        etcd.clientUrls(),
        SERVICES,
        i -> "/registry/services/endpoints/default/svc-" + i,
        i -> endpoints(generation, i));
  }

  private static String endpoints(int generation, int i) {
    var addresses = new StringBuilder();
    for (int e = 0; e < 10; e++) {
      addresses
          .append(e == 0 ? "" : ",")
          .append(
              """
              {"ip":"10.%d.%d.%d","nodeName":"node-%d",\
              "targetRef":{"kind":"Pod","name":"pod-%d-%d","namespace":"default"}}\
              """
                  .formatted(generation, i / 256 + e * 24, i % 256, i % 100, i, e));
    }
    return """
    {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"svc-%d","namespace":"default"},\
    "subsets":[{"addresses":[%s],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}\
    """
        .formatted(i, addresses);
  }
}
