package dev.byname.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterWriterTest {
  private final ClusterWriter writer = new ClusterWriter(new ClusterState(() -> 1), "test");

  @AfterEach
  void close() {
    writer.close();
  }

  @Test
  void anInterruptedThreadGetsItsCallDone() {
    var ran = new AtomicBoolean();
    Thread.currentThread().interrupt();
    writer.call(() -> ran.set(true));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ran).isTrue();
  }

  @Test
  void whatTheActionThrowsComesBack() {
    assertThatThrownBy(() ->
            writer.call(() -> {
              throw new IllegalArgumentException("mine");
            }))
        .hasRootCauseMessage("mine");
  }

  @Test
  void afterTheEndNothingIsRun() {
    writer.close();
    assertThatThrownBy(() -> writer.call(() -> {})).isInstanceOf(IllegalStateException.class);
  }

  /** Calls that wait in the queue, and calls that wait for a place in it, when the end comes. */
  @Test
  void theEndTellsEveryoneWhoWaits() throws Exception {
    var busy = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var first =
        CompletableFuture.runAsync(
            () ->
                writer.call(() -> {
                  busy.countDown();
                  awaitQuietly(release);
                }),
            ClusterWriterTest::start);
    busy.await();
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < ClusterWriter.QUEUE_CHANGES_MAX + 10; i++) {
      waiting.add(
          CompletableFuture.runAsync(() -> writer.call(() -> {}), ClusterWriterTest::start));
    }
    await().until(() -> writer.backlog() == ClusterWriter.QUEUE_CHANGES_MAX);
    writer.close();
    release.countDown();
    first.join();
    assertThat(waiting)
        .allSatisfy(call ->
            assertThatThrownBy(call::join).hasRootCauseInstanceOf(IllegalStateException.class));
  }

  private static void start(Runnable task) {
    Thread.ofVirtual().start(task);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    boolean open = false;
    while (!open) {
      try {
        latch.await();
        open = true;
      } catch (InterruptedException close) {
        // The writer's thread is told to end while it is busy.
      }
    }
  }
}
