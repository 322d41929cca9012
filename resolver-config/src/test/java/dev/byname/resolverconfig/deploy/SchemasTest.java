package dev.byname.resolverconfig.deploy;

import static dev.byname.resolverconfig.deploy.Manifests.name;
import static dev.byname.resolverconfig.deploy.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every Kubernetes object that lies in {@code conf/} or is made from it keeps to the published
 * schema of its kind, with no field that the schema does not have: a misspelt one would be dropped
 * by an API server without a word.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SchemasTest {
  private static final Path CONF = Tool.ROOT.resolve("conf");
  private static final JsonMapper JSON = new JsonMapper();

  /** What is broken on purpose: {@code KIND/NAME, pointer to the field, new value or nothing}. */
  private static final List<List<String>> MISTAKES =
      List.of(
          List.of("Deployment/byname", "/spec/replica", "2"),
          List.of("Deployment/byname", "/spec/replicas", "\"2\""),
          List.of("Deployment/byname", "/spec/selector"),
          List.of("Deployment/byname", "/spec/template/spec/dnsPolicy", "\"default\""),
          List.of("Deployment/byname", "/spec/template/spec/containers/0/resources/limit", "{}"),
          List.of(
              "Deployment/byname", "/spec/template/spec/containers/0/ports/0/protocol", "\"udp\""),
          List.of("Deployment/byname", "/metadata/lables", "{}"),
          List.of("Deployment/byname", "/metadata/name"),
          List.of("DaemonSet/byname-nodelocal", "/spec/strategy", "{}"),
          List.of("DaemonSet/byname-nodelocal", "/spec/template"),
          List.of("Service/kube-dns", "/spec/ports/0/targetport", "53"),
          List.of("Service/kube-dns", "/spec/ports/0/port"),
          List.of("Service/kube-dns", "/spec/type", "\"ClusterIp\""),
          List.of("Service/kube-dns", "/spec/ports", "{}"),
          List.of("ConfigMap/byname-autoscaler", "/data/linear", "{\"min\": 2}"),
          List.of("ServiceAccount/byname", "/automountServiceAccountToken", "\"false\""),
          List.of("ClusterRole/system:byname", "/rules/0/verbs"),
          List.of("ClusterRole/system:byname", "/rules/0/resource", "[\"pods\"]"),
          List.of("ClusterRoleBinding/system:byname", "/roleRef"),
          List.of("Role/byname-autoscaler", "/rules/0/resourceName", "[\"byname\"]"),
          List.of("RoleBinding/byname-autoscaler", "/subjects/0/kind"),
          List.of("Namespace/default", "/metadata/label", "{}"),
          List.of("PodDisruptionBudget/byname", "/spec/maxUnavailible", "1"),
          List.of("PodDisruptionBudget/byname", "/spec/maxUnavailable", "true"),
          List.of("HorizontalPodAutoscaler/net-byname", "/spec/maxReplicas"),
          List.of(
              "HorizontalPodAutoscaler/net-byname",
              "/spec/metrics/0/resource/target/averageUtilisation",
              "60"),
          List.of("HorizontalPodAutoscaler/net-byname", "/spec/minReplicas", "2.5"),
          List.of("NetworkPolicy/allow-dns-access", "/spec/policyTypes/0", "\"egress\""),
          List.of("NetworkPolicy/allow-dns-access", "/spec/egress/0/ports/0/ports", "53"),
          List.of("NetworkPolicy/allow-dns-access", "/spec/egress/0/to/2/ipBlock/cidr"),
          List.of("MutatingWebhookConfiguration/byname-webhook", "/webhooks/0/sideEffects"),
          List.of(
              "MutatingWebhookConfiguration/byname-webhook",
              "/webhooks/0/rules/0/operations/0",
              "\"create\""),
          List.of("MutatingWebhookConfiguration/byname-webhook", "/webhooks/0/timeout", "2"),
          List.of("ServiceMonitor/byname", "/spec/endpoints/0/intervall", "\"15s\""),
          List.of("ServiceMonitor/byname", "/spec/endpoints/0/interval", "\"15 s\""),
          List.of("ServiceMonitor/byname", "/spec/selector"),
          List.of("PrometheusRule/byname", "/spec/groups/0/rules/0/expr"),
          List.of("PrometheusRule/byname", "/spec/groups/0/rules/0/for", "\"2 minutes\""),
          List.of("PrometheusRule/byname", "/spec/groups/0/rules/0/severity", "\"critical\""),
          List.of("Certificate/byname-webhook", "/spec/secretName"),
          List.of("Certificate/byname-webhook", "/spec/privateKey/algorithm", "\"EC\""),
          List.of("Certificate/byname-webhook", "/spec/dnsName", "\"a.example\""),
          List.of("Issuer/byname-webhook", "/spec/selfSigned", "true"),
          List.of("EndpointSlice/my-nginx-service-5cxvk", "/addressType", "\"ipv4\""),
          List.of("EndpointSlice/my-nginx-service-5cxvk", "/endpoints/0/conditions/redy", "true"));

  private final Map<String, Map<?, ?>> objects = new LinkedHashMap<>();
  private Map<String, List<String>> problems;

  @BeforeAll
  void everythingAtOnce(@TempDir Path folder) throws IOException {
    Schemas.assumeInstalled();
    Tool.assumeInstalled("kubectl", "version", "--client");
    Chart.assumeRenderable();
    collect(folder);
    for (var mistake : MISTAKES) {
      objects.put("mistake " + mistake, broken(mistake));
    }
    problems = Schemas.problems(Files.createDirectory(folder.resolve("schemas")), objects);
  }

  @TestFactory
  Stream<DynamicTest> everyObjectKeepsToItsSchema() {
    return problems.entrySet().stream()
        .filter(entry -> !entry.getKey().startsWith("mistake "))
        .map(entry -> dynamicTest(entry.getKey(), () -> assertThat(entry.getValue()).isEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> aMistakeIsFound() {
    return MISTAKES.stream()
        .map(mistake ->
            dynamicTest(
                mistake.toString(),
                () -> {
                  var field = JsonPointer.compile(mistake.get(1)).last().getMatchingProperty();
                  assertThat(problems.get("mistake " + mistake))
                      .anyMatch(problem -> problem.contains(field));
                }));
  }

  @Test
  void noKindIsWithoutAMistake() {
    var kinds = new TreeSet<String>();
    objects.values().forEach(object -> kinds.add(text(object, "kind")));
    assertThat(kinds)
        .isSubsetOf(MISTAKES.stream().map(m -> m.getFirst().replaceFirst("/.*", "")).toList());
  }

  /** Plain files, kustomizations and the chart, each object under where it comes from. */
  private void collect(Path folder) throws IOException {
    try (var files = Files.walk(CONF)) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        var place = CONF.relativize(file).toString();
        if (file.endsWith("kustomization.yaml")) {
          if (Files.readString(file).contains("kind: Kustomization")) {
            add(place, ManifestsTest.render(file.getParent()));
          }
        } else if (!file.startsWith(Chart.FOLDER) && Files.readString(file).contains("kind:")) {
          add(place, Files.readString(file));
        }
      }
    }
    for (var base : List.of("base", "overlays/replace", "overlays/beside")) {
      var composed = Files.createDirectories(folder.resolve(base));
      add(base + " with all components", ManifestsTest.renderWithComponents(composed, base));
    }
    Chart.VALUES.forEach((values, yaml) -> add("chart, " + values, Chart.render("net", yaml)));
  }

  private void add(String place, String yaml) {
    for (var object : Manifests.of(yaml).objects()) {
      var key = place + ": " + text(object, "kind") + "/" + name(object);
      assertThat(objects.put(key, object)).as(key + " is there once").isNull();
    }
  }

  private Map<?, ?> broken(List<String> mistake) {
    var sound =
        objects.entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(": " + mistake.getFirst()))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + mistake.getFirst()))
            .getValue();
    var tree = JSON.valueToTree(sound);
    var pointer = JsonPointer.compile(mistake.get(1));
    var field = pointer.last().getMatchingProperty();
    JsonNode value = mistake.size() > 2 ? JSON.readTree(mistake.get(2)) : null;
    switch (tree.at(pointer.head())) {
      case ObjectNode parent when value == null -> assertThat(parent.remove(field)).isNotNull();
      case ObjectNode parent -> parent.set(field, value);
      case ArrayNode parent -> parent.set(pointer.last().getMatchingIndex(), value);
      default -> throw new AssertionError("nothing at " + pointer.head());
    }
    return JSON.treeToValue(tree, Map.class);
  }
}
