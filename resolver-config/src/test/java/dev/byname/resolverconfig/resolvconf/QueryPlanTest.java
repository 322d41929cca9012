package dev.byname.resolverconfig.resolvconf;

import static dev.byname.resolverconfig.testkit.YamlCases.text;
import static dev.byname.resolverconfig.testkit.YamlCases.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.testkit.YamlCases;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class QueryPlanTest {
  private static final String POD_FILE =
      """
      nameserver 10.0.0.10
      search shop.svc.cluster.local svc.cluster.local cluster.local
      options ndots:5
      """;

  @TestFactory
  Stream<DynamicTest> asksAsTheLibc() {
    return YamlCases.tests("resolv-conf/explain.yaml", QueryPlanTest::check);
  }

  private static void check(Map<String, Object> row) {
    var libc = "musl".equals(row.get("libc")) ? Libc.MUSL : Libc.GLIBC;
    var view = LibcView.of(libc, row.containsKey("file") ? text(row, "file") : POD_FILE);
    if (row.containsKey("refused")) {
      assertThatThrownBy(() -> QueryPlan.of(text(row, "name"), view))
          .isInstanceOf(RefusedException.class)
          .hasMessage(String.join("\n", texts(row, "refused")));
      return;
    }
    var plan = QueryPlan.of(text(row, "name"), view);

    assertThat(plan.steps().stream().map(QueryPlanTest::line).toList())
        .isEqualTo(texts(row, "steps"));
    assertThat(plan.queries()).isEqualTo(row.get("queries"));
    var remarks = new ArrayList<String>();
    view.remarks().forEach(remark -> remarks.add(remark.text()));
    plan.remarks().forEach(remark -> remarks.add(remark.text()));
    assertThat(remarks).isEqualTo(texts(row, "remarks"));
    if (row.containsKey("alternatives")) {
      assertThat(plan.alternatives().stream().map(QueryPlanTest::line).toList())
          .isEqualTo(texts(row, "alternatives"));
    }
  }

  private static String line(QueryPlan.Step step) {
    return step.queryName()
        + " "
        + String.join(" ", step.types())
        + step.searchEntry().map(entry -> " < " + entry).orElse("");
  }

  private static String line(QueryPlan.Alternative other) {
    return "%s asGiven=%s saved=%d lost=%s later=%s"
        .formatted(
            other.setting(),
            other.queriesIfAsGiven().map(String::valueOf).orElse("never"),
            other.savedQueries(),
            other.lost(),
            other.later());
  }
}
