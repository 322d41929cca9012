package dev.byname.plugin.errors;

import dev.byname.corefile.GoDuration;
import dev.byname.plugin.errors.ErrorsConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.wire.Rcode;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs failures behind it. A refusal is no failure: it is what was configured, and logging it would
 * let strangers write our disk.
 */
final class Errors implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Errors.class);

  /** A rule and the failures of its present period, which begins with the first of them. */
  private static final class Counted {
    final Rule rule;
    final AtomicLong failures = new AtomicLong();

    Counted(Rule rule) {
      this.rule = rule;
    }
  }

  private final List<Counted> rules;
  private final ScheduledExecutorService scheduler;

  Errors(ErrorsConfig config, ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
    rules = config.rules().stream().map(Counted::new).toList();
  }

  @Override
  public String name() {
    return "errors";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return Step.next(request, response -> seen(request, response));
  }

  private Step seen(Request request, Response response) {
    if (response instanceof Response.Failure failure && failure.rcode() == Rcode.SERVFAIL) {
      String line =
          "%s %s %s: %s"
              .formatted(
                  Rcode.name(failure.rcode()),
                  request.question().name(),
                  request.question().type(),
                  failure.reason());
      for (Counted counted : rules) {
        if (counted.rule.pattern().find(failure.reason()) != null) {
          consolidate(counted, line);
          return Step.answer(response);
        }
      }
      log.error("{}", line);
    }
    return Step.answer(response);
  }

  private void consolidate(Counted counted, String line) {
    if (counted.failures.getAndIncrement() > 0) {
      return;
    }
    Rule rule = counted.rule;
    var _ =
        scheduler.schedule(() -> report(counted), rule.period().toNanos(), TimeUnit.NANOSECONDS);
    if (rule.showFirst()) {
      log.atLevel(rule.level()).log("{}", line);
    }
  }

  private static void report(Counted counted) {
    long count = counted.failures.getAndSet(0);
    Rule rule = counted.rule;
    if (count > (rule.showFirst() ? 1 : 0)) {
      log.atLevel(rule.level())
          .log(
              "{} failures like {} in the last {}",
              count,
              rule.pattern(),
              GoDuration.format(rule.period()));
    }
  }

  @Override
  public void close() {
    rules.forEach(Errors::report);
  }
}
