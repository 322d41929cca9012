package dev.byname.resolverconfig.injection;

import java.util.List;
import java.util.Map;

/** What the webhook would do to the pods of a manifest. */
public record Preview(List<Item> items) {
  public Preview {
    items = List.copyOf(items);
  }

  /**
   * One workload.
   *
   * @param verdict {@code changed}, {@code unchanged} or {@code denied}
   * @param reason why it stays or is denied; the rules that change it otherwise
   * @param patch JSON Patch operations on the document; empty unless changed
   * @param diff of the document as YAML; empty unless changed
   */
  public record Item(
      Workload workload,
      String verdict,
      String reason,
      List<Map<String, Object>> patch,
      String diff,
      List<String> warnings) {
    public Item {
      patch = List.copyOf(patch);
      warnings = List.copyOf(warnings);
    }
  }

  public boolean changesSomething() {
    return items.stream().anyMatch(item -> item.verdict().equals("changed"));
  }

  /**
   * Decides for each workload as the webhook would for its pods.
   *
   * @param namespace for workloads that name none
   */
  public static Preview of(Injector injector, List<Map<?, ?>> documents, String namespace) {
    return new Preview(
        Workload.find(documents, namespace).stream()
            .map(workload -> item(injector, workload))
            .toList());
  }

  private static Item item(Injector injector, Workload workload) {
    return switch (injector.decide(workload.namespace(), workload.pod())) {
      case Injector.Outcome.Unchanged unchanged ->
          new Item(workload, "unchanged", unchanged.reason(), List.of(), "", unchanged.warnings());
      case Injector.Outcome.Denied denied ->
          new Item(workload, "denied", denied.reason(), List.of(), "", denied.warnings());
      case Injector.Outcome.Changed changed -> {
        var patch = changed.patch().under(workload.podPath());
        var diff =
            UnifiedDiff.of(
                workload.toString(),
                YamlDocuments.dump(workload.document()),
                workload + " with " + String.join(", ", changed.rules()),
                YamlDocuments.dump(patch.applyTo(workload.document())));
        yield new Item(
            workload,
            "changed",
            "by " + String.join(", ", changed.rules()),
            patch.toJson(),
            diff,
            changed.warnings());
      }
    };
  }
}
