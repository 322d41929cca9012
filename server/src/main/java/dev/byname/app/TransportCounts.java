package dev.byname.app;

import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.query.Transport;
import dev.byname.transport.ListenerConfig;
import dev.byname.transport.TransportObserver;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what the transport sheds and closes, with the reason; logs what an operator must mend. */
final class TransportCounts implements TransportObserver {
  private static final Logger log = LoggerFactory.getLogger(TransportCounts.class);

  private final Map<Shed, LongAdder> shed = new EnumMap<>(Shed.class);
  private final Map<Closed, LongAdder> closed = new EnumMap<>(Closed.class);
  private final Map<HttpsStatus, LongAdder> https = new ConcurrentHashMap<>();
  private final Metrics metrics;
  private final AtomicBoolean bugLogged = new AtomicBoolean();

  /** Statuses are ours, so there are few. */
  private record HttpsStatus(String server, int status) {}

  TransportCounts(Metrics metrics) {
    this.metrics = metrics;
    for (Shed what : Shed.values()) {
      shed.put(what, new LongAdder());
      metrics.counter(
          MetricNames.TRANSPORT_SHED,
          Map.of("reason", what.label()),
          shed.get(what),
          LongAdder::sum);
    }
    for (Closed why : Closed.values()) {
      closed.put(why, new LongAdder());
      metrics.counter(
          MetricNames.CONNECTIONS_CLOSED,
          Map.of("reason", why.label()),
          closed.get(why),
          LongAdder::sum);
    }
  }

  @Override
  public void shed(ListenerConfig listener, Transport transport, Shed what) {
    count(shed.get(what));
  }

  @Override
  public void connectionClosed(ListenerConfig listener, Transport transport, Closed why) {
    count(closed.get(why));
  }

  @Override
  public void httpResponse(ListenerConfig listener, int status) {
    https
        .computeIfAbsent(
            new HttpsStatus(listener.label(), status),
            key ->
                metrics.counter(
                    MetricNames.HTTPS_RESPONSES,
                    Map.of("server", key.server(), "status", Integer.toString(key.status()))))
        .increment();
  }

  private static void count(@Nullable LongAdder counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void bug(ListenerConfig listener, Throwable bug) {
    // A stranger's packet may be the cause: once is enough to find it, a line each would fill the
    // disk.
    if (bugLogged.compareAndSet(false, true)) {
      log.error(
          "{}: a query could not be handled; further ones like it are only counted",
          listener.label(),
          bug);
    }
  }

  @Override
  public void certificateChanged(ListenerConfig listener) {
    log.info("{}: new certificate in use", listener.label());
  }

  @Override
  public void certificateRefused(ListenerConfig listener, String problem) {
    log.error("{}: new certificate refused, the old one stays: {}", listener.label(), problem);
  }
}
