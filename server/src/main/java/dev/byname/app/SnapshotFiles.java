package dev.byname.app;

import dev.byname.corefile.Directive;
import dev.byname.corefile.Location;
import dev.byname.corefile.Problems;
import dev.byname.plugin.kubernetes.KubernetesConfig;
import dev.byname.plugin.kubernetes.PictureSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the {@code kubernetes} blocks of a Corefile say about files of snapshots. Blocks that read
 * the cluster in the same way share one picture and its file; two pictures would overwrite each
 * other's, and each would refuse what the other wrote.
 */
final class SnapshotFiles {
  private SnapshotFiles() {}

  private record Owner(PictureSource picture, Location location) {}

  static void check(List<LoadedBlock> blocks, Problems problems) {
    Map<Path, Owner> owners = new HashMap<>();
    for (LoadedBlock block : blocks) {
      block
          .config(KubernetesConfig.class)
          .map(KubernetesConfig::source)
          .ifPresent(picture -> check(picture, block, owners, problems));
    }
  }

  private static void check(
      PictureSource picture, LoadedBlock block, Map<Path, Owner> owners, Problems problems) {
    if (picture.snapshot() == null) {
      return;
    }
    Directive kubernetes = block.block().directives("kubernetes").getFirst();
    Location here = kubernetes.options("snapshot").getFirst().location();
    Path file = picture.snapshot().file().toAbsolutePath().normalize();
    Owner owner = owners.putIfAbsent(file, new Owner(picture, here));
    if (owner != null && !owner.picture().equals(picture)) {
      problems.add(
          here,
          "snapshot: %s is the file of %s, which reads the cluster with other options; name another file"
              .formatted(picture.snapshot().file(), owner.location()));
    }
  }
}
