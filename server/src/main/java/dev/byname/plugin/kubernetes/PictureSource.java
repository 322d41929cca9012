package dev.byname.plugin.kubernetes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@code kubernetes} block gets the cluster's picture from. Blocks that say the same share
 * one picture.
 *
 * @param origin what is read
 * @param labels label selector of Services, EndpointSlices and Pods; empty for all
 * @param namespaces the only ones that need to be read; empty for all
 * @param namespaceLabels label selector of Namespaces; empty for all
 * @param endpoints false when endpoints are not wanted at all
 * @param pods whether Pods are read ({@code pods verified})
 * @param podNames whether endpoints remember their pod's name ({@code endpoint_pod_names})
 * @param multicluster whether ServiceImports are read
 * @param snapshot the last known good picture; null without one
 */
public record PictureSource(
    Origin origin,
    String labels,
    Set<String> namespaces,
    String namespaceLabels,
    boolean endpoints,
    boolean pods,
    boolean podNames,
    boolean multicluster,
    @Nullable SnapshotFile snapshot) {

  public PictureSource {
    namespaces = Set.copyOf(namespaces);
  }

  // Written out: what Java would make at run time is no part of an AOT cache. There are a handful.
  @Override
  public int hashCode() {
    return labels.hashCode() * 31 + namespaces.hashCode();
  }

  /** What is read of the origin, to be said behind its name; empty for what is usual. */
  public String selection() {
    return (labels.isEmpty() ? "" : ", labels " + labels)
        + (namespaces.isEmpty()
            ? ""
            : ", namespaces " + String.join(" ", new TreeSet<>(namespaces)))
        + (namespaceLabels.isEmpty() ? "" : ", namespace_labels " + namespaceLabels)
        + (endpoints ? "" : ", without endpoints")
        + (pods ? ", with pods" : "")
        + (podNames ? ", with pod names" : "")
        + (multicluster ? ", multicluster" : "");
  }

  /**
   * @param maxAge an older file is refused
   */
  public record SnapshotFile(Path file, Duration maxAge) {}

  /** What is read. */
  public sealed interface Origin {
    /** A folder of Kubernetes manifests, watched. */
    record Manifests(Path folder) implements Origin {
      @Override
      public String toString() {
        return "manifests in " + folder;
      }
    }

    /**
     * The store of an API server, or of {@code byname service}.
     *
     * @param endpoints URLs
     * @param prefix of all keys, {@code /registry} by default
     * @param password empty without one
     */
    record Etcd(
        List<String> endpoints, String prefix, @Nullable Tls tls, String user, String password)
        implements Origin {
      public Etcd {
        endpoints = List.copyOf(endpoints);
      }

      @Override
      public String toString() {
        return "etcd " + String.join(" ", endpoints) + " below " + prefix;
      }
    }

    /** The API server, by the pod's service account. */
    record InCluster(ApiLimits limits) implements Origin {
      @Override
      public String toString() {
        return "the Kubernetes API, in-cluster";
      }
    }

    /**
     * @param context empty for the current one
     */
    record Kubeconfig(Path file, String context, ApiLimits limits) implements Origin {
      @Override
      public String toString() {
        return "the Kubernetes API, by kubeconfig "
            + file
            + (context.isEmpty() ? "" : ", context " + context);
      }
    }

    record ApiServer(String url, @Nullable Tls tls, ApiLimits limits) implements Origin {
      @Override
      public String toString() {
        return "the Kubernetes API at " + url;
      }
    }
  }

  /**
   * PEM files.
   *
   * @param certificate null together with {@code key}: no client certificate
   */
  public record Tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path ca) {}

  /**
   * How hard the API server may be pressed; 0 means the client's default.
   *
   * @param requestsPerSecond {@code apiserver_qps}
   * @param burst {@code apiserver_burst}
   * @param inFlightMax {@code apiserver_max_inflight}
   */
  public record ApiLimits(double requestsPerSecond, int burst, int inFlightMax) {}
}
