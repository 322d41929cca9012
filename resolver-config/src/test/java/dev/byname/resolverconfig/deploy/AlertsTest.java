package dev.byname.resolverconfig.deploy;

import static dev.byname.resolverconfig.deploy.Manifests.list;
import static dev.byname.resolverconfig.deploy.Manifests.map;
import static dev.byname.resolverconfig.deploy.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prometheus' own tool reads the expressions of alerts and dashboard, and says when an alert fires.
 */
class AlertsTest {
  private static final Path MONITORING = Tool.ROOT.resolve("conf/kubernetes/components/monitoring");
  private static final Path CASES = Tool.ROOT.resolve("test-fixtures/metrics/alerts.yaml");
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  @BeforeAll
  static void promtool() {
    Tool.assumeInstalled("promtool", "--version");
  }

  @Test
  void alertsFireWhenTheyShould() throws IOException {
    var run = alerts(rules());
    assertThat(run.output()).contains("SUCCESS");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void anAlertThatNeverFiresIsNoticed() throws IOException {
    var rules = rules();
    for (int i = 0; i < rules.at("/groups/0/rules").size(); i++) {
      var changed = rules.deepCopy();
      var rule = (ObjectNode) changed.at("/groups/0/rules/" + i);
      rule.put("expr", "(" + rule.path("expr").asString() + ") and vector(1) < 0");
      assertThat(alerts(changed).output()).as(rule.path("alert").asString()).contains("FAILED");
    }
  }

  @Test
  void eachAlertIsSeenQuietAndFiring() throws IOException {
    var names = new TreeSet<String>();
    rules().at("/groups/0/rules").forEach(rule -> names.add(rule.path("alert").asString()));
    var quiet = new TreeSet<String>();
    var firing = new TreeSet<String>();
    var cases = Manifests.of(Files.readString(CASES)).objects().getFirst();
    for (var test : list(cases, "tests")) {
      for (var moment : list(test, "alert_rule_test")) {
        (list(moment, "exp_alerts").isEmpty() ? quiet : firing).add(text(moment, "alertname"));
      }
    }
    assertThat(quiet).isEqualTo(names);
    assertThat(firing).isEqualTo(names);
  }

  @Test
  void thePanelsAskWhatPrometheusUnderstands() throws IOException {
    var dashboard = JSON.readTree(Files.readString(MONITORING.resolve("byname.json")));
    var rules = new ArrayList<Map<String, String>>();
    for (var panel : dashboard.path("panels")) {
      for (var target : panel.path("targets")) {
        var expression =
            target
                .path("expr")
                .asString()
                .replace("$__rate_interval", "5m")
                .replace("$__range", "1h");
        rules.add(Map.of("record", "panel:" + rules.size(), "expr", expression));
      }
    }
    assertThat(rules).hasSizeGreaterThan(15);
    assertThat(check(Map.of("groups", List.of(Map.of("name", "panels", "rules", rules)))).output())
        .contains(rules.size() + " rules found");
    assertThat(check("sum(rate(coredns_panics_total[5m])").exitCode()).isNotZero();
  }

  private Tool.Run check(String expression) throws IOException {
    var rule = Map.of("record", "panel:0", "expr", expression);
    return check(Map.of("groups", List.of(Map.of("name", "panels", "rules", List.of(rule)))));
  }

  private Tool.Run check(Object rules) throws IOException {
    var file = folder.resolve("panels.yaml");
    JSON.writeValue(file.toFile(), rules);
    return Tool.run(List.of("promtool", "check", "rules", file.toString()));
  }

  private Tool.Run alerts(ObjectNode rules) throws IOException {
    var file = folder.resolve("rules.yaml");
    JSON.writeValue(file.toFile(), rules);
    var checked =
        Tool.run(
            List.of("promtool", "check", "rules", "--lint=all", "--lint-fatal", file.toString()));
    assertThat(checked.exitCode()).as(checked.output()).isZero();
    var cases = folder.resolve("alerts.yaml");
    Files.writeString(cases, Files.readString(CASES));
    return Tool.run(List.of("promtool", "test", "rules", cases.toString()));
  }

  /**
   * The rules as Prometheus reads them, without the descriptions, which have nothing to fill in.
   */
  private static ObjectNode rules() throws IOException {
    var manifest =
        Manifests.of(Files.readString(MONITORING.resolve("prometheusrule.yaml")))
            .objects()
            .getFirst();
    ObjectNode rules = JSON.valueToTree(map(manifest, "spec"));
    for (var rule : rules.at("/groups/0/rules")) {
      var description = ((ObjectNode) rule.path("annotations")).remove("description");
      assertThat(description.asString()).isNotBlank().doesNotContain("{{");
    }
    return rules;
  }
}
