package dev.byname.source.kubernetes;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.byname.source.JsonTree;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/** Any bytes as the body of a list or a watch: read, or refused in words. */
class ApiStreamFuzz {
  private static final ScheduledExecutorService SCHEDULER =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("fuzz-timer").daemon().factory());
  private static final Timing TIMING =
      new Timing(InstantSource.system(), System::nanoTime, SCHEDULER, RandomGenerator.getDefault());

  @FuzzTest
  void list(byte[] body) throws InterruptedException {
    try (var stream = stream(body)) {
      var head = stream.list(parser -> ApiObject.of(JsonTree.read(parser)));
      ApiObject.version(head.resourceVersion());
    } catch (ApiFailure refused) {
      requireWords(refused);
    }
  }

  @FuzzTest
  void watch(byte[] body) {
    try (var stream = stream(body)) {
      for (var event = stream.event(); event != null; event = stream.event()) {
        ApiObject.of(event.object());
      }
    } catch (ApiFailure refused) {
      requireWords(refused);
    }
  }

  private static ApiStream stream(byte[] body) {
    return new ApiStream(new ByteArrayInputStream(body), Duration.ofHours(1), TIMING);
  }

  private static void requireWords(ApiFailure failure) {
    if (failure.reason().isBlank() || failure.reason().contains("\n")) {
      throw new AssertionError("no words for the operator: " + failure.reason());
    }
  }
}
