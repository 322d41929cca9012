package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.Scheme;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.AnsweringUpstream;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Corefiles that clusters run today start, and answer a name of the cluster and one from
 * outside. Only what belongs to the machine is put in their place: addresses, ports, files, the
 * upstreams, and a folder of manifests for the API server.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DistributionsIT {
  private static final String OUTSIDE = "203.0.113.7";

  private static final String CLUSTER =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {clusterIP: 10.96.1.1, ports: [{name: http, port: 80}]}
      """;

  /** What else a distribution's Corefile is to answer. */
  private static final Map<String, Map<String, String>> MORE =
      Map.of(
          "aks", Map.of("one.example", "10.0.0.1", "www.office.example", OUTSIDE),
          "k3s", Map.of("node1", "192.0.2.10"),
          "minikube", Map.of("host.minikube.internal", "192.168.49.1"));

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyDistribution() throws IOException {
    Path all = CorefileCases.root().resolve("test-fixtures/corefile/distributions");
    List<Path> folders;
    try (var list = Files.list(all)) {
      folders = list.sorted().toList();
    }
    assertThat(folders).hasSizeGreaterThanOrEqualTo(9);
    return folders.stream()
        .map(distribution ->
            DynamicTest.dynamicTest(
                distribution.getFileName().toString(), () -> startsAndAnswers(distribution)));
  }

  private void startsAndAnswers(Path distribution) throws IOException {
    String name = distribution.getFileName().toString();
    Path here = Files.createDirectory(folder.resolve(name));
    Files.createDirectory(here.resolve("manifests"));
    Files.writeString(here.resolve("manifests/cluster.yaml"), CLUSTER);
    Files.writeString(here.resolve("NodeHosts"), "192.0.2.10 node1\n");
    try (var upstream = new AnsweringUpstream(OUTSIDE, 60)) {
      for (Path file : filesOf(distribution)) {
        Path copy = here.resolve(distribution.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, onThisMachine(Files.readString(file), here, upstream));
      }
      try (var server = new TestServer(here, Files.readString(here.resolve("Corefile")))) {
        await().until(server.server()::synced);
        boolean nodeLocal = name.equals("nodelocaldns");
        assertThat(server.addresses("web.shop.svc.cluster.local"))
            .containsExactly(nodeLocal ? OUTSIDE : "10.96.1.1");
        assertThat(server.addresses("www.example.org")).containsExactly(OUTSIDE);
        MORE.getOrDefault(name, Map.of())
            .forEach((more, address) -> {
              try {
                assertThat(server.addresses(more)).as(more).containsExactly(address);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
        if (!nodeLocal) {
          assertThat(server.ask("missing.shop.svc.cluster.local", RecordType.A).rcode())
              .isEqualTo(Rcode.NXDOMAIN);
        }
        if (name.equals("aks")) {
          assertThat(server.ask("x.reddog.microsoft.com", RecordType.A).rcode())
              .isEqualTo(Rcode.NXDOMAIN);
        }
      }
    }
  }

  private static List<Path> filesOf(Path distribution) throws IOException {
    try (var files = Files.walk(distribution)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !List.of("prints", "problems").contains(file.getFileName().toString()))
          .toList();
    }
  }

  private static String onThisMachine(String corefile, Path here, AnsweringUpstream upstream) {
    String up = "127.0.0.1:" + upstream.port();
    return corefile
        .replaceAll("(?m)^ *bind .*\\n", "")
        .replaceAll("(?m)^(\\S+):5?353? \\{", "$1:0 {\n    bind 127.0.0.1")
        .replace("/etc/resolv.conf", up)
        .replace("192.0.2.53:5353", up)
        .replaceAll("forward \\. 10\\.[0-9.]+", "forward . " + up)
        .replaceAll("(?m)^( +prometheus +)\\S+", "$1127.0.0.1:0")
        .replaceAll("(?m)^( +)health( +[0-9.:]+)?( +\\{)?$", "$1health 127.0.0.1:0$3")
        .replaceAll("(?m)^( +)ready$", "$1ready 127.0.0.1:0")
        .replaceAll("(?m)^( +kubernetes .*\\{)$", "$1\n      manifests " + here + "/manifests")
        .replace("/etc/coredns/", here + "/");
  }

  @Test
  void kubeDnsConfigMapsAreServedAsTheCorefileThatCheckPrints() throws IOException {
    try (var upstream = new AnsweringUpstream(OUTSIDE, 60)) {
      Path map =
          Files.writeString(
              folder.resolve("kube-dns.yaml"),
              """
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: kube-dns, namespace: kube-system}
              data:
                stubDomains: |
                  {"acme.example": ["127.0.0.1:%d"]}
                upstreamNameservers: |
                  ["127.0.0.1:%d"]
              """
                  .formatted(upstream.port(), upstream.port()));
      String printed = CommandOutput.of("check", map.toString()).out();
      assertThat(printed).startsWith("As a Corefile:\n  dns://acme.example.:53 {");
      String corefile =
          onThisMachine(
              printed
                  .substring(printed.indexOf('\n') + 1, printed.indexOf("\n\n" + map))
                  .stripIndent(),
              folder,
              upstream);
      Files.createDirectory(folder.resolve("manifests"));
      Files.writeString(folder.resolve("manifests/cluster.yaml"), CLUSTER);
      try (var server = new TestServer(folder, corefile)) {
        await().until(server.server()::synced);
        assertThat(server.addresses("www.acme.example")).containsExactly(OUTSIDE);
        assertThat(server.addresses("www.example.org")).containsExactly(OUTSIDE);
        assertThat(server.addresses("web.shop.svc.cluster.local")).containsExactly("10.96.1.1");
      }
    }
  }

  @Test
  void chaosIsAnsweredWhereOpenShiftAsksForIt() throws IOException {
    String corefile =
        """
        .:0 {
          bind 127.0.0.1
          bufsize 1232
          whoami
        }
        hostname.bind:0 {
          bind 127.0.0.1
          chaos
        }
        """;
    try (var server = new TestServer(folder, corefile)) {
      assertThat(
              TestServer.run(
                  "dig",
                  "@127.0.0.1",
                  "-p",
                  Integer.toString(server.port(Scheme.DNS)),
                  "hostname.bind",
                  "TXT",
                  "CH",
                  "+short"))
          .isNotBlank();
    }
  }
}
