package dev.byname.resolverconfig.registry;

import java.util.Arrays;
import java.util.Optional;

/** A Service's {@code spec.type}. */
enum ServiceType {
  CLUSTER_IP("ClusterIP"),
  EXTERNAL_NAME("ExternalName"),
  LOAD_BALANCER("LoadBalancer"),
  NODE_PORT("NodePort");

  private final String label;

  ServiceType(String label) {
    this.label = label;
  }

  /** Empty for a text that is no type. */
  static Optional<ServiceType> of(String text) {
    return Arrays.stream(values()).filter(type -> type.label.equals(text)).findFirst();
  }

  boolean needsClusterIp() {
    return this != EXTERNAL_NAME;
  }

  boolean needsNodePorts() {
    return this == NODE_PORT || this == LOAD_BALANCER;
  }

  @Override
  public String toString() {
    return label;
  }
}
