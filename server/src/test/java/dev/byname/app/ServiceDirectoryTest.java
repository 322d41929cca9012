package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.lookup.Answer;
import dev.byname.lookup.ClusterSource;
import dev.byname.lookup.ServiceDirectory;
import dev.byname.lookup.ServiceEndpoints;
import dev.byname.lookup.Subscription;
import dev.byname.rdata.RecordType;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceDirectoryTest {
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: reviews, namespace: default}
      spec: {clusterIP: 10.0.0.157, ports: [{name: http, port: 9080}]}
      """;

  @TempDir Path folder;

  /** The example of the README: what stands there is what runs here. */
  @Test
  void theReadmesExampleWorks() throws IOException {
    Path demo = Path.of(System.getProperty("byname.root", ".."), "conf", "demo");
    List<String> seen = new CopyOnWriteArrayList<>();
    // readme:begin
    try (var directory = ServiceDirectory.open(ClusterSource.manifests(demo))) {
      directory.awaitSynced(Duration.ofSeconds(5));

      Answer answer = directory.resolve("reviews.default.svc.cluster.local", RecordType.A);
      List<InetAddress> addresses = answer.addresses(); // [/10.0.0.157]

      ServiceEndpoints nginx = directory.service("default", "my-nginx-service");
      nginx.ready().forEach(endpoint -> seen.add(endpoint.address().getHostAddress()));

      Subscription watching =
          directory.subscribe("default", "my-nginx-service", now -> seen.add(now.toString()));
      watching.close();
      // readme:end
      assertThat(addresses).extracting(InetAddress::getHostAddress).containsExactly("10.0.0.157");
      assertThat(nginx.exists()).isTrue();
      assertThat(nginx.ready()).hasSize(3);
      assertThat(seen).hasSizeGreaterThanOrEqualTo(3);
    }
    String readme = Files.readString(Path.of(System.getProperty("byname.root", ".."), "README.md"));
    String here =
        Files.readString(
            Path.of(
                System.getProperty("byname.root", ".."),
                "server/src/test/java/dev/byname/app/ServiceDirectoryTest.java"));
    int begin = here.indexOf("// readme:" + "begin") + "// readme:begin".length();
    String example = here.substring(begin, here.indexOf("// readme:" + "end"));
    assertThat(withoutIndent(readme)).contains(withoutIndent(example).strip());
  }

  private static String withoutIndent(String text) {
    return text.lines().map(String::strip).reduce("", (a, b) -> a + "\n" + b);
  }

  @Test
  void subscribersSeeChangesInOrderAndDisturbNobody() throws IOException {
    Path file = Files.writeString(folder.resolve("reviews.yaml"), SERVICE);
    try (var directory = ServiceDirectory.open(ClusterSource.manifests(folder))) {
      assertThat(directory.awaitSynced(Duration.ofSeconds(10))).isTrue();
      var release = new CountDownLatch(1);
      var slowCalls = new AtomicInteger();
      List<Boolean> seen = new CopyOnWriteArrayList<>();
      directory.subscribe(
          "default",
          "reviews",
          now -> {
            throw new IllegalStateException("a subscriber's own fault");
          });
      directory.subscribe(
          "default",
          "reviews",
          now -> {
            slowCalls.incrementAndGet();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      directory.subscribe("default", "reviews", now -> seen.add(now.exists()));
      await().untilAsserted(() -> assertThat(seen).containsExactly(true));

      Files.delete(file);
      await().untilAsserted(() -> assertThat(seen).containsExactly(true, false));
      assertThat(directory.resolve("reviews.default.svc.cluster.local", RecordType.A).rcode())
          .isEqualTo(Rcode.NXDOMAIN);
      assertThat(slowCalls).as("one call at a time").hasValue(1);
      release.countDown();
      await().untilAsserted(() -> assertThat(slowCalls).as("then the newest").hasValue(2));
    }
  }

  @Test
  void namesOutsideAreRefusedAndNonsenseIsFormerr() throws IOException {
    Files.writeString(folder.resolve("reviews.yaml"), SERVICE);
    try (var directory = ServiceDirectory.open(ClusterSource.manifests(folder))) {
      assertThat(directory.awaitSynced(Duration.ofSeconds(10))).isTrue();
      assertThat(directory.resolve("www.example.org", RecordType.A).rcode()).isEqualTo(5);
      assertThat(directory.resolve("a..b", RecordType.A).rcode()).isEqualTo(1);
      assertThat(
              directory.resolve("REVIEWS.default.svc.cluster.local.", RecordType.SRV).additional())
          .hasSize(1);
    }
  }
}
