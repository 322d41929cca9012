package dev.byname.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.Dig;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeApiServer;
import dev.byname.testkit.NetworkPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cable between Byname and its source is pulled: no reset, no end of stream, just silence. dig
 * asks on Byname's side of it.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkCutIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path folder;

  private NetworkPair network;
  private EtcdProcess etcd;
  private Process byname;

  @BeforeEach
  void etcdOnTheOtherSide() {
    EtcdProcess.assumeInstalled();
    NetworkPair.assumeAllowed();
    network = NetworkPair.create();
    etcd = EtcdProcess.in(folder).at(NetworkPair.LEFT_ADDRESS, network::left).start();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (byname != null) {
      byname.destroyForcibly().waitFor();
    }
    if (etcd != null) {
      etcd.close();
    }
    if (network != null) {
      network.close();
    }
  }

  @Test
  void etcdIsSilent() throws Exception {
    answersGoOnAndWhatWasMissedComes("etcd " + etcd.clientUrl(0));
    assertThat(metrics()).as("the watch was resumed").contains("byname_source_relists_total 0");
  }

  @Test
  void theKubernetesApiIsSilent() throws Exception {
    KubeApiServer.assumeAvailable();
    try (var api =
        KubeApiServer.startAt(
            NetworkPair.LEFT_ADDRESS, network::left, folder.resolve("api"), etcd)) {
      answersGoOnAndWhatWasMissedComes("kubeconfig " + api.kubeconfig());
    }
  }

  private void answersGoOnAndWhatWasMissedComes(String source)
      throws IOException, InterruptedException {
    ShopInEtcd.put(etcd, "before", "10.0.0.1");
    startByname(source);
    var dig = Dig.at(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 53), network::right);
    dig.awaitBrief("10.0.0.1", ShopInEtcd.name("before"));
    awaitMetric("byname_source_connected 1");

    try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("before"))) {
      network.cut();
      ShopInEtcd.put(etcd, "during", "10.0.0.2");
      awaitMetric("byname_source_connected 0");
      assertThat(dig.full(ShopInEtcd.name("during"))).contains("status: NXDOMAIN");

      network.heal();
      dig.awaitBrief("10.0.0.2", ShopInEtcd.name("during"));
      awaitMetric("byname_source_connected 1");
      ShopInEtcd.put(etcd, "after", "10.0.0.3");
      dig.awaitBrief("10.0.0.3", ShopInEtcd.name("after"));
    }
  }

  private void startByname(String source) throws IOException {
    var corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            . {
              bind 127.0.0.1
              errors
              prometheus 127.0.0.1:9153
              kubernetes cluster.local in-addr.arpa {
                %s
              }
            }
            """
                .formatted(source));
    byname =
        network
            .right(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Byname.class.getName(),
                    "serve",
                    "-conf",
                    corefile.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("byname.log").toFile())
            .start();
    Awaitility.await("Byname's port")
        .atMost(LIMIT)
        .until(() -> {
          assertThat(byname.isAlive())
              .as("%s", Files.readString(folder.resolve("byname.log")))
              .isTrue();
          return metrics().contains("byname_source_connected");
        });
  }

  private void awaitMetric(String line) {
    Awaitility.await(line)
        .atMost(LIMIT)
        .until(() -> metrics().lines().anyMatch(each -> each.startsWith(line)));
  }

  /** Empty while nobody listens. */
  private String metrics() throws IOException {
    var process =
        network
            .right(
                List.of(
                    "bash",
                    "-c",
                    "exec 3<>/dev/tcp/127.0.0.1/9153 &&"
                        + " printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    try (var page = process.getInputStream()) {
      return new String(page.readAllBytes(), UTF_8);
    }
  }
}
