package dev.byname.source.kubernetes;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is read from which Kubernetes API, and how hard we may press it. Start from {@link #of}: it
 * has the defaults.
 *
 * @param access how the API server is reached
 * @param namespaces the only namespaces to read; empty for all. Each is listed and watched by
 *     itself, so a Role in these namespaces is enough for everything but the Namespace objects
 * @param namespaceLabels label selector for Namespace objects, as kubectl writes it; empty for all.
 *     Services of other namespaces are still read: the API cannot select them by their namespace
 * @param labels label selector for Services, EndpointSlices (or Endpoints) and Pods; empty for all
 * @param endpoints whether EndpointSlices or Endpoints are read
 * @param pods whether Pods are read, for {@code pods verified}
 * @param multicluster whether ServiceImports (multicluster.x-k8s.io/v1alpha1) are read
 * @param podNames whether endpoints remember their pod's name
 * @param requestsPerSecond {@code apiserver_qps}: requests that may be started per second in the
 *     long run, each list page and each watch counting as one; above 0
 * @param requestBurst {@code apiserver_burst}: requests that may be started at once; at least 1
 * @param requestsInFlightMax {@code apiserver_max_inflight}: requests that may wait for the head of
 *     their answer at once; 0 for no limit. A running watch does not count, as in CoreDNS
 * @param pageSize objects per list page, 0 for all in one; Byname itself decodes object by object
 *     and needs no pages, they spare the API server
 * @param pace times that tests shorten
 */
public record KubernetesSourceConfig(
    Access access,
    Set<String> namespaces,
    String namespaceLabels,
    String labels,
    boolean endpoints,
    boolean pods,
    boolean multicluster,
    boolean podNames,
    double requestsPerSecond,
    int requestBurst,
    int requestsInFlightMax,
    int pageSize,
    Pace pace) {

  /** client-go's defaults, which CoreDNS inherits. */
  public static final double DEFAULT_REQUESTS_PER_SECOND = 5;

  public static final int DEFAULT_REQUEST_BURST = 10;

  /** client-go's page size for lists. */
  public static final int DEFAULT_PAGE_SIZE = 500;

  public KubernetesSourceConfig {
    namespaces = Set.copyOf(namespaces);
    if (!(requestsPerSecond > 0)) {
      throw new IllegalArgumentException("requestsPerSecond must be above 0");
    }
    if (requestBurst < 1 || requestsInFlightMax < 0 || pageSize < 0) {
      throw new IllegalArgumentException(
          "requestBurst must be at least 1, requestsInFlightMax and pageSize at least 0");
    }
  }

  /** Services, endpoints and Namespaces of the whole cluster, with every default. */
  public static KubernetesSourceConfig of(Access access) {
    return new KubernetesSourceConfig(
        access,
        Set.of(),
        "",
        "",
        true,
        false,
        false,
        false,
        DEFAULT_REQUESTS_PER_SECOND,
        DEFAULT_REQUEST_BURST,
        0,
        DEFAULT_PAGE_SIZE,
        Pace.DEFAULT);
  }

  /** How the API server is reached. */
  public sealed interface Access {
    /**
     * As a pod: {@code KUBERNETES_SERVICE_HOST} and {@code KUBERNETES_SERVICE_PORT} name the
     * server, the service account's mounted token and CA certificate do the rest.
     *
     * @param serviceAccount the folder with {@code token} and {@code ca.crt}
     */
    record InCluster(Path serviceAccount) implements Access {
      public static final Path SERVICE_ACCOUNT =
          Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    }

    /**
     * As kubectl would.
     *
     * @param file a kubeconfig file; relative paths in it count from its folder
     * @param context null for the file's current-context
     */
    record Kubeconfig(Path file, @Nullable String context) implements Access {}

    /**
     * A URL and, for {@code https}, certificates.
     *
     * @param server {@code http} or {@code https}
     * @param tls null where the server takes anybody and its certificate is signed by an authority
     *     the JDK knows
     */
    record Endpoint(URI server, @Nullable Tls tls) implements Access {}

    /** PEM files: our certificate, its private key, the authority of the server. */
    record Tls(Path certificate, Path key, Path authority) {}
  }

  /**
   * How long things may take and how often they are done.
   *
   * @param backoffMin the first pause after a failure; pauses double up to {@code backoffMax}, and
   *     each is shortened by a random part of its second half
   * @param backoffMax the longest pause
   * @param answerWithin limit for connecting, and again for the head of an answer
   * @param listSilence a list that delivers no byte for so long is given up
   * @param watchSilence a watch that delivers neither event nor bookmark for so long is opened anew
   *     at the revision it had reached. API servers send bookmarks every minute
   * @param watchDuration the API server is asked to end a watch after this, up to twice as long at
   *     random, so that replicas spread over API servers again after an upgrade
   * @param digestEvery how often keys and versions are compared with the API, half as often where
   *     that takes long; zero for never
   * @param digestGrace how long a difference may be explained by a watch that is merely late
   * @param probeEvery how often a cluster that lacks EndpointSlices or ServiceImports is asked
   *     whether it has them now
   */
  public record Pace(
      Duration backoffMin,
      Duration backoffMax,
      Duration answerWithin,
      Duration listSilence,
      Duration watchSilence,
      Duration watchDuration,
      Duration digestEvery,
      Duration digestGrace,
      Duration probeEvery) {
    /**
     * A lost event is repaired within 20 + 5 seconds and one list, within 40 + 5 seconds where a
     * comparison takes long: inside the promised minute.
     */
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofMillis(500),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            Duration.ofSeconds(90),
            Duration.ofMinutes(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30));
  }

  public KubernetesSourceConfig withNamespaces(Set<String> value) {
    return new KubernetesSourceConfig(
        access,
        value,
        namespaceLabels,
        labels,
        endpoints,
        pods,
        multicluster,
        podNames,
        requestsPerSecond,
        requestBurst,
        requestsInFlightMax,
        pageSize,
        pace);
  }
}
