package dev.byname.cluster;

/**
 * An object of the cluster, trimmed. Its kind and key identify it; equal content makes a change
 * that is none.
 */
public sealed interface ClusterObject
    permits Service, ServiceImport, EndpointSlice, Namespace, Pod {
  ObjectKey key();

  Kind kind();

  /** The kinds a source may hand in, named as the Kubernetes API does. */
  enum Kind {
    SERVICE("Service"),
    /** Multi-Cluster Services API (KEP-1645): a service of the cluster set. */
    SERVICE_IMPORT("ServiceImport"),
    ENDPOINT_SLICE("EndpointSlice"),
    /** core/v1 Endpoints, kept as a slice; used only where a service has no EndpointSlice. */
    ENDPOINTS("Endpoints"),
    NAMESPACE("Namespace"),
    POD("Pod");

    private final String apiName;

    Kind(String apiName) {
      this.apiName = apiName;
    }

    public String apiName() {
      return apiName;
    }
  }
}
