package dev.byname.source.kubernetes;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterWriter;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.ServiceView;
import dev.byname.source.SourceStatus;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Pace;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** A source with a picture of its own, at a pace for tests: seconds become hundredths. */
final class KubernetesHarness implements AutoCloseable {
  /** No comparisons: what they would repair must be seen without them. */
  static final Pace QUICK =
      new Pace(
          Duration.ofMillis(5),
          Duration.ofMillis(100),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ZERO,
          Duration.ofMillis(100),
          Duration.ofMillis(50));

  final ClusterState state = new ClusterState(() -> 1);
  final ClusterWriter writer = new ClusterWriter(state, "test");
  final Map<String, String> environment = new ConcurrentHashMap<>();
  final List<String> latencies = new CopyOnWriteArrayList<>();
  RequestObserver requests = RequestObserver.NONE;
  final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  final Timing timing =
      new Timing(InstantSource.system(), System::nanoTime, scheduler, RandomGenerator.getDefault());
  private KubernetesSource source;

  static Pace withDigest(Pace pace) {
    return new Pace(
        pace.backoffMin(),
        pace.backoffMax(),
        pace.answerWithin(),
        pace.listSilence(),
        pace.watchSilence(),
        pace.watchDuration(),
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        pace.probeEvery());
  }

  static Pace withAnswerWithin(Pace pace, Duration limit) {
    return new Pace(
        pace.backoffMin(),
        pace.backoffMax(),
        limit,
        pace.listSilence(),
        pace.watchSilence(),
        pace.watchDuration(),
        pace.digestEvery(),
        pace.digestGrace(),
        pace.probeEvery());
  }

  static Pace withListSilence(Pace pace, Duration silence) {
    return new Pace(
        pace.backoffMin(),
        pace.backoffMax(),
        pace.answerWithin(),
        silence,
        pace.watchSilence(),
        pace.watchDuration(),
        pace.digestEvery(),
        pace.digestGrace(),
        pace.probeEvery());
  }

  static Pace withWatchSilence(Pace pace, Duration silence) {
    return new Pace(
        pace.backoffMin(),
        pace.backoffMax(),
        pace.answerWithin(),
        pace.listSilence(),
        silence,
        pace.watchDuration(),
        pace.digestEvery(),
        pace.digestGrace(),
        pace.probeEvery());
  }

  static KubernetesSourceConfig config(URI server) {
    return config(new Access.Endpoint(server, null), QUICK);
  }

  /** Everything on, pages of two objects, no brake. */
  static KubernetesSourceConfig config(Access access, Pace pace) {
    return new KubernetesSourceConfig(
        access, java.util.Set.of(), "", "", true, false, false, false, 10_000, 10_000, 0, 2, pace);
  }

  KubernetesSource start(KubernetesSourceConfig config) {
    try {
      source =
          KubernetesSource.create(
              config,
              state,
              writer,
              timing,
              environment::get,
              "byname-test",
              (kind, since) -> latencies.add(kind.label()),
              requests);
    } catch (AccessException wrong) {
      throw new AssertionError(wrong);
    }
    source.start();
    return source;
  }

  KubernetesSource start(KubernetesSourceConfig config, Function<Pace, Pace> pace) {
    return start(
        new KubernetesSourceConfig(
            config.access(),
            config.namespaces(),
            config.namespaceLabels(),
            config.labels(),
            config.endpoints(),
            config.pods(),
            config.multicluster(),
            config.podNames(),
            config.requestsPerSecond(),
            config.requestBurst(),
            config.requestsInFlightMax(),
            config.pageSize(),
            pace.apply(config.pace())));
  }

  SourceStatus status() {
    return source.status();
  }

  void awaitSynced() {
    eventually(() -> {
      if (!state.synced()) {
        throw new AssertionError("not synced: " + source.status().detail());
      }
    });
  }

  /**
   * The first cluster address of a service in {@code default}; empty when there is no such service.
   */
  String clusterIp(String name) {
    ServiceView view = state.service(new ObjectKey("default", name));
    return view == null || view.service() == null
        ? ""
        : view.service().clusterIps().getFirst().toString();
  }

  /** The endpoint addresses of a service in {@code default}, in order. */
  List<String> endpoints(String name) {
    ServiceView view = state.service(new ObjectKey("default", name));
    var addresses = new ArrayList<String>();
    if (view != null) {
      view.slices()
          .forEach(slice -> {
            for (int i = 0; i < slice.size(); i++) {
              addresses.add(slice.address(i).toString());
            }
          });
    }
    return addresses;
  }

  static void eventually(ThrowingRunnable assertion) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .pollDelay(Duration.ZERO)
        .untilAsserted(assertion);
  }

  @Override
  public void close() {
    if (source != null) {
      source.close();
    }
    writer.close();
    scheduler.shutdownNow();
  }
}
