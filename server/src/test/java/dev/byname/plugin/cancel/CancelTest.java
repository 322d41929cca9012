package dev.byname.plugin.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.Requests;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CancelTest {
  private static final Response ANSWER = new Response.Wire(new byte[12]);

  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);
  private final CompletableFuture<Response> behind = new CompletableFuture<>();

  private CompletableFuture<Response> asked() {
    var chain =
        new Plugin.Chain() {
          @Override
          public CompletionStage<Response> next(Request next) {
            return behind;
          }

          @Override
          public CompletionStage<Response> server(Request next) {
            throw new AssertionError("not asked");
          }
        };
    var cancel = new Cancel(new CancelConfig(Duration.ofSeconds(1)), scheduler);
    return ((Step.Pending) cancel.handle(Requests.of("example.org."), chain))
        .response()
        .toCompletableFuture();
  }

  @Test
  void anAnswerInTimeGoesThrough() {
    var answer = asked();
    scheduler.advance(Duration.ofMillis(999));
    behind.complete(ANSWER);
    assertThat(answer).isCompletedWithValue(ANSWER);
    assertThat(scheduler.waiting()).as("timers left behind").isZero();
  }

  @Test
  void anAnswerThatIsLateIsSilence() {
    var answer = asked();
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(answer).isCompletedWithValue(new Response.NoReply("no answer within 1s"));
    behind.complete(ANSWER);
    assertThat(answer.join()).isInstanceOf(Response.NoReply.class);
  }

  @Test
  void whatIsThereAtOnceNeedsNoTimer() {
    behind.complete(ANSWER);
    assertThat(asked()).isCompletedWithValue(ANSWER);
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void aFailureIsAFailure() {
    var answer = asked();
    behind.completeExceptionally(new IllegalStateException("bug"));
    assertThat(answer).isCompletedExceptionally();
  }
}
