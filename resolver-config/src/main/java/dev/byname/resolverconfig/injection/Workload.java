package dev.byname.resolverconfig.injection;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A manifest that makes pods, and where in it the pod's {@code metadata} and {@code spec} are.
 *
 * @param document the whole object
 * @param podPath names from the root to the pod or template; empty for a Pod
 * @param pod the object at that path
 */
public record Workload(
    String kind,
    String namespace,
    String name,
    Map<?, ?> document,
    List<String> podPath,
    Map<?, ?> pod) {

  private static final Map<String, List<String>> POD_PATHS =
      Map.of(
          "Pod", List.of(),
          "PodTemplate", List.of("template"),
          "Deployment", List.of("spec", "template"),
          "ReplicaSet", List.of("spec", "template"),
          "ReplicationController", List.of("spec", "template"),
          "StatefulSet", List.of("spec", "template"),
          "DaemonSet", List.of("spec", "template"),
          "Job", List.of("spec", "template"),
          "CronJob", List.of("spec", "jobTemplate", "spec", "template"));

  /** {@code spec}, or {@code spec.template.spec}: what field paths in problems start with. */
  public String specPath() {
    return podPath.isEmpty() ? "spec" : String.join(".", podPath) + ".spec";
  }

  /** {@code Deployment shop/web}. */
  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }

  /**
   * The workloads among some documents, those in {@code List} objects too; others are passed over.
   *
   * @param namespace for those that name none
   * @throws RefusedException for a workload without a template
   */
  public static List<Workload> find(List<Map<?, ?>> documents, String namespace) {
    var found = new ArrayList<Workload>();
    for (var document : documents) {
      if (document.get("items") instanceof List<?> items) {
        for (var item : items) {
          if (item instanceof Map<?, ?> map) {
            of(map, namespace).ifPresent(found::add);
          }
        }
      } else {
        of(document, namespace).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<Workload> of(Map<?, ?> document, String defaultNamespace) {
    var kind = String.valueOf(document.get("kind"));
    var path = POD_PATHS.get(kind);
    if (path == null) {
      return Optional.empty();
    }
    var metadata = document.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
    var namespace = text(metadata.get("namespace"), defaultNamespace);
    var name = text(metadata.get("name"), text(metadata.get("generateName"), "(unnamed)"));
    Object pod = document;
    for (var step : path) {
      pod = pod instanceof Map<?, ?> map ? map.get(step) : null;
    }
    if (!(pod instanceof Map<?, ?> template)) {
      throw new RefusedException(
          kind + " " + namespace + "/" + name, "has no " + String.join(".", path));
    }
    return Optional.of(new Workload(kind, namespace, name, document, path, template));
  }

  private static String text(@Nullable Object value, String otherwise) {
    return value instanceof String text && !text.isEmpty() ? text : otherwise;
  }
}
