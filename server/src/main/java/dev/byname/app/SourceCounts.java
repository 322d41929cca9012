package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.source.ProgrammingLatency;
import dev.byname.source.kubernetes.RequestObserver;
import java.time.Duration;

/** What sources tell of single changes and requests, as CoreDNS's {@code kubernetes} counts it. */
final class SourceCounts implements ProgrammingLatency, RequestObserver {
  private static final String GET = "GET";

  private final Metrics metrics;

  SourceCounts(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void programmed(ServiceKind kind, Duration sinceTrigger) {
    metrics.programmed(kind.label(), sinceTrigger);
  }

  @Override
  public void waited(String host, Duration forLimits) {
    metrics.timeRequest(
        MetricNames.API_RATE_LIMITER_DURATION, forLimits, "verb", GET, "host", host);
  }

  /** A server decides on the code, so that only those that HTTP knows become a label. */
  @Override
  public void answered(String host, int status) {
    String code = status >= 100 && status < 600 ? Integer.toString(status) : "other";
    metrics.count(MetricNames.API_REQUESTS, "code", code, "method", GET, "host", host);
  }

  @Override
  public void failed(String host) {
    metrics.count(MetricNames.API_REQUESTS, "code", "<error>", "method", GET, "host", host);
  }

  @Override
  public void took(String host, Duration untilAnswer) {
    metrics.timeRequest(MetricNames.API_REQUEST_DURATION, untilAnswer, "verb", GET, "host", host);
  }
}
