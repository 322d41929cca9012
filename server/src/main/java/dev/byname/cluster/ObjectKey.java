package dev.byname.cluster;

/**
 * Namespace and name of a Kubernetes object, both as stored (lower case for everything DNS serves).
 *
 * @param namespace empty for objects without one (Namespaces)
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
  // Written out: what Java would make at run time is no part of an AOT cache.
  @Override
  public boolean equals(Object o) {
    return o instanceof ObjectKey other
        && name.equals(other.name)
        && namespace.equals(other.namespace);
  }

  @Override
  public int hashCode() {
    return namespace.hashCode() * 31 + name.hashCode();
  }

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
