package dev.byname.plugin.errors;

import dev.byname.plugin.errors.ErrorsConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.wire.Rcode;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs failures behind it. A refusal is no failure: it is what was configured, and logging it would
 * let strangers write our disk.
 */
final class Errors implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Errors.class);

  /** A rule and what it has held back. The first failure after a period logs the period's count. */
  private static final class Counted {
    final Rule rule;
    final AtomicLong held = new AtomicLong();
    final AtomicLong periodEndsNanos = new AtomicLong();

    Counted(Rule rule) {
      this.rule = rule;
    }
  }

  private final List<Counted> rules;
  private final LongSupplier nanoTime;

  Errors(ErrorsConfig config, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    rules = config.rules().stream().map(Counted::new).toList();
    long now = nanoTime.getAsLong();
    rules.forEach(counted -> counted.periodEndsNanos.set(now));
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
        if (counted.rule.pattern().matcher(failure.reason()).find()) {
          consolidate(counted, line);
          return Step.answer(response);
        }
      }
      log.error("{}", line);
    }
    return Step.answer(response);
  }

  private void consolidate(Counted counted, String line) {
    long now = nanoTime.getAsLong();
    long ends = counted.periodEndsNanos.get();
    Rule rule = counted.rule;
    if (now - ends >= 0
        && counted.periodEndsNanos.compareAndSet(ends, now + rule.period().toNanos())) {
      long count = counted.held.getAndSet(0);
      if (count > 0) {
        log.atLevel(rule.level())
            .log("{} failures like {} in the last {}", count, rule.pattern(), rule.period());
      }
      if (rule.showFirst()) {
        log.atLevel(rule.level()).log("{}", line);
        return;
      }
    }
    counted.held.incrementAndGet();
  }

  @Override
  public void close() {
    for (Counted counted : rules) {
      long count = counted.held.getAndSet(0);
      if (count > 0) {
        log.atLevel(counted.rule.level())
            .log("{} failures like {} since the last report", count, counted.rule.pattern());
      }
    }
  }
}
