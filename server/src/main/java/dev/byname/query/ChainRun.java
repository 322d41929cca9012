package dev.byname.query;

import dev.byname.query.Step.AnswerFilter;
import dev.byname.wire.Rcode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One query's way through a block: forward until a plugin answers, then back through the filters
 * that were left behind. A flat loop, so that a stack trace shows the plugin and not the twenty
 * before it.
 */
final class ChainRun {
  private final List<Plugin> plugins;
  private final QueryMetrics.Key labels;
  private final Consumer<Throwable> bug;
  private final BiConsumer<Request, Consumer<Response>> server;
  private final Consumer<ChainRun> done;
  private final Deque<AnswerFilter> filters = new ArrayDeque<>(4);

  /** The outcome, once {@code done} is called. */
  Response response = new Response.Failure(Rcode.SERVFAIL, "not answered");

  /** Who answered; empty when nobody did. */
  String answeredBy = "";

  /** The last run that a plugin of this one has started and that has ended. */
  private volatile @Nullable ChainRun behind;

  ChainRun(
      List<Plugin> plugins,
      QueryMetrics.Key labels,
      BiConsumer<Request, Consumer<Response>> server,
      Consumer<Throwable> bug,
      Consumer<ChainRun> done) {
    this.plugins = plugins;
    this.labels = labels;
    this.server = server;
    this.bug = bug;
    this.done = done;
  }

  void start(Request request, int from) {
    Request current = request;
    for (int i = from; i < plugins.size(); i++) {
      Plugin plugin = plugins.get(i);
      Step step;
      try {
        step = plugin.handle(current, new Behind(i + 1));
      } catch (RuntimeException e) {
        step = failed(plugin, e);
      }
      switch (step) {
        case Step.Next(Request next, @Nullable AnswerFilter filter) -> {
          if (filter != null) {
            filters.push(filter);
          }
          current = next;
        }
        case Step.Answer(Response answer) -> {
          answeredBy = plugin.name();
          unwind(answer);
          return;
        }
        case Step.Pending(CompletionStage<Response> later) -> {
          answeredBy = plugin.name();
          await(plugin, later);
          return;
        }
      }
    }
    unwind(new Response.Failure(Rcode.SERVFAIL, "no plugin of the server block answers"));
  }

  private void unwind(Response answer) {
    Response current = answer;
    while (!filters.isEmpty()) {
      Step step;
      try {
        step = filters.pop().apply(current);
      } catch (RuntimeException e) {
        bug.accept(e);
        step = Step.answer(new Response.Failure(Rcode.SERVFAIL, "internal error: " + e));
      }
      switch (step) {
        case Step.Answer(Response next) -> current = next;
        case Step.Pending(CompletionStage<Response> later) -> {
          await(null, later);
          return;
        }
        case Step.Next next ->
            current = new Response.Failure(Rcode.SERVFAIL, "a filter cannot hand on: " + next);
      }
    }
    response = current;
    done.accept(this);
  }

  @SuppressWarnings("ReferenceEquality") // the very answer, not one like it
  private void await(@Nullable Plugin plugin, CompletionStage<Response> later) {
    var _ =
        later.whenComplete((answer, failure) -> {
          if (failure == null) {
            ChainRun made = behind;
            if (made != null && made.response == answer) {
              answeredBy = made.answeredBy; // the plugin only waited for another's answer
            }
            unwind(answer);
          } else {
            bug.accept(failure);
            String who = plugin == null ? "a filter" : plugin.name();
            unwind(new Response.Failure(Rcode.SERVFAIL, who + ": internal error: " + failure));
          }
        });
  }

  private Step failed(Plugin plugin, RuntimeException e) {
    bug.accept(e);
    return Step.answer(
        new Response.Failure(Rcode.SERVFAIL, plugin.name() + ": internal error: " + e));
  }

  /** What a plugin may ask of those behind it. */
  private final class Behind implements Plugin.Chain {
    private final int from;

    Behind(int from) {
      this.from = from;
    }

    @Override
    public QueryMetrics.Key labels() {
      return labels;
    }

    @Override
    public CompletionStage<Response> next(Request request) {
      var answer = new CompletableFuture<Response>();
      new ChainRun(
              plugins,
              labels,
              server,
              bug,
              run -> {
                behind = run;
                answer.complete(run.response);
              })
          .start(request, from);
      return answer;
    }

    @Override
    public CompletionStage<Response> server(Request request) {
      var answer = new CompletableFuture<Response>();
      server.accept(request, answer::complete);
      return answer;
    }
  }
}
