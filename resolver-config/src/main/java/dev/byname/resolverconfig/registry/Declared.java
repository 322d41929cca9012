package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import java.nio.file.Path;
import java.util.List;

/**
 * What a server finds beside a store, in manifests that people keep in the same folder.
 *
 * @param unreadable manifests that may hold anything
 */
public record Declared(List<DeclaredService> services, List<Finding> unreadable) {
  /** Nothing is beside the store. */
  public static final Declared NOTHING = new Declared(List.of(), List.of());

  public Declared {
    services = List.copyOf(services);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * The Services among these manifests.
   *
   * @param folder where they stand; the origins are relative to it
   */
  public static Declared in(Path folder, Manifests manifests) {
    return new Declared(
        manifests.objects().stream()
            .filter(Manifests.Manifest::isService)
            .map(each ->
                new DeclaredService(
                    folder.resolve(each.origin()).toString(),
                    ClusterObjects.inNamespace(each.object())))
            .toList(),
        manifests.problems().stream()
            .map(problem ->
                Finding.unreadable(folder.resolve(problem.place()).toString(), problem.reason()))
            .toList());
  }
}
