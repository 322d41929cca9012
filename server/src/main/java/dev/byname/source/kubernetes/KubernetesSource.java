package dev.byname.source.kubernetes;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.LabelSelector;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.DecodeOptions;
import dev.byname.source.Decoded;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.ProgrammingLatency;
import dev.byname.source.Source;
import dev.byname.source.SourceStatus;
import dev.byname.source.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The picture of the cluster as its API server has it, kept up by one {@link ResourceWatch} per
 * resource (and per namespace, where namespaces are named).
 *
 * <p>Threads, all virtual and all ended by {@link #close}: one per watch, one that supervises which
 * endpoints API is read, one that compares with the API.
 */
public final class KubernetesSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(KubernetesSource.class);

  /** The first release whose API servers begin a watch with the list, where they do (KEP-3157). */
  private static final int STREAMED_LISTS_SINCE_MINOR = 32;

  private static final Pattern RELEASE = Pattern.compile("^v1\\.(\\d{1,4})");

  /** Objects whose mistakes are logged; the rest is only counted. */
  private static final int NAMED_UNDECODABLE_MAX = 1000;

  private static final int DISCOVERY_BYTES_MAX = 1 << 20;

  private static final int END_SECONDS_MAX = 5;

  /** Extensions of a comparison's grace while the watch is on its way. */
  private static final int GRACES_MAX = 6;

  /** Where endpoints come from. */
  private enum EndpointsApi {
    NONE,
    ENDPOINT_SLICES,
    ENDPOINTS
  }

  private final KubernetesSourceConfig config;
  private final ClusterState state;
  private final ClusterSink sink;
  private final Timing timing;
  private final ApiClient api;
  private final String origin;
  private final ExecutorService threads;
  private final ObjectDecoder decoder;
  private final ProgrammingLatency.Recorder latency;
  private final ReadingHealth health;
  private final Watches owner = new Watches();

  private final List<ResourceWatch> watches = new CopyOnWriteArrayList<>();
  private final Set<ResourceWatch> unlisted = ConcurrentHashMap.newKeySet();
  private final Set<String> namedUndecodable = ConcurrentHashMap.newKeySet();
  private final AtomicLong heardEpochMillis = new AtomicLong();
  private final AtomicLong relists = new AtomicLong();
  private final AtomicLong repairs = new AtomicLong();
  private final AtomicBoolean streamsLists = new AtomicBoolean();
  private final AtomicBoolean slicesMissing = new AtomicBoolean();
  private final AtomicBoolean synced = new AtomicBoolean();
  private final Semaphore supervision = new Semaphore(0);
  private final Semaphore comparison = new Semaphore(0);
  private volatile EndpointsApi endpointsApi = EndpointsApi.NONE;
  private volatile String serverVersion = "";
  private volatile boolean watching;
  private volatile boolean closed;

  private KubernetesSource(
      KubernetesSourceConfig config,
      ClusterState state,
      ClusterSink sink,
      Timing timing,
      ApiClient api,
      ExecutorService threads,
      ProgrammingLatency latency) {
    this.config = config;
    this.state = state;
    this.sink = sink;
    this.timing = timing;
    this.api = api;
    origin = "the Kubernetes API at " + api.server();
    this.threads = threads;
    // The API server has selected by labels already.
    decoder =
        new ObjectDecoder(
            new DecodeOptions(
                LabelSelector.EVERYTHING,
                config.endpoints(),
                config.pods(),
                config.podNames(),
                config.multicluster()));
    this.latency = new ProgrammingLatency.Recorder(state, timing.clock(), latency);
    health = new ReadingHealth(log, () -> api.server().toString());
  }

  /**
   * Makes a source; {@link #start} begins reading.
   *
   * @param state what {@code sink} fills. Objects that are in it at the start, from a snapshot, are
   *     answered until the first list says otherwise
   * @param environment a variable of the environment, null when unset
   * @param userAgent as the API server's audit log shall name us
   * @throws AccessException when the way to the API server is described wrongly: a missing file, a
   *     certificate without its key, a context that does not exist. A server that cannot be reached
   *     is no error
   */
  public static KubernetesSource create(
      KubernetesSourceConfig config,
      ClusterState state,
      ClusterSink sink,
      Timing timing,
      Function<String, @Nullable String> environment,
      String userAgent,
      ProgrammingLatency latency,
      RequestObserver requests)
      throws AccessException {
    var limits =
        new RequestLimits(
            config.requestsPerSecond(),
            config.requestBurst(),
            config.requestsInFlightMax(),
            timing);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kubernetes-", 0).factory());
    var api =
        new ApiClient(
            config.access(),
            environment,
            limits,
            timing,
            threads,
            config.pace().answerWithin(),
            userAgent,
            requests);
    return new KubernetesSource(config, state, sink, timing, api, threads, latency);
  }

  @Override
  public void start() {
    latency.start();
    threads.execute(this::supervise);
    if (!config.pace().digestEvery().isZero()) {
      threads.execute(this::compareForEver);
    }
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public SourceStatus status() {
    long revision = 0;
    for (ResourceWatch watch : watches) {
      revision = Math.max(revision, watch.position());
    }
    return new SourceStatus(
        watching && unlisted.isEmpty() && health.failures().isEmpty(),
        detail(),
        heardEpochMillis.get(),
        revision,
        relists.get(),
        repairs.get(),
        watches.stream().mapToLong(ResourceWatch::undecodable).sum());
  }

  @Override
  public void close() {
    closed = true;
    latency.close();
    watches.forEach(ResourceWatch::close);
    threads.shutdownNow();
    api.close();
    try {
      // They use the scheduler and the sink, which their owner closes next.
      if (!threads.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        log.warn("kubernetes source: its threads have not ended in {} s", END_SECONDS_MAX);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private String detail() {
    String server = api.server() + (serverVersion.isEmpty() ? "" : " (" + serverVersion + ")");
    String failures = health.description();
    if (!watching || !unlisted.isEmpty()) {
      String missing =
          String.join(", ", unlisted.stream().map(ResourceWatch::name).sorted().toList());
      return "waiting for "
          + (missing.isEmpty() ? "the API server" : "the first list of " + missing + " from")
          + " "
          + server
          + (failures.isEmpty() ? "" : ": " + failures);
    }
    if (!failures.isEmpty()) {
      return server + ": " + failures + "; serving the last picture";
    }
    return server
        + switch (endpointsApi) {
          case NONE -> ", without endpoints";
          case ENDPOINT_SLICES -> "";
          case ENDPOINTS -> ", endpoints from core/v1 Endpoints";
        };
  }

  // Supervision: what is read, and the switch between the two APIs of endpoints.

  private void supervise() {
    try {
      EndpointsApi found = discover();
      begin(found);
      while (!closed) {
        switch (endpointsApi) {
          case NONE -> {
            return;
          }
          case ENDPOINT_SLICES -> {
            supervision.acquire();
            if (!slicesMissing.getAndSet(false)) {
              continue;
            }
          }
          case ENDPOINTS -> timing.pause(timing.stretched(config.pace().probeEvery(), 0.2));
        }
        EndpointsApi served = discover();
        if (served != endpointsApi) {
          switchTo(served);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks until there is an answer. */
  private EndpointsApi discover() throws InterruptedException {
    var backoff =
        new Backoff(config.pace().backoffMin(), config.pace().backoffMax(), timing.random());
    while (true) {
      try {
        askVersion();
        EndpointsApi found = config.endpoints() ? askEndpointsApi() : EndpointsApi.NONE;
        health.working("discovery");
        return found;
      } catch (ApiFailure failure) {
        if (closed) {
          throw new InterruptedException();
        }
        health.failing("discovery", failure.reason());
        timing.pause(
            backoff.next(
                failure instanceof ApiFailure.Busy busy ? busy.retryAfter() : Duration.ZERO));
      }
    }
  }

  private void askVersion() throws ApiFailure, InterruptedException {
    try {
      JsonNode version = json("/version");
      serverVersion = version.path("gitVersion").asString("");
      var release = RELEASE.matcher(serverVersion);
      streamsLists.set(
          release.find() && Integer.parseInt(release.group(1)) >= STREAMED_LISTS_SINCE_MINOR);
    } catch (ApiFailure.Forbidden | ApiFailure.NotServed hidden) {
      serverVersion = "";
      streamsLists.set(false);
    }
  }

  private EndpointsApi askEndpointsApi() throws ApiFailure, InterruptedException {
    try {
      for (JsonNode served : json(Resource.ENDPOINT_SLICES.groupPath()).path("resources")) {
        if (served.path("name").asString("").equals(Resource.ENDPOINT_SLICES.plural())) {
          return EndpointsApi.ENDPOINT_SLICES;
        }
      }
      return EndpointsApi.ENDPOINTS;
    } catch (ApiFailure.NotServed old) {
      return EndpointsApi.ENDPOINTS;
    } catch (ApiFailure.Forbidden hidden) {
      return probeSlices();
    }
  }

  /** Discovery is open to everybody by default; where it is not, a list of one object tells. */
  private EndpointsApi probeSlices() throws ApiFailure, InterruptedException {
    String namespace = config.namespaces().stream().sorted().findFirst().orElse("");
    try {
      ApiClient.closeQuietly(
          api.get(Resource.ENDPOINT_SLICES.path(namespace) + "?limit=1", "application/json"));
      return EndpointsApi.ENDPOINT_SLICES;
    } catch (ApiFailure.NotServed old) {
      return EndpointsApi.ENDPOINTS;
    } catch (ApiFailure.Forbidden denied) {
      // RBAC answers before it is known whether there are slices: what works, stays; at the start
      // the watch will say what is not allowed.
      return endpointsApi == EndpointsApi.ENDPOINTS
          ? EndpointsApi.ENDPOINTS
          : EndpointsApi.ENDPOINT_SLICES;
    }
  }

  private JsonNode json(String path) throws ApiFailure, InterruptedException {
    try {
      byte[] body = api.readShort(api.get(path, "application/json"), DISCOVERY_BYTES_MAX);
      owner.heard();
      return JsonMapper.shared().readTree(body);
    } catch (IOException broken) {
      throw new ApiFailure.Unreachable("the connection broke in mid-answer");
    } catch (JacksonException broken) {
      throw new ApiFailure.Unexpected("answered with broken JSON");
    }
  }

  private void begin(EndpointsApi found) {
    var first = new ArrayList<ResourceWatch>();
    first.addAll(watchesOf(Resource.SERVICES));
    first.addAll(watchesOf(Resource.NAMESPACES));
    first.addAll(endpointWatches(found));
    if (config.pods()) {
      first.addAll(watchesOf(Resource.PODS));
    }
    if (config.multicluster()) {
      first.addAll(watchesOf(Resource.SERVICE_IMPORTS));
    }
    for (ResourceWatch watch : first) {
      seed(watch);
    }
    endpointsApi = found;
    unlisted.addAll(first);
    watches.addAll(first);
    watching = true;
    first.forEach(threads::execute);
  }

  /**
   * Reads endpoints from the other API. The old one is read until the new one is complete, so that
   * no endpoint is missing in between; the picture prefers slices where it has both.
   */
  private void switchTo(EndpointsApi served) throws InterruptedException {
    log.info(
        "kubernetes API {} {}",
        api.server(),
        served == EndpointsApi.ENDPOINT_SLICES
            ? "now serves discovery.k8s.io/v1: reading EndpointSlices instead of Endpoints"
            : "does not serve discovery.k8s.io/v1: reading core/v1 Endpoints");
    EndpointsApi previous = endpointsApi;
    List<ResourceWatch> before =
        watches.stream()
            .filter(watch ->
                watch.resource() == Resource.ENDPOINT_SLICES
                    || watch.resource() == Resource.ENDPOINTS)
            .toList();
    List<ResourceWatch> after = endpointWatches(served);
    after.forEach(this::seed);
    endpointsApi = served;
    unlisted.addAll(after);
    // Those that never got a list need not be waited for any longer.
    before.forEach(unlisted::remove);
    watches.addAll(after);
    after.forEach(threads::execute);
    while (after.stream().anyMatch(unlisted::contains)) {
      supervision.acquire();
      if (after.stream().anyMatch(unlisted::contains) && discover() != served) {
        log.info("kubernetes API {} has changed its mind", api.server());
        endpointsApi = previous;
        retire(after);
        return;
      }
    }
    retire(before);
  }

  /** Ends readers and takes back what they have put. */
  private void retire(List<ResourceWatch> retired) throws InterruptedException {
    for (ResourceWatch watch : retired) {
      watches.remove(watch);
      unlisted.remove(watch);
      watch.close();
      watch.withdraw();
      health.working(watch.name());
    }
  }

  private List<ResourceWatch> endpointWatches(EndpointsApi from) {
    return switch (from) {
      case NONE -> List.of();
      case ENDPOINT_SLICES -> watchesOf(Resource.ENDPOINT_SLICES);
      case ENDPOINTS -> watchesOf(Resource.ENDPOINTS);
    };
  }

  private List<ResourceWatch> watchesOf(Resource resource) {
    if (config.namespaces().isEmpty()) {
      return List.of(watch(resource, "", fieldSelector(resource)));
    }
    return config.namespaces().stream()
        .sorted()
        .map(namespace ->
            resource == Resource.NAMESPACES
                ? watch(resource, "", "metadata.name=" + namespace)
                : watch(resource, namespace, fieldSelector(resource)))
        .toList();
  }

  private static String fieldSelector(Resource resource) {
    // What the decoder would leave out need not be sent; CoreDNS selects the same.
    return resource == Resource.PODS
        ? "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown"
        : "";
  }

  private ResourceWatch watch(Resource resource, String namespace, String fieldSelector) {
    String labelSelector =
        switch (resource) {
          case SERVICES, ENDPOINT_SLICES, ENDPOINTS, PODS -> config.labels();
          case NAMESPACES -> config.namespaceLabels();
          case SERVICE_IMPORTS -> "";
        };
    return new ResourceWatch(
        resource,
        namespace,
        labelSelector,
        fieldSelector,
        config.pageSize(),
        api,
        sink,
        owner,
        timing,
        config.pace());
  }

  // What a snapshot has put into the picture before us.

  private void seed(ResourceWatch watch) {
    for (ObjectKey part : state.keys(watch.resource().kind())) {
      if (watch.covers(wholeKey(part))) {
        watch.known().seed(wholeKey(part), partNumber(part) + 1);
      }
    }
  }

  private void removeStrangers() {
    for (Kind kind : Kind.values()) {
      Collection<ResourceWatch> readers =
          watches.stream().filter(watch -> watch.resource().kind() == kind).toList();
      for (ObjectKey part : state.keys(kind)) {
        if (readers.stream().noneMatch(watch -> watch.covers(wholeKey(part)))) {
          sink.remove(kind, part);
        }
      }
    }
  }

  /** See {@link ObjectDecoder#partKey}. */
  private static ObjectKey wholeKey(ObjectKey part) {
    int slash = part.name().indexOf('/');
    return slash < 0 ? part : new ObjectKey(part.namespace(), part.name().substring(0, slash));
  }

  private static int partNumber(ObjectKey part) {
    int slash = part.name().indexOf('/');
    return slash < 0 ? 0 : Integer.parseInt(part.name().substring(slash + 1));
  }

  // Comparison.

  private void compareForEver() {
    Duration took = Duration.ZERO;
    try {
      while (!closed) {
        // At most half of the requests we are allowed.
        Duration fair =
            Duration.ofNanos((long) (watches.size() * 2e9 / config.requestsPerSecond()));
        Duration wait =
            timing.stretched(comparisonPause(config.pace().digestEvery(), fair, took), 0.1);
        var alarm =
            timing
                .scheduler()
                .schedule(() -> comparison.release(), wait.toNanos(), TimeUnit.NANOSECONDS);
        comparison.acquire();
        alarm.cancel(false);
        comparison.drainPermits();
        took = compareAll();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Keys and versions of 20,000 Pods are 49 MB, because the API sends all of their metadata: a
   * second of work here and at the API server, for each replica. So comparing takes a twentieth of
   * the time where it can, and a lost event is still repaired within a minute.
   *
   * @param every the pause where comparing takes no time to speak of
   * @param fair the least that the limit of requests allows
   * @param took reading the last time
   */
  static Duration comparisonPause(Duration every, Duration fair, Duration took) {
    Duration modest = took.multipliedBy(20);
    Duration longest = every.multipliedBy(2);
    Duration wanted = longer(every, modest.compareTo(longest) < 0 ? modest : longest);
    return longer(wanted, fair);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private record Suspicion(ResourceWatch watch, ResourceWatch.Comparison comparison) {}

  /** Returns the time it took to read what was read. */
  private Duration compareAll() throws InterruptedException {
    Duration took = Duration.ZERO;
    var suspicions = new ArrayList<Suspicion>();
    for (ResourceWatch watch : watches) {
      try {
        long begunNanos = timing.nanoTime().getAsLong();
        ResourceWatch.Comparison found = watch.compare();
        // A failure's time is not counted: it must not put off the comparison after it.
        took = took.plusNanos(timing.nanoTime().getAsLong() - begunNanos);
        if (found != null) {
          suspicions.add(new Suspicion(watch, found));
        }
        health.working("comparison of " + watch.name());
      } catch (ApiFailure.Busy | ApiFailure.NotServed later) {
        log.debug("kubernetes {}: not compared: {}", watch.name(), later.reason());
      } catch (ApiFailure failure) {
        if (closed) {
          throw new InterruptedException();
        }
        health.failing("comparison of " + watch.name(), failure.reason());
      }
    }
    for (int grace = 0; grace < GRACES_MAX && !suspicions.isEmpty(); grace++) {
      timing.pause(config.pace().digestGrace());
      suspicions.removeIf(suspicion -> {
        int lost = suspicion.watch().judge(suspicion.comparison());
        repairs.addAndGet(Math.max(0, lost));
        return lost >= 0;
      });
    }
    return took;
  }

  /** What the watches tell. */
  private final class Watches implements ResourceWatch.Owner {
    @Override
    public Decoded decode(Tree object, Resource resource) {
      synchronized (decoder) {
        return decoder.decodeObject(object, resource.apiVersion(), resource.kind().apiName());
      }
    }

    @Override
    public void listed(ResourceWatch watch) {
      log.debug(
          "kubernetes {}: first list complete, {} objects", watch.name(), watch.known().size());
      unlisted.remove(watch);
      supervision.release();
      if (unlisted.isEmpty() && synced.compareAndSet(false, true)) {
        removeStrangers();
        sink.synced();
        log.info("kubernetes API {}: the picture is complete", detail());
      }
    }

    @Override
    public void relisted(ResourceWatch watch) {
      relists.incrementAndGet();
    }

    @Override
    public void failing(ResourceWatch watch, String reason) {
      if (!closed) {
        health.failing(watch.name(), reason);
      }
    }

    @Override
    public void working(ResourceWatch watch) {
      health.working(watch.name());
    }

    @Override
    public void heard(ResourceWatch watch) {
      heard();
    }

    void heard() {
      heardEpochMillis.set(timing.clock().millis());
    }

    @Override
    public void undecodable(Resource resource, ObjectKey key, String problem) {
      if (namedUndecodable.size() < NAMED_UNDECODABLE_MAX
          && namedUndecodable.add(resource.kind() + " " + key)) {
        log.warn("kubernetes {} {} is passed over: {}", resource.plural(), key, problem);
      }
    }

    @Override
    public void suspicious(ResourceWatch watch) {
      log.debug("kubernetes {}: events in the wrong order", watch.name());
      comparison.release();
    }

    @Override
    public boolean notServed(ResourceWatch watch) {
      return switch (watch.resource()) {
        case SERVICE_IMPORTS -> true; // the custom resource may be installed later
        case ENDPOINT_SLICES -> {
          slicesMissing.set(true);
          supervision.release();
          yield false;
        }
        case SERVICES, ENDPOINTS, NAMESPACES, PODS -> false;
      };
    }

    @Override
    public boolean streamsLists() {
      return streamsLists.get();
    }

    @Override
    public void cannotStreamLists() {
      streamsLists.set(false);
    }

    @Override
    public void changing(Tree object, Decoded.Objects decoded) {
      latency.changing(object, decoded.objects());
    }
  }
}
