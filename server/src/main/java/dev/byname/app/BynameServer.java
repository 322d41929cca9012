package dev.byname.app;

import static java.util.Objects.requireNonNull;

import dev.byname.admin.AdminServer;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterState;
import dev.byname.corefile.Problem;
import dev.byname.corefile.Problems;
import dev.byname.observe.MetricNames;
import dev.byname.observe.Metrics;
import dev.byname.plugin.HttpAddress;
import dev.byname.plugin.LogLevel;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.reload.ReloadConfig;
import dev.byname.query.QueryMetrics;
import dev.byname.query.Responder;
import dev.byname.query.ServerTable;
import dev.byname.source.SourceStatus;
import dev.byname.transport.ListenException;
import dev.byname.transport.Listener;
import dev.byname.transport.ListenerConfig;
import dev.byname.transport.Listeners;
import dev.byname.transport.TransportOptions;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server: a configuration at work, its listeners, pictures and pages, and how the next
 * configuration takes over. Methods are called by one thread at a time; they are synchronized
 * because signals and timers come on their own.
 */
public final class BynameServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BynameServer.class);
  private static final int UPSTREAM_LOOPS = 2;
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final Path corefile;
  private final int defaultPort;
  private final Map<String, String> environment;
  private final Clocks clocks = Clocks.system();
  private final ScheduledExecutorService scheduler =
      Executors.newScheduledThreadPool(2, BynameServer::schedulerThread);
  private final QueryMetrics queries = new QueryMetrics();
  private final Metrics metrics;
  private final AdminServer admin = new AdminServer();
  private final Pictures pictures;
  private final SkyDnsStores skyDns = new SkyDnsStores(clocks);
  private final Listeners listeners;
  private final ForwardCounts forwardCounts;
  private final CacheCounts cacheCounts;
  private final PluginCounts pluginCounts;
  private final HostsCounts hostsCounts;
  private final HealthCheck healthCheck;
  private final Readiness readiness = new Readiness();
  private final Map<ListenAddress, Responder> responders = new HashMap<>();
  private final AtomicLong failedReloads = new AtomicLong();

  private volatile boolean stopping;
  private volatile @Nullable Running running;
  private @Nullable AdminPages pages;
  private @Nullable EventLoopGroup upstreamLoops;
  private String refusedSha512 = "";

  /**
   * @param defaultPort for server blocks that name none; -1 for each scheme's own
   */
  public BynameServer(Path corefile, int defaultPort, Map<String, String> environment) {
    this.corefile = corefile;
    this.defaultPort = defaultPort;
    this.environment = Map.copyOf(environment);
    metrics = new Metrics(queries, Byname.Version.text(), Runtime.version().toString());
    var sourceCounts = new SourceCounts(metrics);
    pictures =
        new Pictures(
            new Sources(clocks, scheduler, sourceCounts, sourceCounts),
            clocks,
            LocalAddresses.reachable());
    forwardCounts = new ForwardCounts(metrics);
    cacheCounts = new CacheCounts(metrics);
    pluginCounts = new PluginCounts(metrics);
    hostsCounts = new HostsCounts(metrics);
    healthCheck = new HealthCheck(metrics, clocks.nanoTime(), scheduler);
    var observer = new TransportCounts(metrics);
    listeners = new Listeners(TransportOptions.defaults(), observer, scheduler);
    metrics.counter(
        MetricNames.TRANSPORT_SHED,
        Map.of("reason", "receive_queue"),
        listeners,
        all -> all.all().stream().mapToLong(Listener::receiveDrops).sum());
    metrics.counter(MetricNames.RELOAD_FAILED, Map.of(), failedReloads, AtomicLong::doubleValue);
    sourceMetrics();
    for (ClusterObject.Kind kind : ClusterObject.Kind.values()) {
      metrics.gauge(
          MetricNames.CLUSTER_OBJECTS,
          Map.of("kind", kind.apiName()),
          pictures,
          all -> all.states().stream().mapToInt(state -> state.count(kind)).sum());
    }
  }

  private void sourceMetrics() {
    metrics.gauge(
        MetricNames.SOURCE_CONNECTED,
        Map.of(),
        pictures,
        _ -> statuses().stream().allMatch(SourceStatus::connected) ? 1 : 0);
    metrics.gauge(
        MetricNames.SOURCE_EVENT_AGE,
        Map.of(),
        pictures,
        _ -> {
          long oldest =
              statuses().stream().mapToLong(SourceStatus::lastEventEpochMillis).min().orElse(0);
          return oldest == 0 ? Double.NaN : (clocks.epochMillis().getAsLong() - oldest) / 1000.0;
        });
    metrics.gauge(
        MetricNames.SOURCE_REVISION,
        Map.of(),
        pictures,
        _ -> statuses().stream().mapToDouble(SourceStatus::revision).max().orElse(0));
    metrics.counter(
        MetricNames.SOURCE_RELISTS,
        Map.of(),
        pictures,
        _ -> statuses().stream().mapToDouble(SourceStatus::relists).sum());
    metrics.counter(
        MetricNames.SOURCE_REPAIRS,
        Map.of(),
        pictures,
        _ -> statuses().stream().mapToDouble(SourceStatus::repairs).sum());
    metrics.gauge(
        MetricNames.SOURCE_UNDECODABLE,
        Map.of(),
        pictures,
        _ -> statuses().stream().mapToDouble(SourceStatus::undecodable).sum());
    metrics.gauge(MetricNames.SOURCE_STALE, Map.of(), pictures, all -> all.stale() ? 1 : 0);
  }

  /** How everything that is read from elsewhere is doing. */
  private List<SourceStatus> statuses() {
    List<SourceStatus> statuses = new ArrayList<>(pictures.statuses());
    statuses.addAll(skyDns.statuses());
    return statuses;
  }

  /**
   * Reads the configuration and opens everything.
   *
   * @throws ConfigurationException with all problems when the configuration is bad, or with the
   *     address that cannot be had
   */
  public synchronized void start() {
    var problems = new Problems();
    Configuration configuration = Configuration.read(corefile, environment, defaultPort, problems);
    problems.warnings().forEach(warning -> log.warn("{}", warning));
    if (problems.hasErrors()) {
      throw new ConfigurationException(lines(problems));
    }
    takeOver(configuration);
    log.info(
        "byname {} on Java {}, {}",
        Byname.Version.text(),
        Runtime.version().feature(),
        String.join(" ", boundAddresses()));
    reloadInterval().ifPresent(this::watchFiles);
  }

  private static Thread schedulerThread(Runnable work) {
    return Thread.ofPlatform().name("scheduler").daemon().unstarted(work);
  }

  private static String lines(Problems problems) {
    List<String> lines = problems.errors().stream().map(Problem::toString).toList();
    return String.join("\n", lines);
  }

  /**
   * Makes the configuration whole beside the old one, then switches; on failure the old one stays
   * as it is.
   */
  private void takeOver(Configuration configuration) {
    var nextPages = new AdminPages(metrics, this::notReady);
    Running next = Running.create(configuration, new Lent(nextPages));
    try {
      Map<ListenAddress, Responder> answering = new HashMap<>();
      Map<ListenAddress, ServerTable> tables = new HashMap<>();
      List<ListenerConfig> wanted = new ArrayList<>();
      next.blocks()
          .forEach((address, blocks) -> {
            var table = new ServerTable(address.label(), blocks, queries);
            Responder existing = responders.get(address);
            answering.put(
                address,
                existing != null ? existing : new Responder(table, queries, clocks.nanoTime()));
            tables.put(address, table);
            wanted.add(requireNonNull(configuration.listeners().get(address)));
          });
      next.start();
      // What cannot be had must change nothing, so pages come first; but at the start nothing is
      // there to be kept, and Java takes as long to load its HTTP server as we to answer.
      boolean atStart = running == null;
      if (!atStart) {
        admin.serve(nextPages.pages());
      }
      listeners.update(
          wanted,
          config ->
              requireNonNull(
                  answering.get(new ListenAddress(config.scheme(), config.host(), config.port()))),
          DRAIN);
      if (atStart) {
        admin.serve(nextPages.pages());
      }
      answering.forEach((address, responder) -> responder.use(requireNonNull(tables.get(address))));
      responders.clear();
      responders.putAll(answering);
    } catch (IOException | ListenException e) {
      next.close();
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      next.close();
      throw e;
    }
    Running old = running;
    running = next;
    pages = nextPages;
    healthCheck.of(nextPages.health().stream().map(admin::bound).toList());
    metrics.configuration(next.enabledPlugins(), configuration.corefile().sha512());
    if (old != null) {
      old.close();
    }
  }

  /** What a plugin may borrow. */
  private final class Lent implements PluginRuntime {
    private final AdminPages nextPages;

    Lent(AdminPages nextPages) {
      this.nextPages = nextPages;
    }

    @Override
    public LongSupplier nanoTime() {
      return clocks.nanoTime();
    }

    @Override
    public LongSupplier epochMillis() {
      return clocks.epochMillis();
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return scheduler;
    }

    @Override
    public RandomGenerator random() {
      return SECURE;
    }

    @Override
    public <T> T service(Class<T> type) {
      if (type == EventLoopGroup.class) {
        return type.cast(upstreamLoops());
      }
      for (Object candidate :
          List.of(
              nextPages,
              pictures,
              skyDns,
              DEBUG,
              forwardCounts,
              cacheCounts,
              pluginCounts,
              hostsCounts)) {
        if (type.isInstance(candidate)) {
          return type.cast(candidate);
        }
      }
      throw new IllegalStateException("nobody provides " + type.getName());
    }
  }

  /** The system's generator, looked for when it is first needed: that takes a while. */
  private static final class Secure {
    static final RandomGenerator RANDOM = new SecureRandom();
  }

  private static final RandomGenerator SECURE = () -> Secure.RANDOM.nextLong();
  private static final LogLevel DEBUG = Logging::debug;

  /** Made for the first plugin that asks elsewhere; a server of one cluster needs none. */
  private synchronized EventLoopGroup upstreamLoops() {
    EventLoopGroup loops = upstreamLoops;
    if (loops == null) {
      loops =
          new MultiThreadIoEventLoopGroup(
              UPSTREAM_LOOPS,
              new DefaultThreadFactory("upstream", true),
              Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
      upstreamLoops = loops;
    }
    return loops;
  }

  /** What {@code /ready} says. */
  private List<String> notReady(boolean continuously) {
    if (stopping) {
      return List.of("shutting down");
    }
    Running current = running;
    return current == null
        ? List.of("starting")
        : readiness.notReady(current.pluginNames(), current.waiting(), continuously);
  }

  // ---- reload

  private Optional<ReloadConfig> reloadInterval() {
    Running current = running;
    return current == null
        ? Optional.empty()
        : current.configuration().blocks().stream()
            .flatMap(block -> block.config(ReloadConfig.class).stream())
            .findFirst();
  }

  private void watchFiles(ReloadConfig reload) {
    long jitter = reload.jitter().toNanos();
    long delay =
        reload.interval().toNanos()
            - (jitter > 0 ? ThreadLocalRandom.current().nextLong(jitter) : 0);
    var _ =
        scheduler.schedule(
            () -> {
              reload(false);
              if (!stopping) {
                reloadInterval().ifPresent(this::watchFiles);
              }
            },
            delay,
            TimeUnit.NANOSECONDS);
  }

  /**
   * Lets the files' present content take over, if it differs from what runs. A bad configuration is
   * logged with all its problems, counted, and not tried again until it changes.
   *
   * @param always also when nothing has changed
   * @return whether the present content runs now
   */
  public synchronized boolean reload(boolean always) {
    Running current = running;
    if (stopping || current == null) {
      return false;
    }
    var problems = new Problems();
    Configuration next = Configuration.read(corefile, environment, defaultPort, problems);
    String sha512 = next.corefile().sha512();
    if (!always
        && (sha512.equals(current.configuration().corefile().sha512())
            || sha512.equals(refusedSha512))) {
      return sha512.equals(current.configuration().corefile().sha512());
    }
    try {
      if (problems.hasErrors()) {
        throw new ConfigurationException(lines(problems));
      }
      takeOver(next);
      refusedSha512 = "";
      log.info("configuration reloaded from {}, sha512={}", corefile, sha512);
      return true;
    } catch (ConfigurationException e) {
      refusedSha512 = sha512;
      failedReloads.incrementAndGet();
      log.error("the new configuration is refused, the old one goes on:\n{}", e.getMessage());
      return false;
    }
  }

  // ---- state

  /** {@code dns://127.0.0.1:1053}, with the ports really bound. */
  public List<String> boundAddresses() {
    return listeners.all().stream().map(Listener::toString).toList();
  }

  public Listeners listeners() {
    return listeners;
  }

  /**
   * Where a page is served, with the port really bound: {@code 127.0.0.1:9153/metrics}.
   *
   * @throws IllegalArgumentException when no page has that path
   */
  public synchronized String adminAddress(String path) {
    AdminPages current = pages;
    if (current != null) {
      for (var address : current.pages().entrySet()) {
        if (address.getValue().containsKey(path)) {
          return HttpAddress.print(admin.bound(address.getKey())) + path;
        }
      }
    }
    throw new IllegalArgumentException("nothing is served at " + path);
  }

  /** Whether every picture is complete. */
  public boolean synced() {
    return pictures.states().stream().allMatch(ClusterState::synced);
  }

  /**
   * Fails {@code /ready}, goes on answering for the lameduck time, waits up to five seconds for the
   * answers of what is in flight, and ends. An interrupt ends the lameduck time and nothing else;
   * the thread keeps it.
   */
  public void stop() {
    Duration lameduck;
    boolean interrupted = false;
    synchronized (this) {
      if (stopping) {
        return;
      }
      stopping = true;
      AdminPages current = pages;
      lameduck = current == null ? Duration.ZERO : current.lameduck();
    }
    if (lameduck.isPositive()) {
      log.info("stopping; answering for another {} ms", lameduck.toMillis());
      try {
        var over = new CountDownLatch(1);
        var _ = scheduler.schedule(over::countDown, lameduck.toNanos(), TimeUnit.NANOSECONDS);
        over.await();
      } catch (InterruptedException hurry) {
        interrupted = true;
      }
    }
    close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    stopping = true;
    boolean drained = listeners.close(DRAIN);
    Running current = running;
    if (current != null) {
      current.close();
      running = null;
      log.info("stopped{}", drained ? "" : "; some queries were not answered in time");
    }
    pictures.close();
    skyDns.close();
    healthCheck.close();
    admin.close();
    EventLoopGroup loops = upstreamLoops;
    if (loops != null) {
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
    scheduler.shutdownNow();
    metrics.close();
  }
}
