package dev.byname.plugin.cancel;

import dev.byname.corefile.GoDuration;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Answers with what the plugins behind it say in time. What they say later is dropped. */
final class Cancel implements Plugin {
  private final CancelConfig config;
  private final ScheduledExecutorService scheduler;
  private final Response late;

  Cancel(CancelConfig config, ScheduledExecutorService scheduler) {
    this.config = config;
    this.scheduler = scheduler;
    late = new Response.NoReply("no answer within " + GoDuration.format(config.timeout()));
  }

  @Override
  public String name() {
    return "cancel";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    CompletableFuture<Response> answer = chain.next(request).toCompletableFuture();
    if (answer.isDone()) {
      return new Step.Pending(answer); // most often: no timer is needed
    }
    var first = new CompletableFuture<Response>();
    Future<?> timer =
        scheduler.schedule(
            () -> first.complete(late), config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    var _ =
        answer.whenComplete((response, failure) -> {
          timer.cancel(false);
          if (failure == null) {
            first.complete(response);
          } else {
            first.completeExceptionally(failure);
          }
        });
    return new Step.Pending(first);
  }
}
