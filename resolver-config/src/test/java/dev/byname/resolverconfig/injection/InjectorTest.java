package dev.byname.resolverconfig.injection;

import static dev.byname.resolverconfig.testkit.YamlCases.text;
import static dev.byname.resolverconfig.testkit.YamlCases.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.resolvconf.Limits;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.NodeResolvConf;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import dev.byname.resolverconfig.testkit.YamlCases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InjectorTest {
  private static final NodeDns NODE =
      new NodeDns(
          List.of("10.0.0.10"),
          "cluster.local",
          Optional.of(NodeResolvConf.parse("node", "search lab.example\n".getBytes(UTF_8))),
          List.of(),
          Limits.CURRENT);

  @TestFactory
  Stream<DynamicTest> decides() {
    return YamlCases.tests("injection/decide.yaml", InjectorTest::check);
  }

  private static void check(Map<String, Object> row) {
    var node = node(row);
    var injector = new Injector(rules(text(row, "rules")), node);
    var namespace = row.containsKey("namespace") ? text(row, "namespace") : "shop";
    Map<Object, Object> pod = new LinkedHashMap<>(YamlCases.map(row.get("pod")));
    pod.putIfAbsent("metadata", Map.of("name", "p"));
    pod.putIfAbsent("spec", Map.of("containers", List.of()));

    var outcome = injector.decide(namespace, pod);

    assertThat(outcome.warnings()).isEqualTo(texts(row, "warnings"));
    switch (outcome) {
      case Injector.Outcome.Unchanged unchanged ->
          assertThat(unchanged.reason()).isEqualTo(row.get("unchanged"));
      case Injector.Outcome.Denied denied ->
          assertThat(denied.reason()).isEqualTo(row.get("denied"));
      case Injector.Outcome.Changed changed -> {
        assertThat(changed.patch().toJson()).isEqualTo(row.get("patch"));
        var patched = changed.patch().applyTo(pod);
        assertThat(injector.decide(namespace, patched))
            .as("the second time")
            .isInstanceOf(Injector.Outcome.Unchanged.class);
        // The API server must take it, and the kubelet make of it what the rule is about.
        var dns = PodDns.fromSpec(namespace, (Map<?, ?>) patched.get("spec"), "spec");
        if (row.containsKey("file")) {
          assertThat(PodResolvConf.build(dns, node).render()).isEqualTo(text(row, "file"));
        }
      }
    }
  }

  private static NodeDns node(Map<String, Object> row) {
    var limits = "before-1.26".equals(row.get("limits")) ? Limits.BEFORE_1_26 : Limits.CURRENT;
    return new NodeDns(
        NODE.clusterDns(), NODE.clusterDomain(), NODE.file(), NODE.nodeIps(), limits);
  }

  private static Rules rules(String text) {
    return Rules.parse("rules.yaml", text.getBytes(UTF_8));
  }

  @TestFactory
  Stream<DynamicTest> complainsAboutRules() {
    return YamlCases.tests(
        "injection/rules-errors.yaml",
        row ->
            assertThatThrownBy(() -> rules(text(row, "rules")))
                .isInstanceOf(RefusedException.class)
                .hasMessage(String.join("\n", texts(row, "refused"))));
  }

  @Test
  void aNameserverInFrontNeedsTheNodesFile() {
    var rules = rules("rules: [{name: local, nameserversInFront: [169.254.20.10]}]");

    assertThatThrownBy(() -> new Injector(rules, NODE.withFile(Optional.empty())))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("rule local: nameserversInFront needs --node-resolv-conf");
  }

  @Test
  void theClustersDnsMustBeKnown() {
    var node = new NodeDns(List.of(), "cluster.local", NODE.file(), List.of(), Limits.CURRENT);

    assertThatThrownBy(() -> new Injector(rules("rules: [{name: a, ndots: 2}]"), node))
        .hasMessage("--cluster-dns: is needed to know what pods get without a rule");
  }

  @Test
  void oneRuleAloneCanBeAskedFor() {
    var injector =
        new Injector(rules("rules: [{name: a, ndots: 3}, {name: b, searches: [b.example]}]"), NODE);
    var pod = Map.of("metadata", Map.of(), "spec", Map.of());

    assertThat(injector.only("c")).isEmpty();
    assertThat(injector.only("b").orElseThrow().decide("shop", pod))
        .isInstanceOfSatisfying(
            Injector.Outcome.Changed.class,
            changed -> assertThat(changed.rules()).containsExactly("b"));
  }

  @Test
  void ourOwnBugStopsAPodOnlyWhereTheRulesSaySo() {
    var injector = new Injector(rules("rules: [{name: a, ndots: 3}]"), NODE);
    var strict = new Injector(rules("onProblem: deny\nrules: [{name: a, ndots: 3}]"), NODE);

    assertThat(injector.afterBug())
        .isInstanceOf(Injector.Outcome.Unchanged.class)
        .satisfies(outcome -> assertThat(outcome.warnings()).hasSize(1));
    assertThat(strict.afterBug()).isInstanceOf(Injector.Outcome.Denied.class);
  }

  @Test
  void everyDefaultOfARulesFile() {
    assertThat(rules("rules: [{name: a, ndots: 2}]"))
        .satisfies(rules -> {
          assertThat(rules.mode()).isEqualTo(Rules.Mode.OPT_OUT);
          assertThat(rules.onProblem()).isEqualTo(Rules.OnProblem.ALLOW);
          assertThat(rules.excludeNamespaces())
              .containsExactly("kube-system", "kube-public", "kube-node-lease");
        });
  }
}
