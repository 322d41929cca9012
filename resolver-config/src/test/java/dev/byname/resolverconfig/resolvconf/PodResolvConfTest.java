package dev.byname.resolverconfig.resolvconf;

import static dev.byname.resolverconfig.testkit.YamlCases.text;
import static dev.byname.resolverconfig.testkit.YamlCases.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.testkit.YamlCases;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PodResolvConfTest {
  private static final NodeDns NODE =
      new NodeDns(
          List.of("10.0.0.10"), "cluster.local", Optional.empty(), List.of(), Limits.CURRENT);

  @TestFactory
  Stream<DynamicTest> buildsAsTheKubelet() {
    return YamlCases.tests("resolv-conf/build.yaml", PodResolvConfTest::check);
  }

  private static void check(Map<String, Object> row) {
    if (row.containsKey("refused")) {
      // Pod and node are refused one after the other; the fixture lists both.
      var problems = new ArrayList<String>();
      problems.addAll(problemsOf(() -> pod(row)));
      problems.addAll(problemsOf(() -> node(row)));
      assertThat(problems).isEqualTo(texts(row, "refused"));
      return;
    }
    var built = PodResolvConf.build(pod(row), node(row));

    assertThat(built.render()).isEqualTo(text(row, "file"));
    assertThat(built.warnings().stream().map(Warning::text).toList())
        .isEqualTo(texts(row, "warnings"));
    assertThat(built.cuts().stream().map(PodResolvConfTest::line).toList())
        .isEqualTo(texts(row, "cuts"));
  }

  private static String line(Cut cut) {
    return String.join(
        " ", cut.keyword(), cut.entry().text(), cut.rule().id(), cut.entry().origin().id());
  }

  private static PodDns pod(Map<String, Object> row) {
    var namespace = row.containsKey("namespace") ? text(row, "namespace") : "shop";
    return PodDns.fromSpec(namespace, YamlCases.map(row.get("spec")), "spec");
  }

  private static NodeDns node(Map<String, Object> row) {
    return new NodeDns(
        row.containsKey("clusterDns") ? texts(row, "clusterDns") : List.of("10.0.0.10"),
        row.containsKey("clusterDomain") ? text(row, "clusterDomain") : "cluster.local",
        Optional.ofNullable(text(row, "nodeFile"))
            .map(file -> NodeResolvConf.parse("node", file.getBytes(UTF_8))),
        texts(row, "nodeIps"),
        "before-1.26".equals(row.get("limits")) ? Limits.BEFORE_1_26 : Limits.CURRENT);
  }

  private static List<String> problemsOf(Callable<?> step) {
    try {
      step.call();
      return List.of();
    } catch (RefusedException e) {
      return e.problems().stream().map(Problem::toString).toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSeedsFileComesOutByteForByte() throws IOException {
    var rendered = PodResolvConf.build(PodDns.clusterFirst("default"), NODE).render();

    assertThat(rendered.getBytes(UTF_8))
        .isEqualTo(Files.readAllBytes(YamlCases.path("resolv-conf/seed-resolv.conf")));
  }

  @Test
  void everyEntryKnowsWhereItComesFrom() {
    var node =
        NODE.withFile(
            Optional.of(NodeResolvConf.parse("node", "\nsearch corp.example\n".getBytes(UTF_8))));
    var pod =
        PodDns.fromSpec(
            "shop",
            Map.of(
                "dnsConfig",
                Map.of(
                    "searches",
                    List.of("a.example"),
                    "options",
                    List.of(Map.of("name", "timeout", "value", "1")))),
            "spec");

    var built = PodResolvConf.build(pod, node);

    assertThat(built.nameservers())
        .containsExactly(new Entry("10.0.0.10", Origin.CLUSTER, "clusterDNS"));
    assertThat(built.searches())
        .containsExactly(
            new Entry("shop.svc.cluster.local", Origin.CLUSTER, "clusterDomain"),
            new Entry("svc.cluster.local", Origin.CLUSTER, "clusterDomain"),
            new Entry("cluster.local", Origin.CLUSTER, "clusterDomain"),
            new Entry("corp.example", Origin.NODE, "node:2"),
            new Entry("a.example", Origin.POD, "dnsConfig.searches[0]"));
    assertThat(built.options())
        .containsExactly(
            new Entry("ndots:5", Origin.CLUSTER, "kubelet"),
            new Entry("timeout:1", Origin.POD, "dnsConfig.options[0]"));
  }
}
