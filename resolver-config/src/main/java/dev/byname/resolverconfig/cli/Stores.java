package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.registry.Manifests;
import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import dev.byname.resolverconfig.store.FolderStore;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.StoreException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Opens stores for commands. */
final class Stores {
  private Stores() {}

  /**
   * Opens a store; a folder that is missing is made.
   *
   * @throws IllegalArgumentException when an option is wrong
   */
  static ObjectStore open(String store, EtcdOptions etcd) {
    return EtcdOptions.isEtcd(store) ? etcd.open(store) : FolderStore.open(Path.of(store));
  }

  /**
   * Opens a store that is there: nobody wants to look into a folder that a slip of the pen has
   * made.
   *
   * @throws IllegalArgumentException when an option is wrong
   * @throws StoreException when there is no such folder
   */
  static ObjectStore openExisting(String store, EtcdOptions etcd) {
    if (!EtcdOptions.isEtcd(store) && !Files.isDirectory(Path.of(store))) {
      throw new StoreException("there is no folder " + store, null);
    }
    return open(store, etcd);
  }

  /** Services in other files of the folder, which a server watching it finds as well. */
  static List<DeclaredService> declaredElsewhere(ObjectStore opened, PrintWriter err) {
    if (!(opened instanceof FolderStore folder)) {
      return List.of();
    }
    var own = folder.folder().resolve("services").resolve("specs");
    var manifests =
        Manifests.of(
            folder.folder(), file -> !(file.startsWith(own) && file.toString().endsWith(".json")));
    manifests.problems().forEach(problem -> err.println("warning: " + problem));
    err.flush();
    return manifests.objects().stream()
        .filter(Manifests.Manifest::isService)
        .map(each ->
            new DeclaredService(
                folder.folder().resolve(each.origin()).toString(), inNamespace(each)))
        .toList();
  }

  private static ObjectNode inNamespace(Manifests.Manifest manifest) {
    var service = manifest.object().deepCopy();
    var metadata = service.withObjectProperty("metadata");
    metadata.putIfAbsent("namespace", metadata.stringNode("default"));
    return service;
  }
}
