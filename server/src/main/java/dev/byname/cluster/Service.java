package dev.byname.cluster;

import java.util.List;

/**
 * A core/v1 Service.
 *
 * @param clusterIps as in {@code spec.clusterIPs}, or the single {@code spec.clusterIP}; empty when
 *     headless, of type ExternalName, or not yet allocated
 * @param headless {@code clusterIP: None}
 * @param externalName set for type ExternalName only, as written in the spec
 * @param externalAddresses {@code spec.externalIPs}, then {@code status.loadBalancer.ingress}
 *     (address or hostname)
 * @param publishNotReadyAddresses the spec's field, or the older annotation {@code
 *     service.alpha.kubernetes.io/tolerate-unready-endpoints: "true"}
 * @param hasSelector tells the service_kind of the DNS programming latency metric
 */
public record Service(
    ObjectKey key,
    Type type,
    List<IpAddress> clusterIps,
    boolean headless,
    List<Port> ports,
    String externalName,
    List<String> externalAddresses,
    boolean publishNotReadyAddresses,
    boolean hasSelector)
    implements ClusterObject {

  public Service {
    clusterIps = List.copyOf(clusterIps);
    ports = List.copyOf(ports);
    externalAddresses = List.copyOf(externalAddresses);
  }

  public enum Type {
    CLUSTER_IP,
    NODE_PORT,
    LOAD_BALANCER,
    EXTERNAL_NAME
  }

  // Written out: what Java would make at run time is no part of an AOT cache, and this is asked of
  // each Service that is read.
  @Override
  public boolean equals(Object o) {
    return o instanceof Service other
        && key.equals(other.key)
        && type == other.type
        && clusterIps.equals(other.clusterIps)
        && headless == other.headless
        && ports.equals(other.ports)
        && externalName.equals(other.externalName)
        && externalAddresses.equals(other.externalAddresses)
        && publishNotReadyAddresses == other.publishNotReadyAddresses
        && hasSelector == other.hasSelector;
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public Kind kind() {
    return Kind.SERVICE;
  }
}
