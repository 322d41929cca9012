package dev.byname.resolverconfig.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Service as a JSON tree, with names for the fields that matter here. {@link Shape} has looked at
 * it, so a field is absent or of its type; absent texts read as empty, absent numbers as 0, as in
 * the API server.
 */
final class ServiceObject {
  static final String NONE = "None";

  private final ObjectNode root;
  private final ObjectNode spec;

  ServiceObject(ObjectNode root) {
    this.root = root;
    this.spec = root.withObjectProperty("spec");
  }

  ServiceObject copy() {
    return new ServiceObject(root.deepCopy());
  }

  ObjectNode root() {
    return root;
  }

  ObjectNode metadata() {
    return root.withObjectProperty("metadata");
  }

  ObjectNode spec() {
    return spec;
  }

  ServiceKey key() {
    return new ServiceKey(text(metadata(), "namespace"), text(metadata(), "name"));
  }

  String uid() {
    return text(metadata(), "uid");
  }

  String text(String field) {
    return text(spec, field);
  }

  static String text(ObjectNode node, String field) {
    return node.path(field).stringValue("");
  }

  static int number(ObjectNode node, String field) {
    return node.path(field).intValue(0);
  }

  boolean has(String field) {
    return spec.has(field);
  }

  /** CLUSTER_IP for texts that are no type; {@link Validation} complains about those. */
  ServiceType type() {
    return ServiceType.of(text("type")).orElse(ServiceType.CLUSTER_IP);
  }

  String clusterIp() {
    return text("clusterIP");
  }

  List<String> clusterIps() {
    return texts("clusterIPs");
  }

  List<String> ipFamilies() {
    return texts("ipFamilies");
  }

  List<String> texts(String field) {
    var texts = new ArrayList<String>();
    for (var each : spec.path(field)) {
      texts.add(each.stringValue(""));
    }
    return texts;
  }

  /** An empty list takes the field away. */
  void setTexts(String field, List<String> texts) {
    if (texts.isEmpty()) {
      spec.remove(field);
    } else {
      var array = spec.putArray(field);
      texts.forEach(array::add);
    }
  }

  /** Sets both the list and its singular twin. */
  void setClusterIps(List<String> addresses) {
    setTexts("clusterIPs", addresses);
    if (addresses.isEmpty()) {
      spec.remove("clusterIP");
    } else {
      spec.put("clusterIP", addresses.getFirst());
    }
  }

  /** The only ClusterIP is "None"; before {@link Linked} only the singular may say so. */
  boolean isHeadless() {
    return clusterIps().equals(List.of(NONE));
  }

  boolean hasSelector() {
    return !spec.path("selector").isEmpty();
  }

  List<Port> ports() {
    var ports = new ArrayList<Port>();
    if (spec.path("ports") instanceof ArrayNode array) {
      for (var each : array) {
        ports.add(new Port((ObjectNode) each));
      }
    }
    return ports;
  }

  int healthCheckNodePort() {
    return number(spec, "healthCheckNodePort");
  }

  boolean needsHealthCheckNodePort() {
    return type() == ServiceType.LOAD_BALANCER && text("externalTrafficPolicy").equals("Local");
  }

  /** A service that gets traffic from outside of the cluster. */
  boolean isExternallyAccessible() {
    return type().needsNodePorts()
        || (type() == ServiceType.CLUSTER_IP && !spec.path("externalIPs").isEmpty());
  }

  boolean wantsNodePorts() {
    return switch (type()) {
      case NODE_PORT -> true;
      case LOAD_BALANCER -> spec.path("allocateLoadBalancerNodePorts").booleanValue(true);
      case CLUSTER_IP, EXTERNAL_NAME -> false;
    };
  }

  Map<String, String> selector() {
    var selector = new TreeMap<String, String>();
    for (var entry : spec.path("selector").properties()) {
      selector.put(entry.getKey(), entry.getValue().stringValue(""));
    }
    return selector;
  }

  /** One of {@code spec.ports}. */
  record Port(ObjectNode node) {
    String name() {
      return text(node, "name");
    }

    String protocol() {
      return text(node, "protocol");
    }

    int port() {
      return number(node, "port");
    }

    JsonNode targetPort() {
      return node.path("targetPort");
    }

    int nodePort() {
      return number(node, "nodePort");
    }

    /** 0 takes the field away. */
    void setNodePort(int nodePort) {
      if (nodePort == 0) {
        node.remove("nodePort");
      } else {
        node.put("nodePort", nodePort);
      }
    }

    /** {@code 80/TCP}; TCP is the API server's default. */
    @Override
    public String toString() {
      return port() + "/" + (protocol().isEmpty() ? "TCP" : protocol());
    }
  }
}
