package dev.byname.cluster;

/**
 * Namespace and name of a Kubernetes object, both as stored (lower case for everything DNS serves).
 *
 * @param namespace empty for objects without one (Namespaces)
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
  @Override
  public int compareTo(ObjectKey other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** {@code namespace/name}, the way kubectl names objects in messages. */
  @Override
  public String toString() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
