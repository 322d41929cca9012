package dev.byname.query;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a plugin does with a request. */
public sealed interface Step {
  /** Hands on, perhaps a changed request; {@code filter} then sees the response. */
  record Next(Request request, @Nullable AnswerFilter filter) implements Step {}

  record Answer(Response response) implements Step {}

  /** The answer comes later, on whatever thread; failing is our bug and becomes SERVFAIL. */
  record Pending(CompletionStage<Response> response) implements Step {}

  static Step next(Request request) {
    return new Next(request, null);
  }

  static Step next(Request request, AnswerFilter filter) {
    return new Next(request, filter);
  }

  static Step answer(Response response) {
    return new Answer(response);
  }

  /** Sees the response of the plugins behind its own; returns it, another, or {@link Pending}. */
  @FunctionalInterface
  interface AnswerFilter {
    Step apply(Response response);
  }
}
