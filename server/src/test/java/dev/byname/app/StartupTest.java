package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.testkit.ManualScheduler;
import dev.byname.wire.Bytes;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code startup_timeout}: who asks before the cluster's first complete picture waits for it. */
class StartupTest {
  private static final String COREFILE =
      """
      .:53 {
        kubernetes cluster.local in-addr.arpa {
          startup_timeout 3s
        }
        whoami
      }
      """;
  private static final String REVIEWS =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: reviews, namespace: default}
      spec: {clusterIP: 10.0.0.157, ports: [{name: http, port: 9080}]}
      """;
  private static final String NAME = "reviews.default.svc.cluster.local.";
  private static final int STALE_ANSWER = 3;
  private static final int NOT_READY = 14;

  @TempDir Path folder;

  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);

  private TestCluster starting(Standing standing) throws IOException {
    return TestCluster.of(COREFILE, folder, standing, List.of(), scheduler);
  }

  @Test
  void whatIsAskedBeforeTheFirstPictureIsAnsweredFromIt() throws IOException {
    try (var cluster = starting(Standing.PARTIAL)) {
      var early = cluster.begin(NAME + " A");
      var missing = cluster.begin("missing.default.svc.cluster.local. A");
      cluster.apply(REVIEWS);
      var known = cluster.begin(NAME + " AAAA");
      scheduler.advance(Duration.ofSeconds(2));
      assertThat(List.of(early, missing, known)).noneMatch(CompletableFuture::isDone);

      cluster.synced();
      scheduler.run();
      assertThat(early).isCompleted();
      assertThat(early.join().answer()).hasToString("[" + NAME + " 5 IN A 10.0.0.157]");
      assertThat(early.join().edns()).isNotNull();
      assertThat(extendedErrors(early.join())).isEmpty();
      assertThat(missing.join().rcode()).isEqualTo(Rcode.NXDOMAIN);
      assertThat(known.join().rcode()).isEqualTo(Rcode.NOERROR);
      assertThat(scheduler.waiting()).as("timers left behind").isZero();
    }
  }

  @Test
  void atTheDeadlineAndAfterItTheAnswerIsServfail() throws IOException {
    try (var cluster = starting(Standing.PARTIAL)) {
      var waiting = cluster.begin(NAME + " A");
      scheduler.advance(Duration.ofMillis(2_999));
      assertThat(waiting).isNotDone();
      scheduler.advance(Duration.ofMillis(1));
      assertThat(waiting).isCompleted();
      assertThat(waiting.join().rcode()).isEqualTo(Rcode.SERVFAIL);
      assertThat(extendedErrors(waiting.join())).containsExactly(NOT_READY);

      Message later = cluster.ask(NAME + " A");
      assertThat(later.rcode()).isEqualTo(Rcode.SERVFAIL);
      assertThat(extendedErrors(later)).containsExactly(NOT_READY);
      assertThat(cluster.notReady()).containsExactly("kubernetes: waiting for the test");

      cluster.apply(REVIEWS).synced();
      assertThat(cluster.ask(NAME + " A").answer()).hasSize(1);
      assertThat(cluster.notReady()).isEmpty();
    }
  }

  @Test
  void otherNamesAreAnsweredFromTheFirstMoment() throws IOException {
    try (var cluster = starting(Standing.PARTIAL)) {
      assertThat(cluster.begin("example.org. A")).isCompleted();
    }
  }

  @Test
  void aSnapshotAnswersAtOnceAndItsDenialsWaitForTheSource() throws IOException {
    try (var cluster = starting(Standing.RESTORED).apply(REVIEWS)) {
      var known = cluster.begin(NAME + " A");
      assertThat(known).isCompleted();
      assertThat(extendedErrors(known.join())).containsExactly(STALE_ANSWER);
      var created = cluster.begin("new.default.svc.cluster.local. A");
      assertThat(created).isNotDone();

      cluster.apply(REVIEWS.replace("reviews", "new"));
      cluster.synced();
      scheduler.run();
      assertThat(created.join().answer()).hasSize(1);
      assertThat(extendedErrors(created.join())).isEmpty();
      assertThat(extendedErrors(cluster.ask(NAME + " A"))).isEmpty();
    }
  }

  @Test
  void whatASnapshotDoesNotHaveIsDeniedAtTheDeadline() throws IOException {
    try (var cluster = starting(Standing.RESTORED).apply(REVIEWS)) {
      var missing = cluster.begin("missing.default.svc.cluster.local. A");
      scheduler.advance(Duration.ofSeconds(3));
      assertThat(missing.join().rcode()).isEqualTo(Rcode.NXDOMAIN);
      assertThat(extendedErrors(missing.join())).containsExactly(STALE_ANSWER);
    }
  }

  @Test
  void aReloadLosesNobodyWhoWaits() throws IOException {
    try (var cluster = starting(Standing.PARTIAL)) {
      var waiting = cluster.begin(NAME + " A");
      cluster.reload();
      assertThat(waiting).as("waits in the new configuration").isNotDone();
      cluster.apply(REVIEWS).synced();
      scheduler.run();
      assertThat(waiting.join().answer()).hasSize(1);
    }
  }

  @Test
  void aServerThatEndsAnswersThoseWhoWait() throws IOException {
    var cluster = starting(Standing.PARTIAL);
    var waiting = cluster.begin(NAME + " A");
    cluster.close();
    assertThat(waiting).isCompleted();
    assertThat(waiting.join().rcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void whoComesWhenTooManyWaitDoesNotWait() throws IOException {
    try (var cluster = starting(Standing.PARTIAL)) {
      List<CompletableFuture<Message>> asked = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        asked.add(cluster.begin(NAME + " A"));
      }
      assertThat(asked).filteredOn(CompletableFuture::isDone).hasSize(500);
      cluster.apply(REVIEWS).synced();
      scheduler.run();
      assertThat(asked).allMatch(CompletableFuture::isDone);
      assertThat(asked.getFirst().join().rcode()).isEqualTo(Rcode.NOERROR);
      assertThat(asked.getLast().join().rcode()).isEqualTo(Rcode.SERVFAIL);
    }
  }

  private static List<Integer> extendedErrors(Message message) {
    return message.edns() == null
        ? List.of()
        : message.edns().options().stream()
            .filter(option -> option.code() == Edns.OPTION_EXTENDED_ERROR)
            .map(option -> Bytes.u16(option.data(), 0))
            .toList();
  }
}
