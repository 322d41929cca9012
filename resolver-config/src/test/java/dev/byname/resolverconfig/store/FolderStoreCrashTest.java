package dev.byname.resolverconfig.store;

import static dev.byname.resolverconfig.store.StoreContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A Service and its allocation are two files; whatever byte the process or the machine dies at,
 * both are old or both are new, and what was reported as committed is there.
 */
class FolderStoreCrashTest {
  private static final Path FOLDER = Path.of("/store");
  private static final String WEB = StoreContract.WEB;
  private static final String RANGE = StoreContract.RANGE;

  /** Every transaction as the values after it: create, change, move to another name, delete. */
  private static final List<Map<String, String>> STATES =
      List.of(
          Map.of(),
          Map.of(WEB, "web 10.0.0.1", RANGE, "1"),
          Map.of(WEB, "web 10.0.0.1 and more of it", RANGE, "1 2"),
          Map.of(WEB, "web 10.0.0.1", StoreContract.DNS, "dns 10.0.0.2", RANGE, "1 2"),
          Map.of(StoreContract.DNS, "dns 10.0.0.2", RANGE, "2"),
          Map.of(RANGE, ""));

  @Test
  void aKillAtEveryByteLeavesTheOldOrTheNewState() {
    var steps = stepsOf(new MortalDisk());
    assertThat(steps).isGreaterThan(500);
    for (var end = 0L; end <= steps; end++) {
      var disk = new MortalDisk();
      disk.endAfter(end);
      var committed = runToTheEnd(disk);
      assertOldOrNew(disk.afterKill(), committed, "killed after step " + end);
    }
  }

  @Test
  void aPowerCutAtEveryByteLeavesTheOldOrTheNewState() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    var steps = stepsOf(new MortalDisk());
    for (var end = 0L; end <= steps; end++) {
      var disk = new MortalDisk();
      disk.endAfter(end);
      var committed = runToTheEnd(disk);
      for (var chance = 0; chance < 8; chance++) {
        assertOldOrNew(
            disk.afterPowerCut(random),
            committed,
            "seed " + seed + ", power cut after step " + end);
      }
    }
  }

  /** The repair after a crash may itself be cut, and that again. */
  @Test
  void aCrashDuringTheRepairOfACrashIsNoWorse() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    var steps = stepsOf(new MortalDisk());
    for (var end = 0L; end <= steps; end++) {
      var disk = new MortalDisk();
      disk.endAfter(end);
      var committed = runToTheEnd(disk);
      var left = random.nextBoolean() ? disk.afterKill() : disk.afterPowerCut(random);
      for (var crash = 0; crash < 3; crash++) {
        left.endAfter(random.nextInt(200));
        try {
          state(left);
        } catch (MortalDisk.TheEnd again) {
          // The next one repairs what is left of the repair.
        }
        left = random.nextBoolean() ? left.afterKill() : left.afterPowerCut(random);
      }
      assertOldOrNew(left, committed, "seed " + seed + ", first end after step " + end);
    }
  }

  private static long stepsOf(MortalDisk disk) {
    assertThat(runToTheEnd(disk)).isEqualTo(STATES.size() - 1);
    return disk.steps();
  }

  /** Returns how many transactions were reported as committed. */
  private static int runToTheEnd(MortalDisk disk) {
    var committed = 0;
    try {
      var store = new FolderStore(FOLDER, disk);
      for (var i = 1; i < STATES.size(); i++) {
        var outcome = store.commit(change(store, STATES.get(i - 1), STATES.get(i)));
        assertThat(outcome).isInstanceOf(Commit.Committed.class);
        committed = i;
      }
    } catch (MortalDisk.TheEnd end) {
      // Wherever this is.
    }
    return committed;
  }

  private static Transaction change(
      FolderStore store, Map<String, String> before, Map<String, String> after) {
    var keys = new ArrayList<>(before.keySet());
    keys.addAll(after.keySet());
    var snapshot = store.read(Set.copyOf(keys), Set.of());
    var transaction = Transaction.changing(RANGE);
    for (var key : Set.copyOf(keys)) {
      transaction.expect(key, snapshot.version(key));
      if (after.containsKey(key)) {
        transaction.put(key, bytes(after.get(key)));
      } else {
        transaction.delete(key);
      }
    }
    return transaction.build();
  }

  private static void assertOldOrNew(MortalDisk disk, int committed, String when) {
    var state = state(disk);
    if (committed == STATES.size() - 1) {
      assertThat(state).as(when).isEqualTo(STATES.get(committed));
    } else {
      assertThat(state).as(when).isIn(STATES.get(committed), STATES.get(committed + 1));
    }
  }

  private static Map<String, String> state(MortalDisk disk) {
    return new FolderStore(FOLDER, disk)
        .read(Set.of(), Set.of("services/", "ranges/")).below("").stream()
            .collect(
                Collectors.toMap(
                    StoredValue::key,
                    value -> new String(value.bytes(), StandardCharsets.UTF_8),
                    (a, b) -> a,
                    TreeMap::new));
  }
}
