package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.byname.rdata.Message;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** log, errors, loadbalance and whoami at work in a server block. */
class StandardPluginsTest {
  private static final String CLUSTER =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db, namespace: default}
      spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, namespace: default, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      ports: [{name: sql, port: 5432, protocol: TCP}]
      endpoints: [{addresses: [10.1.0.1]}, {addresses: [10.1.0.2]}, {addresses: [10.1.0.3]}]
      """;

  @TempDir Path folder;

  private final Logger plugins = (Logger) LoggerFactory.getLogger("dev.byname.plugin");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    plugins.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    plugins.detachAppender(logged);
  }

  private List<String> lines() {
    return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void logWritesOneLineForEachQueryOfItsClasses() throws IOException {
    try (var cluster =
        TestCluster.of(
                """
                .:53 {
                  log cluster.local "{remote} {type} {name} {rcode} {>rflags} {/no/such}" {
                    class denial error
                  }
                  kubernetes cluster.local
                }
                """,
                folder)
            .apply(CLUSTER)) {
      cluster.ask("db.default.svc.cluster.local. A");
      cluster.ask("missing.default.svc.cluster.local. A");
      cluster.ask("example.org. A");
      assertThat(lines())
          .containsExactly("127.0.0.1 A missing.default.svc.cluster.local. NXDOMAIN qr,aa,rd -");
    }
  }

  @Test
  void logsDefaultFormatIsThatOfCoreDns() throws IOException {
    try (var cluster =
        TestCluster.of(".:53 {\n  log\n  kubernetes cluster.local\n}\n", folder).apply(CLUSTER)) {
      cluster.ask("missing.default.svc.cluster.local. A");
      assertThat(lines()).hasSize(1);
      assertThat(lines().getFirst())
          .matches(
              "127\\.0\\.0\\.1:40000 - 4711 \"A IN missing\\.default\\.svc\\.cluster\\.local\\. udp"
                  + " \\d+ false 1232\" NXDOMAIN qr,aa,rd \\d+ 0\\.000000000s");
    }
  }

  @Test
  void errorsTellsWhyThereWasNoAnswer() throws IOException {
    try (var cluster =
        TestCluster.of(".:53 {\n  errors\n  kubernetes cluster.local\n}\n", folder)) {
      cluster.ask("example.org. A");
      cluster.ask("missing.default.svc.cluster.local. A");
      assertThat(lines())
          .containsExactly("SERVFAIL example.org. A: no plugin of the server block answers");
    }
  }

  @Test
  void errorsOfOneKindAreCountedTogether() throws IOException {
    try (var cluster =
        TestCluster.of(
            ".:53 {\n"
                + "  errors {\n"
                + "    consolidate 5m \"no plugin\" warning\n"
                + "  }\n"
                + "  kubernetes cluster.local\n"
                + "}\n",
            folder)) {
      for (int i = 0; i < 5; i++) {
        cluster.ask("example.org. A");
      }
      assertThat(lines()).as("nothing line by line").isEmpty();
    }
    assertThat(lines()).as("the rest when the plugin is closed").hasSize(1);
    assertThat(lines().getFirst()).isEqualTo("5 failures like no plugin in the last 5m");
  }

  @ParameterizedTest
  @CsvSource({
    "db.default.svc, svc|default|db|-|-|-|-",
    "_sql._tcp.db.default.svc, svc|default|db|-|sql|tcp|-",
    "EP.db.default.svc, svc|default|db|ep|-|-|-",
    "10-1-0-1.default.pod, pod|default|10-1-0-1|-|-|-|-",
    "svc, svc|-|-|-|-|-|-",
    "a.b.c.db.default.svc, -|-|-|-|-|-|invalid query name",
    "db.default.srv, -|-|-|-|-|-|invalid query name",
  })
  void metadataTellsWhatANameMeans(String name, String expected) throws IOException {
    String format =
        Stream.of(
                "kind", "namespace", "service", "endpoint", "port-name", "protocol", "parse-error")
            .map(label -> "{/kubernetes/" + label + "}")
            .collect(Collectors.joining("|"));
    String corefile =
        ".:53 {\n  metadata cluster.local\n  log . \"%s\"\n  kubernetes cluster.local\n}\n"
            .formatted(format);
    try (var cluster = TestCluster.of(corefile, folder).apply(CLUSTER)) {
      cluster.ask(name + ".cluster.local. A");
      cluster.ask("example.org. A");
      assertThat(lines()).containsExactly(expected, "-|-|-|-|-|-|-");
    }
  }

  @Test
  void loadbalanceLetsEveryAddressComeFirst() throws IOException {
    try (var cluster =
        TestCluster.of(".:53 {\n  loadbalance\n  kubernetes cluster.local\n}\n", folder)
            .apply(CLUSTER)) {
      Set<String> first = new HashSet<>();
      for (int i = 0; i < 6; i++) {
        List<ResourceRecord> answer = cluster.ask("db.default.svc.cluster.local. A").answer();
        assertThat(answer).hasSize(3);
        first.add(answer.getFirst().data().toString());
      }
      assertThat(first).containsExactlyInAnyOrder("10.1.0.1", "10.1.0.2", "10.1.0.3");
    }
  }

  @Test
  void whoamiTellsTheClientsAddressAndPort() throws IOException {
    try (var cluster = TestCluster.of("example.org:53 {\n  whoami\n}\n", folder)) {
      Message answer = cluster.ask("Www.example.org. A");
      assertThat(answer.additional())
          .extracting(Object::toString)
          .containsExactly(
              "Www.example.org. 0 IN A 127.0.0.1", "_udp.Www.example.org. 0 IN SRV 0 0 40000 .");
    }
  }

  @Test
  void theClusterIsNotBehindTheCacheWhenThePluginsAnswerForIt() throws IOException {
    try (var cluster =
        TestCluster.of(".:53 {\n  log\n  cache 30\n  kubernetes cluster.local\n}\n", folder)) {
      assertThat(cluster.ask("db.default.svc.cluster.local. A").rcode()).isEqualTo(Rcode.NXDOMAIN);
      cluster.apply(CLUSTER);
      assertThat(cluster.ask("db.default.svc.cluster.local. A").answer()).hasSize(3);
    }
  }

  @Test
  void aBlockThatMustSeeEveryQueryClosesThePrecomputedPath() throws IOException {
    String question = "db.default.svc.cluster.local. A";
    try (var open = TestCluster.of(".:53 {\n  errors\n  kubernetes cluster.local\n}\n", folder);
        var closed = TestCluster.of(".:53 {\n  log\n  kubernetes cluster.local\n}\n", folder)) {
      open.apply(CLUSTER);
      closed.apply(CLUSTER);
      byte[] query =
          new Message(1, 0, 0, open.ask(question).question(), List.of(), List.of(), List.of(), null)
              .toWire(512);
      assertThat(open.precomputed(query)).isTrue();
      assertThat(closed.precomputed(query)).isFalse();
    }
  }
}
