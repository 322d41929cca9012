package dev.byname.transport;

import dev.byname.corefile.Scheme;
import dev.byname.pem.PemException;
import dev.byname.query.QueryHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All addresses that this process listens on.
 *
 * <p>{@link #update} takes the whole list each time: at start it opens all, on a reload it opens
 * the new ones, puts the new handlers in charge of those that stay, and closes the others. A
 * listener is known by scheme, host and port. When something cannot be had, everything stays as it
 * was.
 *
 * <p>Thread-safe; one update or close at a time, the others wait.
 */
public final class Listeners implements AutoCloseable {
  /** How often certificate files are looked at: a mounted Secret takes longer to change. */
  static final Duration CERTIFICATE_CHECK_INTERVAL = Duration.ofSeconds(10);

  private final TransportObserver observer;
  private final Sockets sockets;
  private final Future<?> certificateCheck;
  private final Map<Key, Listener> listeners = new LinkedHashMap<>();
  private boolean closed;

  private record Key(Scheme scheme, String host, int port) {
    static Key of(ListenerConfig config) {
      return new Key(config.scheme(), config.host(), config.port());
    }
  }

  /** A listener as the next configuration wants it; nothing is in force yet. */
  private record Planned(
      ListenerConfig config,
      QueryHandler handler,
      @Nullable TlsContext tls,
      @Nullable Listener existing) {}

  /**
   * @param background looks at certificate files now and then
   */
  public Listeners(
      TransportOptions options, TransportObserver observer, ScheduledExecutorService background) {
    this.observer = observer;
    sockets = new Sockets(options);
    certificateCheck =
        background.scheduleWithFixedDelay(
            this::checkCertificates,
            CERTIFICATE_CHECK_INTERVAL.toSeconds(),
            CERTIFICATE_CHECK_INTERVAL.toSeconds(),
            TimeUnit.SECONDS);
  }

  /**
   * Has Java load and make what the first socket needs, so that a thread can do it beside the rest
   * of a start. Without this the first socket does it.
   */
  public static void prepare() {
    Sockets.prepare();
  }

  /**
   * Opens, keeps and closes listeners so that exactly these are open.
   *
   * @param wanted no two with the same scheme, host and port
   * @param handlers who answers at each
   * @param drain how long this may wait for the answers of listeners that are closed
   * @return the listeners, in the order of {@code wanted}
   * @throws ListenException with every reason why not; then nothing has changed
   */
  public synchronized List<Listener> update(
      List<ListenerConfig> wanted, Function<ListenerConfig, QueryHandler> handlers, Duration drain)
      throws ListenException {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    var plan = plan(wanted, handlers);
    var next = open(plan);

    var gone = new LinkedHashSet<>(listeners.values());
    listeners.clear();
    for (int i = 0; i < plan.size(); i++) {
      var planned = plan.get(i);
      var listener = next.get(i);
      listener.configure(planned.config, planned.tls, planned.handler);
      listeners.put(Key.of(planned.config), listener);
      gone.remove(listener);
    }
    for (var listener : next) {
      sockets.shrink(listener, drain);
    }
    sockets.close(gone, drain);
    return next;
  }

  /** The open listeners, in the order in which they were last asked for. */
  public synchronized List<Listener> all() {
    return List.copyOf(listeners.values());
  }

  /**
   * Takes nothing more in, waits for the answers of what is in flight, closes everything.
   *
   * @param drain how long to wait for them
   * @return true when nothing was left unanswered
   */
  public synchronized boolean close(Duration drain) {
    if (closed) {
      return true;
    }
    closed = true;
    certificateCheck.cancel(false);
    boolean drained = sockets.close(listeners.values(), drain);
    listeners.clear();
    sockets.stop();
    return drained;
  }

  /** Closes without waiting for answers. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /** Everything that can be wrong before a socket is opened. */
  private List<Planned> plan(
      List<ListenerConfig> wanted, Function<ListenerConfig, QueryHandler> handlers)
      throws ListenException {
    var problems = new ArrayList<String>();
    var plan = new LinkedHashMap<Key, Planned>();
    for (var config : wanted) {
      var existing = listeners.get(Key.of(config));
      TlsContext tls = null;
      try {
        sockets.check(config);
        tls = tlsContext(config, existing);
      } catch (OpenException problem) {
        problems.add(problem.getMessage());
      } catch (PemException problem) {
        problems.add(config.label() + ": tls: " + problem.getMessage());
      }
      var planned = new Planned(config, handlers.apply(config), tls, existing);
      if (plan.put(Key.of(config), planned) != null) {
        throw new IllegalArgumentException(config.label() + " is wanted twice");
      }
    }
    if (!problems.isEmpty()) {
      throw new ListenException(problems);
    }
    return List.copyOf(plan.values());
  }

  private static @Nullable TlsContext tlsContext(ListenerConfig config, @Nullable Listener existing)
      throws PemException {
    var tls = config.tls();
    if (tls == null || config.scheme() == Scheme.DNS) {
      return null;
    }
    var protocols = config.scheme() == Scheme.HTTPS ? List.of("h2", "http/1.1") : List.of("dot");
    var fresh = new TlsContext(tls, protocols);
    var used = existing == null ? null : existing.tls();
    // The one in use knows the tickets of the clients that come back.
    return used != null && used.sameAs(fresh) ? used : fresh;
  }

  /** Opens what is new; closes it again when not all of it can be had. */
  private List<Listener> open(List<Planned> plan) throws ListenException {
    var problems = new ArrayList<String>();
    var configs = plan.stream().map(Planned::config).toList();
    for (var planned : plan) {
      if (planned.existing == null
          && !sockets.holdsPort(planned.config.port(), listeners.values())) {
        sockets.probe(planned.config, problems);
      }
    }
    var all = new ArrayList<Listener>();
    var opened = new ArrayList<Listener>();
    if (problems.isEmpty()) {
      for (var planned : plan) {
        var listener = planned.existing;
        try {
          if (listener == null) {
            listener = new Listener(planned.config, planned.handler, planned.tls, observer);
            opened.add(listener);
          }
          sockets.grow(listener, planned.config, configs);
          all.add(listener);
        } catch (OpenException problem) {
          problems.add(problem.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      sockets.close(opened, Duration.ZERO);
      for (var listener : listeners.values()) {
        sockets.shrink(listener, Duration.ZERO); // sockets that it was to get
      }
      throw new ListenException(problems);
    }
    return List.copyOf(all);
  }

  private void checkCertificates() {
    for (var listener : all()) {
      var tls = listener.tls();
      if (tls == null) {
        continue;
      }
      try {
        if (tls.refresh()) {
          observer.certificateChanged(listener.config());
        }
      } catch (PemException problem) {
        observer.certificateRefused(listener.config(), String.valueOf(problem.getMessage()));
      }
    }
  }
}
