package dev.byname.source.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.NetworkPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cable between us and etcd is pulled: no reset, no end of stream, just silence. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkCutIT {
  private static final Duration LIMIT = Duration.ofSeconds(45);

  @TempDir Path folder;

  @Test
  void silenceIsNoticedAndMadeUpForWhenTheCableIsBack() throws Exception {
    EtcdProcess.assumeInstalled();
    NetworkPair.assumeAllowed();
    var processes = new ArrayList<Process>();
    var network = NetworkPair.create();
    try {
      var url = "http://" + NetworkPair.LEFT_ADDRESS + ":2379";
      processes.add(
          network
              .left(
                  List.of(
                      "etcd",
                      "--data-dir=" + folder.resolve("data"),
                      "--listen-client-urls=http://127.0.0.1:2379," + url,
                      "--advertise-client-urls=" + url,
                      "--listen-peer-urls=http://127.0.0.1:2380"))
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("etcd.log").toFile())
              .start());
      Awaitility.await("etcd").atMost(LIMIT).until(() -> put(network, "before") == 0);

      var follower =
          network
              .right(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-XX:TieredStopAtLevel=1",
                      "-cp",
                      System.getProperty("java.class.path"),
                      FollowEtcd.class.getName(),
                      url))
              .redirectError(folder.resolve("follower.log").toFile())
              .start();
      processes.add(follower);
      var lines = new CopyOnWriteArrayList<String>();
      Thread.ofVirtual()
          .start(() ->
              follower
                  .inputReader(UTF_8)
                  .lines()
                  .filter(line -> line.startsWith(FollowEtcd.STATUS)) // its log is beside them
                  .forEach(lines::add));
      awaitLine(lines, "connected=true relists=0 services=before");

      network.cut();
      assertThat(put(network, "during")).isZero();
      awaitLine(lines, "connected=false relists=0 services=before");

      network.heal();
      awaitLine(lines, "connected=true relists=0 services=before,during");
      assertThat(put(network, "later")).isZero();
      awaitLine(lines, "connected=true relists=0 services=before,during,later");
    } finally {
      for (var process : processes) {
        process.destroyForcibly().waitFor();
      }
      network.close();
    }
  }

  private static void awaitLine(List<String> lines, String expected) {
    Awaitility.await("\"" + expected + "\"")
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(lines).last().isEqualTo(expected));
  }

  /** On etcd's own side of the cable. */
  private static int put(NetworkPair network, String name)
      throws IOException, InterruptedException {
    var builder =
        network
            .left(
                List.of(
                    "etcdctl",
                    "--endpoints=http://127.0.0.1:2379",
                    "put",
                    LiveCluster.key(name),
                    LiveCluster.service(name, "10.0.0.1")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("ETCDCTL_API", "3");
    return builder.start().waitFor();
  }
}
