package dev.byname.source.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.source.SourceStatus;
import dev.byname.source.snapshot.Snapshot.Restoration;
import dev.byname.testkit.ManualScheduler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final Instant START = Instant.parse("2026-05-04T00:00:00Z");
  private static final ObjectKey DB = new ObjectKey("default", "db-0");
  private static final ObjectKey WEB = new ObjectKey("default", "web-0");

  @TempDir Path folder;

  private final ManualScheduler scheduler = new ManualScheduler(START);
  private boolean connected = true;
  private Instant lastEvent = START;

  @Test
  void answersFromTheFileUntilTheSourceHasSynced() throws Exception {
    var before = state();
    before.apply(List.of(pod(DB), new Change.Synced()));
    try (var snapshot = snapshot(before, config())) {
      snapshot.start();
      scheduler.advance(Duration.ofSeconds(10));
    }

    var after = state();
    var snapshot = snapshot(after, config());
    assertThat(snapshot.restore()).isEqualTo(new Restoration.Restored(1, START.plusSeconds(10)));
    assertThat(after.pod(DB)).isNotNull();
    assertThat(after.synced()).isFalse();
    assertThat(snapshot.stale()).isTrue();

    after.apply(List.of(new Change.Synced()));
    assertThat(snapshot.stale()).isFalse();
  }

  @Test
  void writesAfterChangesAndNotMoreOftenThanTheInterval() {
    var state = state();
    state.apply(List.of(pod(DB), new Change.Synced()));
    try (var snapshot = snapshot(state, config())) {
      snapshot.start();
      scheduler.advance(Duration.ofSeconds(10));
      assertThat(snapshot.status().writes()).isEqualTo(1);

      for (int i = 0; i < 100; i++) {
        state.apply(List.of(pod(new ObjectKey("default", "pod-" + i))));
        scheduler.advance(Duration.ofMillis(100));
      }
      assertThat(snapshot.status().writes()).isEqualTo(2);
      scheduler.advance(Duration.ofMinutes(1));
      assertThat(snapshot.status().writes()).as("nothing changed since").isEqualTo(2);
    }
  }

  @Test
  void aPictureThatIsStillBeingReadDoesNotReplaceAWholeOne() {
    write(DB);
    var state = state();
    var snapshot = snapshot(state, config());
    state.apply(List.of(pod(WEB)));
    snapshot.start();
    scheduler.advance(Duration.ofMinutes(1));
    snapshot.close();

    var after = state();
    assertThat(snapshot(after, config()).restore()).isInstanceOf(Restoration.Restored.class);
    assertThat(after.keys(Kind.POD)).containsExactly(DB);
  }

  @Test
  void whatChangedLastIsWrittenAtTheEnd() {
    var state = state();
    state.apply(List.of(pod(DB), new Change.Synced()));
    var snapshot = snapshot(state, config());
    snapshot.start();
    scheduler.advance(Duration.ofSeconds(10));
    state.apply(List.of(pod(WEB)));
    snapshot.close();

    var after = state();
    snapshot(after, config()).restore();
    assertThat(after.keys(Kind.POD)).containsExactlyInAnyOrder(DB, WEB);
  }

  @Test
  void anUnchangedClusterDoesNotGrowTooOldWhileItsSourceIsConnected() {
    var config = new SnapshotConfig(file(), Duration.ofHours(4), Duration.ofSeconds(10));
    var state = state();
    state.apply(List.of(pod(DB), new Change.Synced()));
    var snapshot = snapshot(state, config);
    snapshot.start();
    scheduler.advance(Duration.ofDays(2));
    assertThat(snapshot.status().writes()).isBetween(40L, 50L);
    assertThat(snapshot(state(), config).restore()).isInstanceOf(Restoration.Restored.class);
  }

  @Test
  void withoutItsSourceThePictureAges() {
    var config = new SnapshotConfig(file(), Duration.ofHours(4), Duration.ofSeconds(10));
    var state = state();
    state.apply(List.of(pod(DB), new Change.Synced()));
    var snapshot = snapshot(state, config);
    snapshot.start();
    scheduler.advance(Duration.ofSeconds(10));
    connected = false;
    lastEvent = START.plusSeconds(5);
    scheduler.advance(Duration.ofHours(4));
    state.apply(List.of(pod(WEB))); // even when something is written again
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(snapshot.status().writes()).isEqualTo(2);
    assertThat(snapshot(state(), config).restore())
        .isEqualTo(
            new Restoration.Refused("it is of 2026-05-04T00:00:05Z, older than max_age PT4H"));
  }

  @Test
  void anyAgeIsAcceptedWhenMaxAgeIsZero() {
    write(DB);
    scheduler.advance(Duration.ofDays(400));
    var config = new SnapshotConfig(file(), Duration.ZERO, Duration.ofSeconds(10));
    assertThat(snapshot(state(), config).restore()).isInstanceOf(Restoration.Restored.class);
  }

  @Test
  void theFileOfAnotherClusterIsRefused() {
    write(DB);
    var state = state();
    var other =
        new Snapshot(config(), "etcd b:2379", state, this::status, scheduler, scheduler.clock());
    assertThat(other.restore())
        .isEqualTo(new Restoration.Refused("it was taken from etcd a:2379, this is etcd b:2379"));
    assertThat(state.keys(Kind.POD)).isEmpty();
    assertThat(other.stale()).isFalse();
  }

  @Test
  void aDamagedFileIsRefusedAndLaterReplaced() throws Exception {
    write(DB);
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(file(), bytes);
    var state = state();
    var snapshot = snapshot(state, config());
    assertThat(snapshot.restore())
        .isEqualTo(new Restoration.Refused("it is damaged: its checksum does not match"));
    snapshot.start();
    state.apply(List.of(pod(WEB), new Change.Synced()));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(snapshot(state(), config()).restore()).isInstanceOf(Restoration.Restored.class);
  }

  @Test
  void noFileIsNoFailure() {
    assertThat(snapshot(state(), config()).restore()).isEqualTo(new Restoration.Absent());
  }

  @Test
  void aFolderInThePlaceOfTheFileIsRefused() throws Exception {
    Files.createDirectory(file());
    assertThat(snapshot(state(), config()).restore())
        .isEqualTo(new Restoration.Refused("it is not a file"));
  }

  @Test
  void aFailingWriteIsCountedAndTriedAgain() throws Exception {
    var config =
        new SnapshotConfig(
            folder.resolve("missing/snapshot"), Duration.ZERO, Duration.ofSeconds(10));
    var state = state();
    state.apply(List.of(pod(DB), new Change.Synced()));
    try (var snapshot = snapshot(state, config)) {
      snapshot.start();
      scheduler.advance(Duration.ofSeconds(30));
      assertThat(snapshot.status().failures()).isEqualTo(3);
      Files.createDirectory(folder.resolve("missing"));
      scheduler.advance(Duration.ofSeconds(10));
      assertThat(snapshot.status().writes()).isEqualTo(1);
    }
  }

  @Test
  void aLeftoverOfACrashInMidWriteIsHarmless() throws Exception {
    write(DB);
    Files.writeString(
        folder.resolve("snapshot.tmp"), "half a picture, and longer than the next one");
    write(WEB);
    var state = state();
    assertThat(snapshot(state, config()).restore()).isInstanceOf(Restoration.Restored.class);
    assertThat(state.keys(Kind.POD)).containsExactly(WEB);
    assertThat(folder.resolve("snapshot.tmp")).doesNotExist();
  }

  @Test
  void defaults() {
    assertThat(SnapshotConfig.of(file()))
        .isEqualTo(new SnapshotConfig(file(), Duration.ofDays(1), Duration.ofSeconds(10)));
  }

  private void write(ObjectKey pod) {
    var state = state();
    state.apply(List.of(pod(pod), new Change.Synced()));
    var snapshot = snapshot(state, config());
    snapshot.start();
    snapshot.close();
    assertThat(snapshot.status().writes()).isEqualTo(1);
  }

  private Snapshot snapshot(ClusterState state, SnapshotConfig config) {
    return new Snapshot(config, "etcd a:2379", state, this::status, scheduler, scheduler.clock());
  }

  private SourceStatus status() {
    return new SourceStatus(connected, "test", lastEvent.toEpochMilli(), 0, 0, 0, 0);
  }

  private SnapshotConfig config() {
    return SnapshotConfig.of(file());
  }

  private Path file() {
    return folder.resolve("snapshot");
  }

  private ClusterState state() {
    return new ClusterState(() -> scheduler.clock().instant().getEpochSecond());
  }

  private static Change pod(ObjectKey key) {
    return new Change.Put(new Pod(key, List.of(IpAddress.v4(0x0a000001))));
  }
}
