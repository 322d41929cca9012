package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.ManualScheduler;
import io.etcd.jetcd.api.KeyValue;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EtcdMirrorTest {
  private static final URI A = URI.create("http://a:2379");
  private static final URI B = URI.create("http://b:2379");
  private static final URI C = URI.create("http://c:2379");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualScheduler scheduler =
      new ManualScheduler(Instant.parse("2026-05-04T00:00:00Z"));
  private final FakeEtcd etcd = new FakeEtcd(scheduler);
  private final Told told = new Told();

  @Test
  void tellsWhatIsThereAndWhatChanges() {
    etcd.put("/r/pods/a", "1");
    etcd.put("/r/secrets/x", "not ours");
    try (var mirror = started(A)) {
      assertThat(told.values).containsExactly(Map.entry("/r/pods/a", "1"));
      assertThat(told.lists).isEqualTo(1);
      assertThat(mirror.status().complete()).isTrue();
      etcd.put("/r/pods/b", "2");
      etcd.put("/r/pods/a", "3");
      etcd.put("/r/secrets/y", "not ours");
      scheduler.run();
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "3", "/r/pods/b", "2"));
      etcd.delete("/r/pods/a");
      scheduler.run();
      assertThat(told.values).isEqualTo(Map.of("/r/pods/b", "2"));
      assertThat(mirror.status().detail()).isEqualTo("etcd at http://a:2379");
      assertThat(mirror.status().relists()).isZero();
    }
  }

  @Test
  void readsALongListInPagesOfOneRevision() {
    for (int i = 0; i < 5000; i++) {
      etcd.put("/r/pods/%05d".formatted(i), "v".repeat(100));
    }
    long revision = etcd.revision();
    // What is written while the list is read belongs to the watch.
    etcd.beforeRange =
        () -> {
          if (etcd.ranges.size() < 10) {
            etcd.put("/r/pods/00001", "changed " + etcd.ranges.size());
          }
        };
    try (var mirror = started(A)) {
      assertThat(told.values).hasSize(5000);
      assertThat(told.values.get("/r/pods/00001")).startsWith("changed ");
      var pages = etcd.ranges.stream().filter(range -> range.getRevision() != 0).toList();
      assertThat(pages.size()).isBetween(6, 15);
      assertThat(pages).allSatisfy(page -> assertThat(page.getRevision()).isEqualTo(revision + 1));
      assertThat(pages).allSatisfy(page -> assertThat(page.getLimit()).isBetween(1L, 1000L));
      assertThat(mirror.status().relists()).isZero();
    }
  }

  @Test
  void goesOnFromItsRevisionAfterABrokenConnection() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A)) {
      etcd.breakConnections();
      etcd.put("/r/pods/b", "2");
      etcd.delete("/r/pods/a");
      scheduler.advance(SECOND);
      assertThat(told.values).isEqualTo(Map.of("/r/pods/b", "2"));
      assertThat(mirror.status().relists()).isZero();
      assertThat(told.puts).isEqualTo(2);
    }
  }

  @Test
  void goesToAnotherMemberAtOnce() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A, B, C)) {
      var first = etcd.connected().getFirst();
      etcd.down(first);
      etcd.put("/r/pods/a", "2");
      scheduler.advance(Duration.ofMillis(300));
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "2"));
      assertThat(etcd.connected()).hasSize(1).doesNotContain(first);
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void leavesAMemberThatFallsSilent() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A, B)) {
      var first = etcd.connected().getFirst();
      etcd.silence(first);
      etcd.put("/r/pods/a", "2");
      scheduler.advance(Duration.ofSeconds(11));
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "2"));
      assertThat(etcd.connected()).doesNotContain(first);
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void triesAgainEverMoreSlowlyAndServesWhatItHas() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A)) {
      int before = etcd.opened;
      etcd.down(A);
      scheduler.advance(MINUTE);
      assertThat(etcd.opened - before).isBetween(8, 20);
      assertThat(mirror.status().connected()).isFalse();
      assertThat(mirror.status().detail()).isEqualTo("etcd at http://a:2379: connection refused");
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "1"));
      etcd.up(A);
      etcd.put("/r/pods/a", "2");
      scheduler.advance(EtcdMirror.BACKOFF_MAX);
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "2"));
    }
  }

  @Test
  void readsAllAgainAfterACompactionAndTellsOnlyDifferences() {
    etcd.put("/r/pods/a", "1");
    etcd.put("/r/pods/b", "1");
    etcd.put("/r/pods/c", "1");
    try (var mirror = started(A)) {
      etcd.down(A);
      etcd.put("/r/pods/b", "2");
      etcd.delete("/r/pods/c");
      etcd.put("/r/pods/d", "1");
      etcd.compact();
      etcd.up(A);
      told.puts = 0;
      scheduler.advance(EtcdMirror.BACKOFF_MAX);
      assertThat(told.values)
          .isEqualTo(Map.of("/r/pods/a", "1", "/r/pods/b", "2", "/r/pods/d", "1"));
      assertThat(told.puts).as("a has not changed").isEqualTo(2);
      assertThat(mirror.status().relists()).isEqualTo(1);
      assertThat(told.emptied).as("nothing was taken away in between").isFalse();
    }
  }

  @Test
  void beginsTheListAnewWhenItIsCompactedUnderIt() {
    for (int i = 0; i < 200; i++) {
      etcd.put("/r/pods/" + i, "1");
    }
    etcd.beforeRange =
        () -> {
          if (etcd.ranges.size() == 3) {
            etcd.put("/r/pods/new", "1");
            etcd.delete("/r/pods/0");
            etcd.compact();
          }
        };
    try (var mirror = started(A)) {
      scheduler.advance(SECOND);
      assertThat(told.values)
          .hasSize(200)
          .containsKey("/r/pods/new")
          .doesNotContainKey("/r/pods/0");
      assertThat(told.lists).isEqualTo(1);
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void aQuietPrefixIsResumedAfterACompactionThatACheckHasPassed() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A)) {
      for (int i = 0; i < 100; i++) {
        etcd.put("/r/leases/x", "not ours " + i);
      }
      scheduler.advance(Duration.ofSeconds(40)); // a check
      etcd.compact();
      etcd.put("/r/pods/b", "1");
      etcd.breakConnections();
      scheduler.advance(SECOND);
      assertThat(told.values).containsOnlyKeys("/r/pods/a", "/r/pods/b");
      assertThat(mirror.status().relists()).isZero();
    }
  }

  @Test
  void findsLostEventsWithinAMinute() {
    etcd.put("/r/pods/changed", "1");
    etcd.put("/r/pods/deleted", "1");
    try (var mirror = started(A)) {
      etcd.lose(event -> true);
      etcd.put("/r/pods/changed", "2");
      etcd.delete("/r/pods/deleted");
      etcd.put("/r/pods/added", "1");
      etcd.lose(event -> false);
      etcd.put("/r/pods/after", "1"); // the watch is not simply behind
      scheduler.advance(MINUTE);
      assertThat(told.values)
          .isEqualTo(Map.of("/r/pods/changed", "2", "/r/pods/added", "1", "/r/pods/after", "1"));
      assertThat(mirror.status().repairs()).isEqualTo(3);
      assertThat(mirror.status().relists()).isZero();
      scheduler.advance(MINUTE);
      assertThat(mirror.status().repairs()).isEqualTo(3);
    }
  }

  @Test
  void readsAllWhenVeryManyEventsAreLost() {
    try (var mirror = started(A)) {
      etcd.lose(event -> true);
      for (int i = 0; i < 1000; i++) {
        etcd.put("/r/pods/" + i, "1");
      }
      etcd.lose(event -> false);
      scheduler.advance(MINUTE);
      assertThat(told.values).hasSize(1000);
      assertThat(mirror.status().repairs()).isEqualTo(1000);
      assertThat(mirror.status().relists()).isEqualTo(1);
    }
  }

  @Test
  void aBusyClusterIsNotTakenForLostEvents() {
    for (int i = 0; i < 50; i++) {
      etcd.put("/r/pods/" + i, "0");
    }
    try (var mirror = started(A)) {
      // Between the pages and answers of each check, too.
      etcd.beforeRange = () -> etcd.put("/r/pods/" + etcd.ranges.size() % 50, "x");
      for (int i = 0; i < 3000; i++) {
        etcd.put("/r/pods/" + i % 50, "" + i);
        scheduler.advance(Duration.ofMillis(100));
      }
      assertThat(mirror.status().repairs()).isZero();
      assertThat(mirror.status().relists()).isZero();
    }
  }

  /** The store counts on from an old revision; a watch from a later one would wait in silence. */
  @Test
  void noticesThatTheStoreWentBack() {
    etcd.put("/r/pods/a", "1");
    var backup = etcd.backup();
    etcd.put("/r/pods/a", "2");
    etcd.put("/r/pods/b", "2");
    try (var mirror = started(A)) {
      etcd.restore(backup);
      scheduler.advance(SECOND);
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "1"));
      assertThat(mirror.status().relists()).isEqualTo(1);
      etcd.put("/r/pods/c", "1");
      scheduler.run();
      assertThat(told.values).containsKey("/r/pods/c");
    }
  }

  /** What was seen by events counts as well as what was seen by reads. */
  @Test
  void noticesThatTheStoreWentBackBehindEvents() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A)) {
      var backup = etcd.backup();
      etcd.put("/r/pods/a", "2");
      etcd.put("/r/pods/b", "2");
      etcd.put("/r/pods/b", "3");
      scheduler.run();
      assertThat(told.values).hasSize(2);
      etcd.restore(backup);
      etcd.put("/r/pods/c", "1");
      scheduler.advance(SECOND);
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "1", "/r/pods/c", "1"));
      assertThat(mirror.status().relists()).isEqualTo(1);
    }
  }

  /** By the time we are back, the revisions look as if nothing had happened. */
  @Test
  void noticesThatTheStoreWentBackAndHasCountedPastUs() {
    etcd.put("/r/pods/a", "1");
    var backup = etcd.backup();
    etcd.put("/r/pods/a", "lost");
    etcd.put("/r/pods/b", "lost");
    try (var mirror = started(A)) {
      etcd.down(A);
      etcd.restore(backup);
      for (int i = 0; i < 10; i++) {
        etcd.put("/r/pods/c", "" + i);
      }
      etcd.up(A);
      scheduler.advance(MINUTE);
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "1", "/r/pods/c", "9"));
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void noticesAnotherClusterBehindTheSameAddress() {
    etcd.put("/r/pods/a", "1");
    try (var mirror = started(A)) {
      etcd.put("/r/pods/a", "of the other");
      etcd.lose(event -> true);
      etcd.clusterId = 78;
      scheduler.advance(Duration.ofSeconds(6)); // a heartbeat
      assertThat(told.values).isEqualTo(Map.of("/r/pods/a", "of the other"));
      assertThat(mirror.status().relists()).isEqualTo(1);
    }
  }

  @Test
  void followsSeveralPrefixesTogether() {
    var prefixes = List.of(new MirroredPrefix("/r/pods/"), new MirroredPrefix("/r/services/"));
    etcd.put("/r/pods/a", "1");
    etcd.put("/r/services/a", "1");
    try (var mirror = start(prefixes, A)) {
      assertThat(told.values).containsOnlyKeys("/r/pods/a", "/r/services/a");
      etcd.put("/r/services/b", "1");
      etcd.delete("/r/pods/a");
      scheduler.run();
      assertThat(told.values).containsOnlyKeys("/r/services/a", "/r/services/b");
      assertThat(told.lists).isEqualTo(1);
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void aListenerThatFailsDoesNotStopTheRest() {
    try (var mirror = started(A)) {
      told.failOn = "/r/pods/bad";
      etcd.put("/r/pods/bad", "1");
      scheduler.run();
      told.failOn = "";
      scheduler.advance(SECOND);
      etcd.put("/r/pods/good", "1");
      scheduler.run();
      assertThat(told.values).containsKey("/r/pods/good");
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  @Test
  void nothingRunsAfterClose() {
    var mirror = started(A);
    mirror.close();
    scheduler.run();
    assertThat(etcd.connected()).isEmpty();
    scheduler.advance(Duration.ofHours(1));
    assertThat(scheduler.waiting()).isZero();
  }

  /** The stupid version of the whole: after any sequence of troubles, what we have is what is. */
  @ParameterizedTest
  @MethodSource("seeds")
  void endsUpWithWhatTheStoreHas(long seed) {
    var random = new Random(seed);
    var members = List.of(A, B, C);
    try (var mirror = started(A, B, C)) {
      var backup = etcd.backup();
      for (int step = 0; step < 600; step++) {
        var key = "/r/pods/" + random.nextInt(40);
        switch (random.nextInt(30)) {
          case 0 -> etcd.down(members.get(random.nextInt(3)));
          case 1 -> members.forEach(etcd::up);
          case 2 -> etcd.silence(members.get(random.nextInt(3)));
          case 3 -> etcd.compact();
          case 4 -> etcd.breakConnections();
          case 5 -> etcd.lose(event -> true);
          case 6 -> etcd.lose(event -> false);
          case 7 -> backup = etcd.backup();
          case 8 -> {
            if (random.nextInt(4) == 0 && backup.revision() >= 1) {
              etcd.restore(backup);
            }
          }
          case 9, 10, 11, 12, 13 -> etcd.delete(key);
          default -> etcd.put(key, "step " + step);
        }
        scheduler.advance(Duration.ofMillis(random.nextInt(2000)));
      }
      members.forEach(etcd::up);
      etcd.lose(event -> false);
      scheduler.advance(Duration.ofMinutes(2));
      assertThat(told.values).as("seed " + seed).isEqualTo(etcd.values("/r/pods/"));
      assertThat(mirror.status().connected()).isTrue();
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  private EtcdMirror started(URI... members) {
    return start(List.of(new MirroredPrefix("/r/pods/")), members);
  }

  private EtcdMirror start(List<MirroredPrefix> prefixes, URI... members) {
    var mirror =
        new EtcdMirror(
            List.of(members),
            etcd,
            prefixes,
            told,
            Duration.ofSeconds(30),
            scheduler,
            scheduler.clock(),
            new Random(42));
    mirror.start();
    scheduler.run();
    return mirror;
  }

  private static final class Told implements MirrorListener {
    final Map<String, String> values = new TreeMap<>();
    int puts;
    int lists;
    boolean emptied;
    String failOn = "";

    @Override
    public void put(MirroredPrefix prefix, String rest, KeyValue entry, boolean listed) {
      if ((prefix + rest).equals(failOn)) {
        throw new IllegalStateException("a mistake in the listener");
      }
      puts++;
      values.put(prefix + rest, entry.getValue().toStringUtf8());
    }

    @Override
    public void removed(MirroredPrefix prefix, String rest) {
      assertThat(values.remove(prefix + rest)).isNotNull();
      emptied |= values.isEmpty();
    }

    @Override
    public void listed() {
      lists++;
    }
  }
}
