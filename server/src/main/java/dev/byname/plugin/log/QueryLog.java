package dev.byname.plugin.log;

import dev.byname.plugin.log.LogConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a line when the answer comes back. */
final class QueryLog implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(QueryLog.class);

  private final LogConfig config;
  private final LongSupplier nanoTime;

  QueryLog(LogConfig config, LongSupplier nanoTime) {
    this.config = config;
    this.nanoTime = nanoTime;
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    for (Rule rule : config.rules()) {
      if (rule.zones().stream().anyMatch(request.question().name()::isSubdomainOf)) {
        long started = nanoTime.getAsLong();
        return Step.next(request, response -> logged(rule, request, response, started));
      }
    }
    return Step.next(request);
  }

  private Step logged(Rule rule, Request request, Response response, long started) {
    var entry = LogEntry.of(request, response, nanoTime.getAsLong() - started);
    if (rule.outcomes().contains(entry.outcome())) {
      log.info("{}", rule.format().line(entry));
    }
    return Step.answer(response);
  }
}
