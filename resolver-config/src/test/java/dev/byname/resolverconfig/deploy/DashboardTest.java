package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The dashboard is what Grafana's own declarations call one. They leave open what a panel of some
 * type and a query of some data source hold; here those of time series and Prometheus are filled
 * in.
 */
class DashboardTest {
  private static final Path FILE =
      Tool.ROOT.resolve("conf/kubernetes/components/monitoring/byname.json");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

  /** Grafana's enumerations are TypeScript's; {@code Json} has their values, as a file has them. */
  private static final String DECLARATIONS =
      """
      import type { Dashboard, Panel } from "@grafana/schema";
      import type { FieldConfig, Options } from
        "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
      type Json<T> = T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[]
        : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
      type Prometheus = { type: "prometheus"; uid: string };
      type Query = { refId: string; datasource: Prometheus; expr: string; legendFormat: string };
      type TimeSeries = Omit<Panel<never, FieldConfig>, "type" | "datasource" | "targets" | "options">
        & { id: number; type: "timeseries"; title: string; datasource: Prometheus;
            gridPos: { x: number; y: number; w: number; h: number };
            targets: Query[]; options: Partial<Options> };
      type Board = Omit<Dashboard, "panels"> & { title: string; uid: string; panels: TimeSeries[] };
      """;

  private static final List<List<String>> MISTAKES =
      List.of(
          List.of("/title", "7"),
          List.of("/uids", "\"byname\""),
          List.of("/schemaVersion", "\"39\""),
          List.of("/templating/list/1/refresh", "3"),
          List.of("/templating/list/1/refesh", "2"),
          List.of("/panels/0/type", "\"timeserie\""),
          List.of("/panels/0/gridPos/width", "8"),
          List.of("/panels/0/fieldConfig/defaults/unit", "1"),
          List.of("/panels/0/fieldConfig/defaults/units", "\"s\""),
          List.of("/panels/0/fieldConfig/defaults/color", "{\"mode\": \"pallette\"}"),
          List.of("/panels/0/targets/0/exprs", "\"up\""),
          List.of("/panels/0/targets/0/datasource/type", "\"loki\""),
          List.of("/panels/0/options/legend", "{\"displayMode\": \"lists\"}"));

  @TempDir Path folder;

  @Test
  void grafanaKnowsEveryField() throws IOException {
    Schemas.assumeInstalled();
    var dashboard = JSON.readTree(Files.readString(FILE));
    var sources = new LinkedHashMap<String, String>();
    sources.put("", source(dashboard));
    for (var mistake : MISTAKES) {
      var broken = dashboard.deepCopy();
      var field = JsonPointer.compile(mistake.getFirst());
      ((ObjectNode) broken.at(field.head()))
          .set(field.last().getMatchingProperty(), JSON.readTree(mistake.getLast()));
      sources.put(mistake.getFirst(), source(broken));
    }
    var problems = Schemas.compile(folder, sources);
    assertThat(problems.remove("")).isEmpty();
    assertThat(problems).hasSize(MISTAKES.size());
    problems.forEach((field, found) -> assertThat(found).as(field).isNotEmpty());
  }

  private static String source(JsonNode dashboard) {
    return DECLARATIONS + Schemas.is(dashboard, "Json<Board>");
  }

  @Test
  void panelsHaveTheirOwnNumberAndPlace() throws IOException {
    var numbers = new HashSet<Integer>();
    var taken = new HashSet<Map.Entry<Integer, Integer>>();
    for (var panel : JSON.readTree(Files.readString(FILE)).path("panels")) {
      assertThat(numbers.add(panel.path("id").asInt())).as(panel.path("title").asString()).isTrue();
      var place = panel.path("gridPos");
      int right = place.path("x").asInt() + place.path("w").asInt();
      assertThat(right).as("Grafana's grid has 24 columns").isBetween(1, 24);
      for (int x = place.path("x").asInt(); x < right; x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          assertThat(taken.add(Map.entry(x, place.path("y").asInt() + y)))
              .as(panel.path("title").asString() + " lies on another panel")
              .isTrue();
        }
      }
    }
  }

  @Test
  void variablesAreDefinedAndUsed() throws IOException {
    var dashboard = JSON.readTree(Files.readString(FILE));
    var defined = new TreeSet<String>();
    dashboard
        .at("/templating/list")
        .forEach(variable -> defined.add(variable.path("name").asString()));
    var used = new TreeSet<String>();
    VARIABLE
        .matcher(dashboard.toString())
        .results()
        .map(found -> found.group(1))
        // Grafana's own begin with two underscores.
        .filter(name -> !name.startsWith("__"))
        .forEach(used::add);
    assertThat(used).isEqualTo(defined);
  }
}
