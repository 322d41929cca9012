package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo cluster, served on loopback, asked with real dig, kdig and nslookup. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DigIT {
  private static final Path CONF = Path.of(System.getProperty("byname.root", ".."), "conf");

  private Path folder;
  private BynameServer server;
  private String port;
  private String metricsUrl;

  @BeforeAll
  void serveACopyOfTheDemoCluster(@TempDir Path folder) throws IOException {
    this.folder = folder;
    try (Stream<Path> files = Files.walk(CONF.resolve("demo"))) {
      for (Path file : files.toList()) {
        Path copy = folder.resolve(CONF.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    Files.writeString(
        folder.resolve("Corefile"),
        """
        .:0 {
          bind 127.0.0.1
          errors
          health 127.0.0.1:0
          ready 127.0.0.1:0
          prometheus 127.0.0.1:0
          kubernetes cluster.local in-addr.arpa ip6.arpa {
            manifests demo
            pods insecure
          }
          loadbalance
        }
        """);
    server = new BynameServer(folder.resolve("Corefile"), -1, Map.of());
    server.start();
    await().until(server::synced);
    port = Integer.toString(server.listeners().all().getFirst().address().getPort());
    metricsUrl = "http://" + server.adminAddress("/metrics");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @ParameterizedTest(name = "dig {0}")
  @CsvSource({
    "reviews.default.svc.cluster.local, 10.0.0.157",
    "mongodb.kube-system.svc.cluster.local, 10.0.0.46",
    "REVIEWS.default.SVC.cluster.local, 10.0.0.157",
    "reviews.default.svc.cluster.local +tcp, 10.0.0.157",
    "reviews.default.svc.cluster.local +noedns, 10.0.0.157",
    "reviews.default.svc.cluster.local +norec, 10.0.0.157",
    "dns-version.cluster.local TXT, '\"1.1.0\"'",
    "-x 10.0.0.46, mongodb.kube-system.svc.cluster.local.",
    "-x 10.0.0.157, reviews.default.svc.cluster.local.",
    "10-1-196-133.default.pod.cluster.local, 10.1.196.133",
    "10-1-196-133.node-skol-1-ibm-nodejs-s.default.svc.cluster.local, 10.1.196.133",
  })
  void digGetsTheSeedsAnswers(String question, String expected) throws IOException {
    List<String> command = new ArrayList<>(List.of("dig", "@127.0.0.1", "-p", port, "+short"));
    command.addAll(List.of(question.split(" ")));
    assertThat(run(command).strip()).isEqualTo(expected);
  }

  @Test
  void kdigAgrees() throws IOException {
    assertThat(
            run(
                List.of(
                    "kdig",
                    "@127.0.0.1",
                    "-p",
                    port,
                    "+short",
                    "reviews.default.svc.cluster.local")))
        .contains("10.0.0.157");
  }

  @Test
  void nslookupResolves() throws IOException {
    assertThat(
            run(
                List.of(
                    "nslookup",
                    "-port=" + port,
                    "mongodb.kube-system.svc.cluster.local",
                    "127.0.0.1")))
        .contains("Address: 10.0.0.46");
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "missing.default.svc.cluster.local A, NXDOMAIN",
    "reviews.default.svc.cluster.local AAAA, NOERROR",
    "example.org A, SERVFAIL",
    "version.bind TXT CH, REFUSED",
    "reviews.default.svc.cluster.local A +edns=1, BADVERS",
    "reviews.default.svc.cluster.local A +opcode=UPDATE, NOTIMP",
    "reviews.default.svc.cluster.local A +header-only, FORMERR",
  })
  void statusIsAsTheRulesSay(String question, String status) throws IOException {
    List<String> command = new ArrayList<>(List.of("dig", "@127.0.0.1", "-p", port, "+noednsneg"));
    command.addAll(List.of(question.split(" ")));
    Matcher found = Pattern.compile("status: (\\w+)").matcher(run(command));
    assertThat(found.find()).isTrue();
    assertThat(found.group(1)).isEqualTo(status);
  }

  @Test
  void anEditedManifestIsSeenByTheNextQuery() throws IOException {
    Path manifest = folder.resolve("demo").resolve("added.yaml");
    List<String> dig =
        List.of("dig", "@127.0.0.1", "-p", port, "+short", "added.default.svc.cluster.local");
    assertThat(run(dig)).isBlank();
    String yaml =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: added, namespace: default}
        spec: {clusterIP: 10.0.0.200, ports: [{port: 80}]}
        """;
    Files.writeString(manifest, yaml);
    await().untilAsserted(() -> assertThat(run(dig).strip()).isEqualTo("10.0.0.200"));
    Files.writeString(manifest, yaml.replace("10.0.0.200", "10.0.0.201"));
    await().untilAsserted(() -> assertThat(run(dig).strip()).isEqualTo("10.0.0.201"));
    Files.delete(manifest);
    await().untilAsserted(() -> assertThat(run(dig)).isBlank());
  }

  @Test
  void queriesAreCountedUnderTheNamesOfCoreDns() throws Exception {
    run(List.of("dig", "@127.0.0.1", "-p", port, "+short", "reviews.default.svc.cluster.local"));
    String scrape = get(metricsUrl);
    assertThat(scrape)
        .containsPattern(
            "coredns_dns_requests_total\\{family=\"1\",proto=\"udp\",server=\"dns://127.0.0.1:0\",type=\"A\",view=\"\",zone=\"\\.\"} [1-9]")
        .containsPattern(
            "coredns_dns_responses_total\\{plugin=\"kubernetes\",rcode=\"NOERROR\",server=\"dns://127.0.0.1:0\",view=\"\",zone=\"\\.\"} [1-9]")
        .contains("coredns_build_info{")
        .contains("coredns_plugin_enabled{")
        .contains("coredns_panics_total 0")
        .contains("process_resident_memory_bytes");
  }

  private static String get(String url) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
