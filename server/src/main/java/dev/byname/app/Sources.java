package dev.byname.app;

import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.LabelSelectors;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.plugin.kubernetes.PictureSource.ApiLimits;
import dev.byname.plugin.kubernetes.PictureSource.Origin;
import dev.byname.plugin.kubernetes.PictureSource.Tls;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ProgrammingLatency;
import dev.byname.source.Source;
import dev.byname.source.SourceStatus;
import dev.byname.source.etcd.EtcdConnectionConfig;
import dev.byname.source.etcd.EtcdSource;
import dev.byname.source.etcd.EtcdSourceConfig;
import dev.byname.source.kubernetes.AccessException;
import dev.byname.source.kubernetes.KubernetesSource;
import dev.byname.source.kubernetes.KubernetesSourceConfig;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Pace;
import dev.byname.source.kubernetes.RequestObserver;
import dev.byname.source.kubernetes.Timing;
import dev.byname.source.manifests.ManifestsSource;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes sources out of their descriptions. */
final class Sources implements SourceFactory {
  private static final Duration RESCAN_INTERVAL = Duration.ofSeconds(10);

  private final Clocks clocks;
  private final ScheduledExecutorService scheduler;
  private final ProgrammingLatency latency;
  private final RequestObserver requests;

  /**
   * @param latency told how long changes of endpoints took to arrive
   * @param requests told of requests to the Kubernetes API
   */
  Sources(
      Clocks clocks,
      ScheduledExecutorService scheduler,
      ProgrammingLatency latency,
      RequestObserver requests) {
    this.clocks = clocks;
    this.scheduler = scheduler;
    this.latency = latency;
    this.requests = requests;
  }

  @Override
  public Source create(PictureSource from, ClusterState state, ClusterSink sink) {
    try {
      return switch (from.origin()) {
        case Origin.Manifests(Path folder) -> manifests(folder, options(from), state, sink);
        case Origin.Etcd etcd -> etcd(etcd, options(from), state, sink);
        case Origin.InCluster(ApiLimits limits) ->
            api(new Access.InCluster(Access.InCluster.SERVICE_ACCOUNT), limits, from, state, sink);
        case Origin.Kubeconfig(Path file, String context, ApiLimits limits) ->
            api(
                new Access.Kubeconfig(file, context.isEmpty() ? null : context),
                limits,
                from,
                state,
                sink);
        case Origin.ApiServer(String url, Tls tls, ApiLimits limits) ->
            api(new Access.Endpoint(URI.create(url), apiTls(tls)), limits, from, state, sink);
      };
    } catch (IllegalArgumentException | AccessException e) {
      throw new ConfigurationException("kubernetes: " + e.getMessage(), e);
    }
  }

  private static DecodeOptions options(PictureSource from) {
    return new DecodeOptions(
        LabelSelectors.parse(from.labels()),
        from.endpoints(),
        from.pods(),
        from.podNames(),
        from.multicluster());
  }

  private Source api(
      Access access, ApiLimits limits, PictureSource from, ClusterState state, ClusterSink sink)
      throws AccessException {
    var config =
        new KubernetesSourceConfig(
            access,
            from.namespaces(),
            from.namespaceLabels(),
            from.labels(),
            from.endpoints(),
            from.pods(),
            from.multicluster(),
            from.podNames(),
            limits.requestsPerSecond() > 0
                ? limits.requestsPerSecond()
                : KubernetesSourceConfig.DEFAULT_REQUESTS_PER_SECOND,
            limits.burst() > 0 ? limits.burst() : KubernetesSourceConfig.DEFAULT_REQUEST_BURST,
            limits.inFlightMax(),
            KubernetesSourceConfig.DEFAULT_PAGE_SIZE,
            Pace.DEFAULT);
    var timing = new Timing(clocks.instants(), clocks.nanoTime(), scheduler, new SecureRandom());
    return KubernetesSource.create(
        config,
        state,
        sink,
        timing,
        System::getenv,
        "byname/" + Byname.Version.text(),
        latency,
        requests);
  }

  private static Access.@Nullable Tls apiTls(@Nullable Tls tls) {
    if (tls == null || tls.certificate() == null || tls.key() == null || tls.ca() == null) {
      return null;
    }
    return new Access.Tls(tls.certificate(), tls.key(), tls.ca());
  }

  private Source etcd(
      Origin.Etcd etcd, DecodeOptions options, ClusterState state, ClusterSink sink) {
    Logging.quietGrpc();
    var connection =
        EtcdConnectionConfig.of(etcd.endpoints().stream().map(URI::create).toArray(URI[]::new));
    if (etcd.tls() != null) {
      connection =
          connection.withTls(
              new EtcdConnectionConfig.Tls(
                  etcd.tls().ca(), etcd.tls().certificate(), etcd.tls().key(), null));
    }
    if (!etcd.user().isEmpty()) {
      connection =
          connection.withCredentials(
              new EtcdConnectionConfig.Credentials(etcd.user(), etcd.password()));
    }
    // The source waits when its changes are not taken yet; nobody else may wait with it.
    ScheduledExecutorService own =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("source-etcd").daemon().factory());
    var source =
        new EtcdSource(
            new EtcdSourceConfig(
                connection, etcd.prefix(), EtcdSourceConfig.DEFAULT_CHECK_INTERVAL),
            options,
            sink,
            state,
            own,
            clocks.instants(),
            new SecureRandom(),
            latency);
    return new WithThread(source, own);
  }

  /** A source and the thread that only it uses. */
  private record WithThread(Source source, ScheduledExecutorService thread) implements Source {
    @Override
    public void start() {
      source.start();
    }

    @Override
    public String origin() {
      return source.origin();
    }

    @Override
    public SourceStatus status() {
      return source.status();
    }

    @Override
    public void close() {
      source.close();
      thread.shutdownNow();
    }
  }

  private Source manifests(
      Path folder, DecodeOptions options, ClusterState state, ClusterSink sink) {
    return new ManifestsSource(
        folder,
        options,
        sink,
        state,
        new ManifestsSource.Time() {
          @Override
          public long epochMillis() {
            return clocks.epochMillis().getAsLong();
          }

          @Override
          public long nanoTime() {
            return clocks.nanoTime().getAsLong();
          }

          @Override
          public ManifestsSource.Repetition repeatRescan(Runnable rescan) {
            var repeated =
                scheduler.scheduleWithFixedDelay(
                    rescan,
                    RESCAN_INTERVAL.toMillis(),
                    RESCAN_INTERVAL.toMillis(),
                    TimeUnit.MILLISECONDS);
            return () -> repeated.cancel(false);
          }
        });
  }
}
