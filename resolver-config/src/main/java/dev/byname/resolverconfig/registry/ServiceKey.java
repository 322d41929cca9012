package dev.byname.resolverconfig.registry;

/** Namespace and name of a Service. */
public record ServiceKey(String namespace, String name) implements Comparable<ServiceKey> {
  /** Below it are all Services. */
  static final String STORE_PREFIX = "services/specs/";

  String storeKey() {
    return STORE_PREFIX + namespace + "/" + name;
  }

  @Override
  public int compareTo(ServiceKey other) {
    var byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** {@code kube-system/kube-dns}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
