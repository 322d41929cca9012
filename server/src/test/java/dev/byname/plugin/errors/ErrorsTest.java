package dev.byname.plugin.errors;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.byname.plugin.GoRegex;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.Requests;
import dev.byname.wire.Rcode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class ErrorsTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Errors.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
  }

  private Errors consolidating(boolean showFirst) {
    var rule =
        new ErrorsConfig.Rule(Duration.ofMinutes(5), GoRegex.of("timeout$"), Level.WARN, showFirst);
    return new Errors(new ErrorsConfig(List.of(rule)), scheduler);
  }

  private static void fail(Errors errors, String reason) {
    var nobody =
        new Plugin.Chain() {
          @Override
          public CompletionStage<Response> next(Request next) {
            throw new AssertionError("not asked");
          }

          @Override
          public CompletionStage<Response> server(Request next) {
            throw new AssertionError("not asked");
          }
        };
    var filter = ((Step.Next) errors.handle(Requests.of("example.org."), nobody)).filter();
    assertThat(filter).isNotNull();
    filter.apply(new Response.Failure(Rcode.SERVFAIL, reason));
  }

  private List<String> lines() {
    return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void theCountIsToldWhenThePeriodIsOverThoughNothingFailsAnyMore() {
    Errors errors = consolidating(false);
    fail(errors, "i/o timeout");
    fail(errors, "i/o timeout");
    assertThat(lines()).isEmpty();
    scheduler.advance(Duration.ofMinutes(5));
    assertThat(lines()).containsExactly("2 failures like timeout$ in the last 5m");
    scheduler.advance(Duration.ofMinutes(5));
    assertThat(lines()).as("a period without failures").hasSize(1);
  }

  @Test
  void showFirstLogsTheFirstAtOnceAndNothingMoreWhenItStaysAlone() {
    Errors errors = consolidating(true);
    fail(errors, "i/o timeout");
    scheduler.advance(Duration.ofMinutes(5));
    assertThat(lines()).containsExactly("SERVFAIL example.org. A: i/o timeout");
    fail(errors, "i/o timeout");
    fail(errors, "i/o timeout");
    scheduler.advance(Duration.ofMinutes(5));
    assertThat(lines())
        .containsExactly(
            "SERVFAIL example.org. A: i/o timeout",
            "SERVFAIL example.org. A: i/o timeout",
            "2 failures like timeout$ in the last 5m");
  }

  @Test
  void whatNoPatternFindsIsLoggedLineByLine() {
    Errors errors = consolidating(false);
    fail(errors, "no route");
    assertThat(lines()).containsExactly("SERVFAIL example.org. A: no route");
  }
}
