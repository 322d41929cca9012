package dev.byname.source.etcd;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server keeps what Byname reads: {@code PREFIX/PATH/NAMESPACE/NAME}. The paths are
 * those of Kubernetes' storage factory; core/v1 Services and Endpoints have theirs since before
 * there was an API group.
 */
enum StoredResource {
  NAMESPACES(Kind.NAMESPACE, "namespaces", "namespaces"),
  SERVICES(Kind.SERVICE, "services/specs", "services"),
  ENDPOINT_SLICES(Kind.ENDPOINT_SLICE, "endpointslices", "endpointslices.discovery.k8s.io"),
  ENDPOINTS(Kind.ENDPOINTS, "services/endpoints", "endpoints"),
  SERVICE_IMPORTS(
      Kind.SERVICE_IMPORT,
      "multicluster.x-k8s.io/serviceimports",
      "serviceimports.multicluster.x-k8s.io"),
  PODS(Kind.POD, "pods", "pods");

  private final Kind kind;
  private final String path;
  private final String resource;

  StoredResource(Kind kind, String path, String resource) {
    this.kind = kind;
    this.resource = resource;
    this.path = path;
  }

  Kind kind() {
    return kind;
  }

  /** As an EncryptionConfiguration names it. */
  String resource() {
    return resource;
  }

  /**
   * With the slash at its end.
   *
   * @param prefix as in the API server's {@code --etcd-prefix}, without a slash at its end
   */
  String path(String prefix) {
    return prefix + "/" + path + "/";
  }

  /** The object's name from the rest of its key; null when the key is none of an object. */
  @Nullable ObjectKey objectKey(String rest) {
    int slash = rest.indexOf('/');
    if (kind == Kind.NAMESPACE) {
      return slash < 0 && !rest.isEmpty() ? new ObjectKey("", rest) : null;
    }
    boolean good = slash > 0 && slash < rest.length() - 1 && rest.indexOf('/', slash + 1) < 0;
    return good ? new ObjectKey(rest.substring(0, slash), rest.substring(slash + 1)) : null;
  }
}
