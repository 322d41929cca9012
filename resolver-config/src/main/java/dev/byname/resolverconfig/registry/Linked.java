package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Fields that hang together: the two spellings of ClusterIPs, and what an update leaves out because
 * it was allocated and not written by its author. Guesses what was meant, as the API server does;
 * what cannot have been meant is left for {@link Validation}.
 */
final class Linked {
  private Linked() {}

  /** Makes a new Service consistent with itself. */
  static void forCreate(ServiceObject service) {
    canonicalizeAddresses(service);
    if (!service.clusterIp().isEmpty() && service.clusterIps().isEmpty()) {
      service.setTexts("clusterIPs", List.of(service.clusterIp()));
    }
  }

  /** Completes an update with what the stored Service holds, and drops what its type ends. */
  static void forUpdate(ServiceObject service, ServiceObject stored) {
    canonicalizeAddresses(service);
    joinClusterIps(service, stored);
    keepAllocated(service, stored);
    dropWhatTheTypeEnds(service, stored);
  }

  /** One text per address, so that the same address written otherwise is no change. */
  private static void canonicalizeAddresses(ServiceObject service) {
    var canonical = service.clusterIps().stream().map(Linked::canonical).toList();
    service.setTexts("clusterIPs", canonical);
    if (!service.clusterIp().isEmpty()) {
      service.spec().put("clusterIP", canonical(service.clusterIp()));
    } else {
      service.spec().remove("clusterIP");
    }
  }

  private static String canonical(String text) {
    var address = IpAddress.parse(text);
    return address == null ? text : address.toString();
  }

  private static void joinClusterIps(ServiceObject service, ServiceObject stored) {
    var singularIsSame = service.clusterIp().equals(stored.clusterIp());
    var listIsSame = service.clusterIps().equals(stored.clusterIps());
    if (singularIsSame) {
      if (service.clusterIps().isEmpty()) {
        service.setTexts("clusterIPs", stored.clusterIps());
      }
    } else if (service.clusterIp().isEmpty()) {
      if (listIsSame) {
        service.setTexts("clusterIPs", List.of());
      }
    } else if (listIsSame || service.clusterIps().isEmpty()) {
      service.setTexts("clusterIPs", List.of(service.clusterIp()));
    }
  }

  private static void keepAllocated(ServiceObject service, ServiceObject stored) {
    if (stored.type().needsClusterIp() && service.type().needsClusterIp()) {
      if (service.clusterIp().isEmpty() && !stored.clusterIp().isEmpty()) {
        service.spec().put("clusterIP", stored.clusterIp());
      }
      if (service.clusterIps().isEmpty()) {
        service.setTexts("clusterIPs", stored.clusterIps());
      }
    }
    if (stored.type().needsNodePorts() && service.type().needsNodePorts()) {
      keepNodePorts(service, stored);
    }
    if (stored.needsHealthCheckNodePort()
        && service.needsHealthCheckNodePort()
        && service.healthCheckNodePort() == 0) {
      service.spec().put("healthCheckNodePort", stored.healthCheckNodePort());
    }
  }

  /** By the port's name: its author may have changed everything else about it. */
  private static void keepNodePorts(ServiceObject service, ServiceObject stored) {
    var asked = nodePorts(service);
    var byName = new HashMap<String, Integer>();
    stored.ports().forEach(port -> byName.put(port.name(), port.nodePort()));
    for (var port : service.ports()) {
      var before = byName.getOrDefault(port.name(), 0);
      if (port.nodePort() == 0 && !asked.contains(before)) {
        port.setNodePort(before);
      }
    }
  }

  /**
   * Drops a field that the new type has no use for if it still has its stored value: then it was
   * copied along, not asked for.
   */
  private static void dropWhatTheTypeEnds(ServiceObject service, ServiceObject stored) {
    var spec = service.spec();
    if (stored.type().needsClusterIp() && !service.type().needsClusterIp()) {
      if (service.clusterIp().equals(stored.clusterIp())
          && service.clusterIps().equals(stored.clusterIps())) {
        service.setClusterIps(List.of());
      }
      for (var field : List.of("ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy")) {
        dropIfSame(service, stored, field);
      }
    }
    if (stored.type().needsNodePorts()
        && !service.type().needsNodePorts()
        && nodePorts(stored).containsAll(nodePorts(service))) {
      service.ports().forEach(port -> port.setNodePort(0));
    }
    if (stored.needsHealthCheckNodePort() && !service.needsHealthCheckNodePort()) {
      dropIfSame(service, stored, "healthCheckNodePort");
    }
    if (stored.type() == ServiceType.LOAD_BALANCER && service.type() != ServiceType.LOAD_BALANCER) {
      dropIfSame(service, stored, "allocateLoadBalancerNodePorts");
      dropIfSame(service, stored, "loadBalancerClass");
    }
    if (stored.isExternallyAccessible() && !service.isExternallyAccessible()) {
      dropIfSame(service, stored, "externalTrafficPolicy");
    }
    if (spec.path("selector").isEmpty()) {
      spec.remove("selector");
    }
  }

  private static void dropIfSame(ServiceObject service, ServiceObject stored, String field) {
    if (Optional.ofNullable(service.spec().get(field))
        .equals(Optional.ofNullable(stored.spec().get(field)))) {
      service.spec().remove(field);
    }
  }

  private static Set<Integer> nodePorts(ServiceObject service) {
    return service.ports().stream()
        .map(ServiceObject.Port::nodePort)
        .filter(port -> port != 0)
        .collect(Collectors.toCollection(HashSet::new));
  }
}
