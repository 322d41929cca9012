package dev.byname.cluster;

import java.util.List;

/**
 * A ServiceImport of the Multi-Cluster Services API (KEP-1645), served in the {@code multicluster}
 * zones.
 *
 * @param clusterSetIps {@code spec.ips}; empty when headless
 */
public record ServiceImport(
    ObjectKey key, List<IpAddress> clusterSetIps, boolean headless, List<Port> ports)
    implements ClusterObject {

  public ServiceImport {
    clusterSetIps = List.copyOf(clusterSetIps);
    ports = List.copyOf(ports);
  }

  @Override
  public Kind kind() {
    return Kind.SERVICE_IMPORT;
  }
}
