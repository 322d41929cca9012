package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject;
import dev.byname.corefile.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the fixtures cannot show of {@code k8s_external}: changes, and the configuration. */
class K8sExternalTest {
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: %s, namespace: default}
      spec: {clusterIP: 10.0.0.1, externalIPs: [%s], ports: [{port: 80}]}
      """;

  @TempDir Path folder;

  private TestCluster cluster() throws IOException {
    return TestCluster.of(
        """
        .:53 {
          kubernetes cluster.local
          k8s_external example.org 2.0.192.in-addr.arpa
        }
        """,
        folder);
  }

  private static List<String> pointers(TestCluster cluster, int last) {
    return cluster.ask(last + ".2.0.192.in-addr.arpa. PTR").answer().stream()
        .map(record -> record.data().toString())
        .toList();
  }

  @Test
  void reverseNamesFollowTheCluster() throws IOException {
    try (var cluster = cluster().apply(SERVICE.formatted("a", "192.0.2.1"))) {
      assertThat(pointers(cluster, 1)).containsExactly("a.default.example.org.");
      cluster.apply(SERVICE.formatted("b", "192.0.2.1, 192.0.2.2"));
      assertThat(pointers(cluster, 1))
          .containsExactly("a.default.example.org.", "b.default.example.org.");
      cluster.apply(SERVICE.formatted("a", "192.0.2.3"));
      assertThat(pointers(cluster, 1)).containsExactly("b.default.example.org.");
      assertThat(pointers(cluster, 3)).containsExactly("a.default.example.org.");
      ClusterObject b = TestCluster.decode(SERVICE.formatted("b", "192.0.2.1")).getFirst();
      cluster.remove(b);
      assertThat(pointers(cluster, 1)).isEmpty();
      assertThat(pointers(cluster, 2)).isEmpty();
    }
  }

  @Test
  void aReloadStartsWithWhatIsKnown() throws IOException {
    try (var cluster = cluster().apply(SERVICE.formatted("a", "192.0.2.1"))) {
      cluster.reload();
      assertThat(pointers(cluster, 1)).containsExactly("a.default.example.org.");
    }
  }

  @Test
  void clusterNamesStayPrecomputedUnlessZonesOverlap() throws IOException {
    byte[] query = TestCluster.query("a.default.svc.cluster.local. A").toWire(512);
    try (var beside = cluster().apply(SERVICE.formatted("a", "192.0.2.1"));
        var below =
            TestCluster.of(
                    ".:53 {\n kubernetes cluster.local\n k8s_external out.cluster.local\n}\n",
                    folder)
                .apply(SERVICE.formatted("a", "192.0.2.1"))) {
      assertThat(beside.precomputed(query)).isTrue();
      assertThat(below.precomputed(query)).isFalse();
    }
  }

  @Test
  void complaints() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            example.org {
              k8s_external {
                apex a.b
                ttl 3601
                headless yes
                endpoints
              }
              k8s_external
            }
            """);
    var problems = new Problems();
    Configuration.read(file, Map.of(), -1, problems);
    assertThat(problems.toString().replace(folder + "/", ""))
        .isEqualTo(
            """
            Corefile:2: k8s_external needs the kubernetes plugin in the same server block
            Corefile:3: apex: "a.b" is no single label, like dns
            Corefile:4: ttl: 3601 is out of range (0 to 3600)
            Corefile:5: headless: takes no argument, found 1
            Corefile:6: unknown option "endpoints" in k8s_external
            Corefile:8: k8s_external can be given only once in a server block; it already is in Corefile:2\
            """);
  }
}
