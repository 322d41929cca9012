package dev.byname.resolverconfig.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.registry.Outcome.Applied;
import dev.byname.resolverconfig.registry.Outcome.Deleted;
import dev.byname.resolverconfig.testkit.YamlCases;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Runs {@code test-fixtures/services/}; the files say what the cases mean. */
class ServiceLifecycleTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ServiceKey WEB = new ServiceKey("default", "web");

  @TestFactory
  Stream<DynamicTest> lifecycle() {
    return YamlCases.tests("services/lifecycle.yaml", ServiceLifecycleTest::live);
  }

  @TestFactory
  Stream<DynamicTest> invalid() {
    return YamlCases.tests("services/invalid.yaml", ServiceLifecycleTest::refuse);
  }

  private static void live(Map<String, Object> row) {
    var cluster = YamlCases.text(row, "cluster");
    var harness =
        new RegistryHarness(
            switch (cluster == null ? "" : cluster) {
              case "dual" -> new String[] {"10.0.0.0/24", "fd00:10:96::/112"};
              case "dual6" -> new String[] {"fd00:10:96::/112", "10.0.0.0/24"};
              case "v6" -> new String[] {"fd00:10:96::/112"};
              default -> new String[] {"10.0.0.0/24"};
            });
    var bound = new HashMap<String, String>();
    for (var each : (List<?>) row.get("steps")) {
      var step = YamlCases.map(each);
      var before = harness.store.text(WEB.storeKey());
      var outcome = harness.registry.apply(manifest(step.get("apply")), false);
      if (step.containsKey("fails")) {
        assertThat(RegistryHarness.message(outcome)).contains(YamlCases.text(step, "fails"));
        assertThat(harness.store.text(WEB.storeKey())).isEqualTo(before);
      } else {
        var applied = RegistryHarness.applied(outcome);
        var verb = YamlCases.text(step, "verb");
        if (verb != null) {
          assertThat(applied.verb()).hasToString(verb);
        }
        compare(JSON.valueToTree(step.get("stored")), applied.service().get("spec"), bound, "spec");
        assertStoredIsShown(harness, applied);
      }
      if (step.containsKey("held")) {
        var expected = new TreeSet<String>();
        for (var value : YamlCases.texts(step, "held")) {
          expected.add(value.startsWith("$") ? bound.get(value) : value);
        }
        assertThat(harness.held()).isEqualTo(expected);
      }
    }
    // Whatever it was in the end, deleting it leaves nothing behind.
    if (!harness.store.text(WEB.storeKey()).isEmpty()) {
      assertThat(harness.registry.delete(WEB, false)).isInstanceOf(Deleted.class);
    }
    assertThat(harness.held()).isEmpty();
  }

  private static void refuse(Map<String, Object> row) {
    var harness = new RegistryHarness("10.0.0.0/24");
    var manifest = manifest(row.getOrDefault("spec", Map.of()));
    if (row.containsKey("metadata")) {
      manifest.set("metadata", JSON.valueToTree(row.get("metadata")));
    }
    var spec = (ObjectNode) manifest.get("spec");
    if (!spec.has("ports") && !spec.path("clusterIP").stringValue("").equals("None")) {
      spec.putArray("ports").addObject().put("port", 80);
    }
    var expected = YamlCases.texts(row, "errors");
    var outcome = harness.registry.apply(manifest, false);
    if (outcome instanceof Outcome.Invalid(var key, var errors)) {
      assertThat(errors).extracting(FieldError::toString).containsExactlyElementsOf(expected);
    } else {
      assertThat(RegistryHarness.message(outcome))
          .isEqualTo("Service \"web\": " + String.join("", expected));
    }
    assertThat(harness.store.keys()).isEmpty();
  }

  private static ObjectNode manifest(Object spec) {
    var manifest = RegistryHarness.service("{}");
    manifest.set("spec", JSON.valueToTree(spec));
    return manifest;
  }

  private static void compare(
      JsonNode expected, JsonNode actual, Map<String, String> bound, String path) {
    switch (expected) {
      case ObjectNode object ->
          object
              .properties()
              .forEach(field ->
                  compare(
                      field.getValue(),
                      actual.path(field.getKey()),
                      bound,
                      path + "." + field.getKey()));
      case tools.jackson.databind.node.ArrayNode array -> {
        assertThat(actual.size()).as(path).isEqualTo(array.size());
        for (var i = 0; i < array.size(); i++) {
          compare(array.get(i), actual.path(i), bound, path + "[" + i + "]");
        }
      }
      case JsonNode nothing when nothing.isNull() -> {
        // The step says nothing about what is stored.
      }
      case JsonNode absent when absent.asString().equals("~") ->
          assertThat(actual.isMissingNode()).as(path + " is " + actual).isTrue();
      case JsonNode value -> {
        var text = value.asString();
        if (text.startsWith("$")) {
          assertThat(actual.isMissingNode()).as(path).isFalse();
          assertThat(actual.asString())
              .as(path)
              .isEqualTo(bound.computeIfAbsent(text, first -> actual.asString()));
        } else {
          assertThat(actual.asString()).as(path).isEqualTo(text);
        }
      }
    }
  }

  private static void assertStoredIsShown(RegistryHarness harness, Applied applied) {
    try {
      assertThat(harness.registry.get(WEB)).contains(applied.service());
    } catch (Registry.UnreadableServiceException broken) {
      throw new AssertionError(broken);
    }
  }
}
