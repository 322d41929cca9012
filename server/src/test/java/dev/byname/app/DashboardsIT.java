package dev.byname.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.Scheme;
import dev.byname.observe.Metrics;
import dev.byname.query.QueryMetrics;
import dev.byname.query.Slab;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.AnsweringUpstream;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A running server's scrape has what CoreDNS's dashboards and alerts ask for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DashboardsIT {
  private static final Pattern SAMPLE =
      Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  @TempDir static Path folder;
  private AnsweringUpstream upstream;
  private AnsweringUpstream dead;
  private TestServer server;
  private List<Sample> scrape;

  private record Sample(String name, Map<String, String> labels) {}

  @BeforeAll
  void serveAndScrape() throws IOException {
    upstream = new AnsweringUpstream("203.0.113.7", 60);
    dead = new AnsweringUpstream("203.0.113.8", 60);
    dead.die();
    Files.createDirectory(folder.resolve("manifests"));
    Files.writeString(
        folder.resolve("manifests/namespace.yaml"),
        "kind: Namespace\napiVersion: v1\nmetadata: {name: default}\n");
    Files.writeString(folder.resolve("hosts"), "192.0.2.1 one.hosts.example\n");
    server =
        new TestServer(
            folder,
            """
            .:0 {
              bind 127.0.0.1
              errors
              health 127.0.0.1:0
              prometheus 127.0.0.1:0
              kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests manifests
              }
              hosts hosts hosts.example
              forward dead.example 127.0.0.1:%d
              forward . 127.0.0.1:%d
              cache 30
              loadbalance
            }
            """
                .formatted(dead.port(), upstream.port()));
    await().until(server.server()::synced);
    server.ask("missing.default.svc.cluster.local", RecordType.A);
    for (int i = 0; i < 2; i++) {
      server.ask("www.example.org", RecordType.A);
      server.ask("missing.hosts.example", RecordType.A);
    }
    assertThat(server.ask("www.dead.example", RecordType.A).rcode()).isEqualTo(Rcode.SERVFAIL);
    server.ask("www.dead.example", RecordType.A);
    TestServer.run(
        "dig",
        "@127.0.0.1",
        "-p",
        Integer.toString(server.port(Scheme.DNS)),
        "+dnssec",
        "+tcp",
        "default.svc.cluster.local");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> {
          scrape = samples(server.scrape());
          return Stream.of(
                  "coredns_forward_healthcheck_failures_total",
                  "coredns_health_request_duration_seconds_count")
              .allMatch(late -> scrape.stream().anyMatch(s -> s.name.equals(late)));
        });
  }

  @AfterAll
  void stop() {
    server.close();
    upstream.close();
  }

  private static List<Sample> samples(String text) {
    return SAMPLE
        .matcher(text)
        .results()
        .map(found -> {
          Map<String, String> labels = new HashMap<>();
          Matcher label = LABEL.matcher(found.group(2) == null ? "" : found.group(2));
          while (label.find()) {
            labels.put(label.group(1), label.group(2));
          }
          return new Sample(found.group(1), labels);
        })
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> whatDashboardsAndAlertsAskFor() throws IOException {
    Path data = CorefileCases.root().resolve("test-fixtures/metrics/dashboards.yaml");
    var load = new Load(LoadSettings.builder().setLabel(data.toString()).build());
    var entries = (List<?>) requireNonNull(load.loadFromString(Files.readString(data)));
    return entries.stream()
        .map(entry -> (Map<?, ?>) entry)
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.get("series") + " " + entry.get("labels"), () -> isThere(entry)));
  }

  private void isThere(Map<?, ?> entry) {
    String name = (String) entry.get("series");
    List<Sample> known =
        name.startsWith("coredns_kubernetes_dns_programming") ? programming() : scrape;
    List<Sample> series = known.stream().filter(sample -> sample.name.equals(name)).toList();
    assertThat(series).as("series " + name).isNotEmpty();
    for (Sample sample : series) {
      for (Object label : (List<?>) entry.get("labels")) {
        assertThat(sample.labels).as(name).containsKey((String) label);
        // The one label that may be empty is view.
        assertThat(sample.labels.get(label)).as(name + " " + label).isNotNull();
      }
    }
    if (entry.get("values") instanceof Map<?, ?> values) {
      values.forEach((label, value) ->
          assertThat(series)
              .as(label + " of " + name)
              .anyMatch(sample -> value.equals(sample.labels.get(label))));
    }
  }

  /** Measured only where an API server tells when an endpoint changed. */
  private static List<Sample> programming() {
    try (var metrics = new Metrics(new QueryMetrics(), "test", "25")) {
      metrics.programmed("cluster_ip", Duration.ofMillis(3));
      return samples(metrics.scrape());
    }
  }

  @Test
  void theCacheKnowsItsServer() {
    assertThat(scrape)
        .filteredOn(sample -> sample.name.startsWith("coredns_cache_"))
        .isNotEmpty()
        .allSatisfy(sample ->
            assertThat(sample.labels)
                .containsEntry("server", "dns://127.0.0.1:0")
                .containsEntry("zones", ".")
                .containsEntry("view", ""));
  }

  @Test
  void nothingIsExportedThatNobodyKnows() {
    assertThat(scrape)
        .extracting(Sample::name)
        .allMatch(name -> name.matches("(coredns|byname|process)_.*"))
        .noneMatch(name -> name.endsWith("_max"));
  }

  @Test
  void clientsCannotMakeLabelValues() throws IOException {
    for (int type = 1; type < 200; type += 7) {
      server.ask("t" + type + ".elsewhere.example", RecordType.of(type));
    }
    for (int type = 1_000; type < 1_040; type++) {
      Message answer = server.ask("x.cluster.local", RecordType.of(type));
      assertThat(answer.rcode()).isEqualTo(Rcode.NXDOMAIN);
    }
    List<Sample> now = samples(server.scrape());
    assertThat(now)
        .filteredOn(sample -> sample.labels.containsKey("zone"))
        .extracting(sample -> sample.labels.get("zone"))
        .allMatch(zone -> zone.equals(".") || zone.equals("dropped"));
    var types = new TreeSet<String>();
    now.forEach(sample -> {
      if (sample.name.equals("coredns_dns_requests_total")) {
        types.add(sample.labels.get("type"));
      }
    });
    assertThat(types).isSubsetOf(Slab.TYPES).contains("other");
  }
}
