package dev.byname.resolverconfig.registry;

/** What the API server fills in where a Service says nothing. */
final class Defaults {
  private static final int AFFINITY_TIMEOUT_SECONDS = 10_800;

  private Defaults() {}

  static void fillIn(ServiceObject service) {
    var spec = service.spec();
    putIfAbsent(service, "type", ServiceType.CLUSTER_IP.toString());
    putIfAbsent(service, "sessionAffinity", "None");
    switch (service.text("sessionAffinity")) {
      case "None" -> spec.remove("sessionAffinityConfig");
      case "ClientIP" ->
          spec.withObjectProperty("sessionAffinityConfig")
              .withObjectProperty("clientIP")
              .putIfAbsent("timeoutSeconds", spec.numberNode(AFFINITY_TIMEOUT_SECONDS));
      default -> {
        // Not a kind of affinity; Validation says so.
      }
    }
    for (var port : service.ports()) {
      if (port.protocol().isEmpty()) {
        port.node().put("protocol", "TCP");
      }
      var target = port.targetPort();
      if (target.isMissingNode() || target.intValue(-1) == 0 || target.stringValue("?").isEmpty()) {
        port.node().put("targetPort", port.port());
      }
    }
    if (service.isExternallyAccessible()) {
      putIfAbsent(service, "externalTrafficPolicy", "Cluster");
    }
    if (service.type().needsClusterIp()) {
      putIfAbsent(service, "internalTrafficPolicy", "Cluster");
    }
    if (service.type() == ServiceType.LOAD_BALANCER) {
      spec.putIfAbsent("allocateLoadBalancerNodePorts", spec.booleanNode(true));
    }
  }

  private static void putIfAbsent(ServiceObject service, String field, String value) {
    if (service.text(field).isEmpty()) {
      service.spec().put(field, value);
    }
  }
}
