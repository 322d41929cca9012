package dev.byname.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit itself. */
class KubeApiServerIT {
  @TempDir Path folder;

  @Test
  void makesEndpointsOfAServiceWithASelector() {
    KubeApiServer.assumeAvailable();
    try (var etcd = EtcdProcess.in(folder).start();
        var server = KubeApiServer.start(folder.resolve("api"), etcd)) {
      server.startControllers();
      server.apply(
          """
          apiVersion: v1
          kind: Service
          metadata: {name: web, namespace: default}
          spec: {selector: {app: web}, ports: [{port: 80}]}
          """);
      assertThat(server.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"))
          .startsWith("10.0.");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.kubectl("get", "endpoints", "-o", "name").contains("endpoints/web"));
    }
  }
}
