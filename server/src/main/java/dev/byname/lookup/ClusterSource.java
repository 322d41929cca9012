package dev.byname.lookup;

import java.nio.file.Path;
import java.util.List;

/** Where a {@link ServiceDirectory} gets its picture of the cluster from. */
public sealed interface ClusterSource {
  /** A folder of Kubernetes manifests, watched for changes. */
  record Manifests(Path folder) implements ClusterSource {}

  /**
   * The store of an API server or of {@code byname service}.
   *
   * @param endpoints such as {@code http://127.0.0.1:2379}
   */
  record Etcd(List<String> endpoints) implements ClusterSource {
    public Etcd {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** The Kubernetes API, by the pod's service account. */
  record InCluster() implements ClusterSource {}

  /** The Kubernetes API, by the current context of a kubeconfig file. */
  record Kubeconfig(Path file) implements ClusterSource {}

  static ClusterSource manifests(Path folder) {
    return new Manifests(folder);
  }

  static ClusterSource etcd(String... endpoints) {
    return new Etcd(List.of(endpoints));
  }

  static ClusterSource inCluster() {
    return new InCluster();
  }

  static ClusterSource kubeconfig(Path file) {
    return new Kubeconfig(file);
  }
}
