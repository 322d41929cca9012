package dev.byname.resolverconfig.allocation;

/**
 * Who holds a value.
 *
 * @param as what it is to its service: {@code ClusterIP}, {@code NodePort 80/TCP}, {@code
 *     healthCheckNodePort}
 */
public record Holder(String namespace, String name, String as) {

  /** Whether both are the same service, whatever the value is to it. */
  public boolean isSameService(Holder other) {
    return namespace.equals(other.namespace) && name.equals(other.name);
  }

  /** {@code kube-system/catalog-ui (ClusterIP)}. */
  @Override
  public String toString() {
    return namespace + "/" + name + " (" + as + ")";
  }
}
