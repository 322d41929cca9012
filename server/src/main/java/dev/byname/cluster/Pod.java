package dev.byname.cluster;

import java.util.List;

/**
 * A Pod that has an address. Sources leave out pods whose phase is Succeeded or Failed: their
 * addresses may already belong to another pod.
 *
 * @param addresses {@code status.podIPs}; a pod on the host network shares the node's
 */
public record Pod(ObjectKey key, List<IpAddress> addresses) implements ClusterObject {
  public Pod {
    addresses = List.copyOf(addresses);
  }

  @Override
  public Kind kind() {
    return Kind.POD;
  }
}
