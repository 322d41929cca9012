package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.byname.corefile.Problems;
import dev.byname.query.Detour;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins that have another answer to some queries leave the others their speed. */
class FastPathTest {
  private static final String CLUSTER =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: default}
      spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: localhost, namespace: default}
      spec: {clusterIP: 10.0.0.2, ports: [{name: http, port: 80}]}
      """;

  @TempDir Path folder;

  private TestCluster given(String plugins) throws IOException {
    Files.writeString(folder.resolve("empty"), "");
    return TestCluster.of(
            ".:53 {\n"
                + plugins.replace(" ; ", "\n")
                + "\nkubernetes cluster.local in-addr.arpa\n}\n",
            folder)
        .apply(CLUSTER);
  }

  private static byte[] query(String name, String type, int... options) {
    RecordType recordType = RecordType.parse(type);
    assertThat(recordType).isNotNull();
    List<Edns.Option> all =
        options.length == 0 ? List.of() : List.of(new Edns.Option(options[0], new byte[0]));
    return new Message(
            1,
            0,
            0,
            new Question(DomainName.of(name), recordType, 1),
            List.of(),
            List.of(),
            List.of(),
            new Edns(1232, 0, false, all))
        .toWire(512);
  }

  private static final String WEB = "web.default.svc.cluster.local.";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          minimal            | web.default.svc.cluster.local.            | A    | true
          minimal            | nothing.default.svc.cluster.local.        | AAAA | true
          minimal            | _http._tcp.web.default.svc.cluster.local. | SRV  | false
          minimal            | cluster.local.                            | NS   | false
          any                | web.default.svc.cluster.local.            | A    | true
          any                | web.default.svc.cluster.local.            | ANY  | false
          bufsize            | web.default.svc.cluster.local.            | A    | true
          chaos              | web.default.svc.cluster.local.            | TXT  | true
          local              | web.default.svc.cluster.local.            | A    | true
          local              | LOCALHOST.default.svc.cluster.local.      | A    | false
          local              | 1.0.0.127.in-addr.arpa.                   | PTR  | false
          local              | 1.0.0.10.in-addr.arpa.                    | PTR  | true
          local { ; localhost_prefix off ; } | localhost.default.svc.cluster.local. | A | true
          nsid               | web.default.svc.cluster.local.            | A    | true
          dns64              | web.default.svc.cluster.local.            | A    | true
          dns64              | web.default.svc.cluster.local.            | AAAA | false
          rewrite name exact a.org b.org             | web.default.svc.cluster.local. | A | true
          rewrite name exact web.default.svc.cluster.local a.org | web.default.svc.cluster.local. | A | false
          rewrite name suffix .a.org .svc.cluster.local answer auto ; rewrite ttl suffix .a.org 30 | web.default.svc.cluster.local. | A | true
          rewrite name suffix .svc.cluster.local .a.org | web.default.svc.cluster.local. | A | false
          rewrite name suffix local. a.org           | web.default.svc.cluster.local. | A | false
          rewrite name substring a b                 | web.default.svc.cluster.local. | A | false
          rewrite type ANY HINFO                     | web.default.svc.cluster.local. | A | false
          template IN A a.org { ; rcode NXDOMAIN ; } | web.default.svc.cluster.local. | A | true
          template IN A { ; rcode NXDOMAIN ; }       | web.default.svc.cluster.local. | A | false
          header { ; response set ra ; }             | web.default.svc.cluster.local. | A | true
          acl a.org { ; block net 192.0.2.0/24 ; }   | web.default.svc.cluster.local. | A | true
          acl { ; block net 192.0.2.0/24 ; }         | web.default.svc.cluster.local. | A | false
          acl shop.svc.cluster.local { ; block ; }   | web.default.svc.cluster.local. | A | false
          hosts empty a.org                          | web.default.svc.cluster.local. | A | true
          hosts empty                                | web.default.svc.cluster.local. | A | false
          minimal ; any ; bufsize ; chaos ; local ; nsid ; errors ; cache ; loadbalance | web.default.svc.cluster.local. | A | true
          """)
  void precomputed(String plugins, String name, String type, boolean expected) throws IOException {
    try (var cluster = given(plugins)) {
      assertThat(cluster.precomputed(query(name, type))).isEqualTo(expected);
    }
  }

  @Test
  void whoAsksForNsidGetsItForClusterNamesToo() throws IOException {
    try (var cluster = given("nsid")) {
      assertThat(cluster.precomputed(query(WEB, "A", Edns.OPTION_NSID))).isFalse();
      assertThat(cluster.precomputed(query(WEB, "A", Edns.OPTION_COOKIE))).isTrue();
    }
  }

  @Test
  void theDetoursAnswersAreThePlugins() throws IOException {
    try (var cluster = given("minimal ; any ; local")) {
      assertThat(cluster.ask("_http._tcp." + WEB + " SRV").toString())
          .isEqualTo("NOERROR aa rd\n_http._tcp." + WEB + " 5 IN SRV 0 100 80 " + WEB);
      assertThat(cluster.ask(WEB + " ANY").answer().getFirst().ttlSeconds()).isEqualTo(8482);
      assertThat(cluster.ask("localhost.default.svc.cluster.local. A").answer().getFirst())
          .hasToString("localhost.default.svc.cluster.local. 604800 IN A 127.0.0.1");
      assertThat(cluster.scrape()).contains("coredns_local_localhost_requests_total 1.0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "response set ra",
        "response clear aa rd",
        "query clear rd",
        "query clear rd ; response set rd",
        "query set rd ; response clear rd",
        "query set aa ra",
        "response set ra ; response clear ra",
      })
  void headerSaysTheSameOnBothPaths(String lines) throws IOException {
    try (var cluster = given("header { ; " + lines + " ; }")) {
      for (var name : List.of(WEB, "missing.default.svc.cluster.local.")) {
        assertThat(cluster.precomputed(query(name, "A"))).isTrue();
        byte[] query = TestCluster.query(name + " A").toWire(512);
        byte[] slow = cluster.askSlowly(query, Transport.UDP);
        assertThat(cluster.ask(name + " A").toString())
            .isEqualTo(Message.read(slow, slow.length).toString());
      }
    }
  }

  /** The answer fits what the client says, but not what we are willing to send. */
  @Test
  void bufsizeHoldsOnBothPaths() throws IOException {
    var slice = new StringBuilder();
    for (int i = 1; i <= 60; i++) {
      slice.append("- {addresses: [10.1.0.").append(i).append("]}\n");
    }
    String headless =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: many, namespace: default}
        spec: {clusterIP: None, ports: [{name: http, port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: many-1, namespace: default, labels: {kubernetes.io/service-name: many}}
        addressType: IPv4
        ports: [{name: http, port: 80, protocol: TCP}]
        endpoints:
        """
            + slice;
    String question = "many.default.svc.cluster.local. A +bufsize=4096";
    try (var without = given("errors");
        var fast = given("bufsize 600");
        var slow = given("bufsize 600 ; log")) {
      assertThat(without.apply(headless).ask(question).answer()).hasSize(60);
      for (TestCluster cluster : List.of(fast, slow)) {
        Message answer = cluster.apply(headless).ask(question);
        assertThat(answer.toString()).startsWith("NOERROR aa tc");
        assertThat(answer.toWire(4096).length).isLessThanOrEqualTo(600);
        assertThat(answer.edns()).isEqualTo(new Edns(600, false));
        assertThat(cluster.ask(question + " +tcp").answer()).hasSize(60);
      }
    }
  }

  @Test
  void aclCountsUnderCoreDnssNames() throws IOException {
    try (var cluster = given("acl default.svc.cluster.local { ; block type A ; }")) {
      assertThat(cluster.precomputed(query(WEB, "A"))).isFalse();
      assertThat(cluster.ask(WEB + " A").toString()).startsWith("REFUSED");
      assertThat(cluster.ask(WEB + " AAAA").toString()).startsWith("NOERROR");
      assertThat(cluster.scrape())
          .contains(
              "coredns_acl_blocked_requests_total{server=\"dns://:53\",view=\"\",zone=\"default.svc.cluster.local.\"}"
                  + " 1.0",
              "coredns_acl_allowed_requests_total{server=\"dns://:53\",view=\"\"} 1.0");
    }
  }

  /** They are asked for every query of the hot path. */
  @Test
  void detoursAllocateNothing() throws IOException {
    Path corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            ".:53 {\nminimal\nany\nlocal\nnsid\ndns64\nkubernetes cluster.local in-addr.arpa\n}\n");
    LoadedBlock block =
        Configuration.read(corefile, Map.of(), -1, new Problems()).blocks().getFirst();
    Detour detour = ((LoadedBlock.Path.Open) block.precomputedPath()).detour();
    byte[] query = query(WEB, "A", Edns.OPTION_COOKIE);
    var view = new QueryView();
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    long before = 0;
    int taken = 0;
    for (int i = 0; i < 40_000; i++) {
      if (i == 20_000) {
        before = threads.getThreadAllocatedBytes(thread);
      }
      view.read(query, query.length);
      taken += detour.takes(view) ? 1 : 0;
    }
    assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(2_000);
    assertThat(taken).isZero();
  }
}
