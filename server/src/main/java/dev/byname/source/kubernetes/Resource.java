package dev.byname.source.kubernetes;

import dev.byname.cluster.ClusterObject.Kind;

/** The API resources that are read: where they are and what their objects are. */
enum Resource {
  SERVICES("/api/v1", "v1", "services", Kind.SERVICE),
  ENDPOINT_SLICES(
      "/apis/discovery.k8s.io/v1", "discovery.k8s.io/v1", "endpointslices", Kind.ENDPOINT_SLICE),
  ENDPOINTS("/api/v1", "v1", "endpoints", Kind.ENDPOINTS),
  NAMESPACES("/api/v1", "v1", "namespaces", Kind.NAMESPACE),
  PODS("/api/v1", "v1", "pods", Kind.POD),
  SERVICE_IMPORTS(
      "/apis/multicluster.x-k8s.io/v1alpha1",
      "multicluster.x-k8s.io/v1alpha1",
      "serviceimports",
      Kind.SERVICE_IMPORT);

  private final String groupPath;
  private final String apiVersion;
  private final String plural;
  private final Kind kind;

  Resource(String groupPath, String apiVersion, String plural, Kind kind) {
    this.groupPath = groupPath;
    this.apiVersion = apiVersion;
    this.plural = plural;
    this.kind = kind;
  }

  /**
   * @param namespace empty for the whole cluster
   */
  String path(String namespace) {
    return namespace.isEmpty()
        ? groupPath + "/" + plural
        : groupPath + "/namespaces/" + namespace + "/" + plural;
  }

  String groupPath() {
    return groupPath;
  }

  String apiVersion() {
    return apiVersion;
  }

  /** As in RBAC rules and in {@code kubectl get}. */
  String plural() {
    return plural;
  }

  Kind kind() {
    return kind;
  }
}
