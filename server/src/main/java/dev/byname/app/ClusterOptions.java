package dev.byname.app;

import dev.byname.lookup.ClusterSource;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command looks at: one of these. */
final class ClusterOptions {
  @Option(
      names = "--manifests",
      paramLabel = "DIR",
      description = "a folder of Kubernetes manifests")
  @Nullable Path manifests;

  @Option(
      names = "--etcd",
      paramLabel = "ENDPOINT",
      split = ",",
      description = "the API server's etcd, such as http://127.0.0.1:2379[,…]")
  List<String> etcd = List.of();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "the Kubernetes API, by this file's current context")
  @Nullable Path kubeconfig;

  @Option(names = "--in-cluster", description = "the Kubernetes API, by this pod's service account")
  boolean inCluster;

  ClusterSource source() {
    if (manifests != null) {
      return ClusterSource.manifests(manifests);
    }
    if (kubeconfig != null) {
      return ClusterSource.kubeconfig(kubeconfig);
    }
    return etcd.isEmpty() ? ClusterSource.inCluster() : new ClusterSource.Etcd(etcd);
  }
}
