package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.registry.Declared;
import dev.byname.resolverconfig.registry.Manifests;
import dev.byname.resolverconfig.store.FolderStore;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;

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
  static Declared declaredElsewhere(ObjectStore opened) {
    if (!(opened instanceof FolderStore folder)) {
      return Declared.NOTHING;
    }
    var own = folder.folder().resolve("services").resolve("specs");
    return Declared.in(
        folder.folder(),
        Manifests.of(
            folder.folder(), file -> !(file.startsWith(own) && file.toString().endsWith(".json"))));
  }
}
