package dev.byname.resolverconfig.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.store.EtcdConfig;
import dev.byname.resolverconfig.store.EtcdStore;
import dev.byname.resolverconfig.store.FolderStore;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers in processes of their own, killed and paused at random moments, as is their etcd:
 * afterwards no address or port is held twice, none is lost, and every Service holds what its
 * writer was told.
 */
class RegistryModelIT {
  @TempDir Path folder;

  private enum Trouble {
    KILL_WRITER,
    PAUSE_WRITER,
    KILL_ETCD,
    PAUSE_ETCD
  }

  @Test
  void threeWritersOnAnEtcdThatFails() throws Exception {
    EtcdProcess.assumeInstalled();
    var seed = new Random().nextLong();
    System.out.println("RegistryModelIT seed " + seed);
    var random = new Random(seed);
    var troubles =
        new ArrayList<>(
            List.of(
                Trouble.KILL_WRITER,
                Trouble.KILL_WRITER,
                Trouble.PAUSE_WRITER,
                Trouble.PAUSE_WRITER,
                Trouble.KILL_ETCD,
                Trouble.KILL_ETCD,
                Trouble.PAUSE_ETCD));
    Collections.shuffle(troubles, random);
    try (var etcd = EtcdProcess.in(folder).start();
        var writers = new RandomWriters(folder, etcd.clientUrl(0).toString(), 3, random)) {
      writers.awaitProgress(10);
      for (var trouble : troubles) {
        var victim = random.nextInt(writers.count());
        switch (trouble) {
          case KILL_WRITER -> {
            writers.awaitBegin(victim);
            writers.kill(victim);
            writers.restart(victim);
          }
          case PAUSE_WRITER -> {
            writers.awaitBegin(victim);
            Signals.send("STOP", writers.pid(victim));
            writers.awaitProgress(10);
            Signals.send("CONT", writers.pid(victim));
          }
          case KILL_ETCD -> {
            writers.awaitBegin(victim);
            etcd.kill(0);
            etcd.restart(0);
            etcd.awaitHealthy(0);
          }
          case PAUSE_ETCD -> {
            etcd.pause(0);
            // Long enough for requests of the writers to time out: etcdctl is more patient.
            assertThatThrownBy(etcd::revision).isInstanceOf(IllegalStateException.class);
            etcd.resume(0);
          }
        }
        writers.awaitProgress(10);
      }
      writers.finish();
      try (var store = EtcdStore.open(EtcdConfig.of(etcd.clientUrls()))) {
        assertThat(writers.check(store, "seed " + seed))
            .as("Services of whom the last word is known")
            .isPositive();
      }
    }
  }

  /** The real thing beside FolderStoreCrashTest, which cuts at every byte but in one process. */
  @Test
  void twoWritersOfAFolderThatAreKilled() throws Exception {
    var seed = new Random().nextLong();
    System.out.println("RegistryModelIT seed " + seed);
    var random = new Random(seed);
    var store = folder.resolve("store");
    var journal = store.resolve(".byname/journal");
    try (var writers = new RandomWriters(folder, store.toString(), 2, random)) {
      var checked = 0;
      for (var round = 0; round < 4; round++) {
        if (round > 0) {
          writers.restart(0);
          writers.restart(1);
        }
        var first = random.nextInt(2);
        for (var begun = random.nextInt(4, 12); begun > 0; begun--) {
          writers.awaitBegin(first);
        }
        killWhileChanging(writers, first, journal, random);
        // The other one goes on, and makes whatever the dead one had decided.
        writers.awaitBegin(1 - first);
        writers.awaitBegin(1 - first);
        killWhileChanging(writers, 1 - first, journal, random);
        checked += writers.check(FolderStore.open(store), "seed " + seed);
      }
      assertThat(checked).as("Services of whom the last word is known").isPositive();
    }
  }

  /**
   * Kills where it hurts most, decided and not yet done, or shortly before or after: nobody can hit
   * another process exactly.
   */
  private static void killWhileChanging(
      RandomWriters writers, int victim, Path journal, Random random) {
    while (!Files.exists(journal)) {
      assertThat(writers.isAlive(victim)).isTrue();
    }
    for (var spins = random.nextInt(100_000); spins > 0; spins--) {
      Thread.onSpinWait();
    }
    writers.kill(victim);
  }
}
