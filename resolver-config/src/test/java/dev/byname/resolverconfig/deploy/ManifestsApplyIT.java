package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * A real API server takes every object of a kind that it knows: values that contradict each other,
 * which no schema finds, are found here.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ManifestsApplyIT {
  /** Kubernetes 1.20 has older versions of the first two only, and not what operators bring. */
  private static final Set<String> UNKNOWN =
      Set.of(
          "PodDisruptionBudget",
          "HorizontalPodAutoscaler",
          "ServiceMonitor",
          "PrometheusRule",
          "Certificate",
          "Issuer");

  private EtcdProcess etcd;
  private KubeApiServer api;

  @BeforeAll
  void aCluster(@TempDir Path folder) {
    KubeApiServer.assumeAvailable();
    etcd = EtcdProcess.in(folder).start();
    api = KubeApiServer.start(folder.resolve("api"), etcd);
    api.kubectl("create", "namespace", "frontend-ns");
  }

  @AfterAll
  void end() {
    if (api != null) {
      api.close();
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "overlays/replace",
        "overlays/beside",
        "overlays/nodelocal",
        "components/autoscaler/autoscaler.yaml",
        "webhook/cert-manager",
        "network-policies"
      })
  void theApiServerTakesThem(String path) throws IOException {
    var file = Tool.ROOT.resolve("conf/kubernetes").resolve(path);
    take(path.endsWith(".yaml") ? Files.readString(file) : ManifestsTest.render(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"the defaults", "replace", "everything", "the rest", "least", "autoscaler alone"})
  void theApiServerTakesWhatTheChartMakes(String values) {
    Chart.assumeRenderable();
    take(Chart.render("net", Chart.VALUES.get(values)));
  }

  private void take(String yaml) {
    var dump = new Dump(DumpSettings.builder().build());
    var known = new StringBuilder();
    int count = 0;
    for (var object : Manifests.of(yaml).objects()) {
      if (!UNKNOWN.contains(String.valueOf(object.get("kind")))) {
        known.append("---\n").append(dump.dumpToString(object));
        count++;
      }
    }
    var said =
        api.kubectlWithInput(
            known.toString(), "apply", "--dry-run=server", "--validate", "-f", "-");
    assertThat(said.lines().filter(line -> line.endsWith("(server dry run)"))).hasSize(count);
  }
}
