package dev.byname.source.etcd;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterWriter;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ProgrammingLatency;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A picture that an {@link EtcdSource} keeps up to date from a real etcd, and what to write. */
final class LiveCluster implements AutoCloseable {
  /** Far above what anything takes, so that only a fault fails. */
  private static final Duration LIMIT = Duration.ofSeconds(45);

  final ClusterState state = new ClusterState(() -> 0);
  final EtcdSource source;
  final ClusterWriter writer = new ClusterWriter(state, "test");
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("etcd-source").daemon().factory());

  LiveCluster(EtcdSourceConfig config) {
    this(config, true);
  }

  private LiveCluster(EtcdSourceConfig config, boolean started) {
    source =
        new EtcdSource(
            config,
            DecodeOptions.ALL,
            writer,
            state,
            scheduler,
            InstantSource.system(),
            new Random(),
            ProgrammingLatency.NONE);
    if (started) {
      source.start();
    }
  }

  LiveCluster(List<URI> endpoints) {
    this(endpoints, true);
  }

  /**
   * @param started false when the test starts the source
   */
  LiveCluster(List<URI> endpoints, boolean started) {
    this(EtcdSourceConfig.of(EtcdConnectionConfig.of(endpoints.toArray(URI[]::new))), started);
  }

  Set<String> serviceNames() {
    var names = new java.util.TreeSet<String>();
    state.keys(Kind.SERVICE).forEach(key -> names.add(key.name()));
    return names;
  }

  void awaitSynced() {
    await("the first list", state::synced);
  }

  void awaitConnected() {
    await("a connection", () -> source.status().connected());
  }

  void awaitServices(String... names) {
    await("services " + List.of(names), () -> serviceNames().equals(Set.of(names)));
  }

  void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    try {
      Awaitility.await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
    } catch (org.awaitility.core.ConditionTimeoutException timeout) {
      throw new AssertionError(
          what
              + " not seen; "
              + source.status()
              + ", "
              + state.keys(Kind.SERVICE).size()
              + " services",
          timeout);
    }
  }

  static String key(String name) {
    return "/registry/services/specs/shop/" + name;
  }

  static String service(String name, String address) {
    return """
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"shop"},\
    "spec":{"clusterIP":"%s","ports":[{"port":80}]}}\
    """
        .formatted(name, address);
  }

  @Override
  public void close() throws InterruptedException {
    source.close();
    scheduler.shutdownNow();
    if (!scheduler.awaitTermination(10, TimeUnit.SECONDS)) {
      throw new AssertionError("the source does not end");
    }
    writer.close();
  }
}
