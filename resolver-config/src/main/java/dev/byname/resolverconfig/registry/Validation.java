package dev.byname.resolverconfig.registry;

import static dev.byname.resolverconfig.registry.FieldError.duplicate;
import static dev.byname.resolverconfig.registry.FieldError.forbidden;
import static dev.byname.resolverconfig.registry.FieldError.invalid;
import static dev.byname.resolverconfig.registry.FieldError.notSupported;
import static dev.byname.resolverconfig.registry.FieldError.required;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.IpFamily;
import dev.byname.resolverconfig.registry.ServiceObject.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** What the API server would refuse about a Service, field by field, in its words. */
final class Validation {
  private static final int KUBELET_PORT = 10250;
  private static final int ANNOTATIONS_BYTES_MAX = 256 << 10;
  private static final int AFFINITY_TIMEOUT_SECONDS_MAX = 86_400;
  private static final String PORT_NUMBER = "must be between 1 and 65535, inclusive";
  private static final String IP_ADDRESS =
      "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  private static final String UNCHANGEABLE = "may not change once set";

  private final ServiceObject service;
  private final ObjectNode spec;
  private final List<FieldError> errors = new ArrayList<>();

  private Validation(ServiceObject service) {
    this.service = service;
    this.spec = service.spec();
  }

  /** All that is wrong with a Service by itself, before anything is allocated to it. */
  static List<FieldError> service(ServiceObject service) {
    var validation = new Validation(service);
    validation.metadata();
    validation.type();
    validation.ports();
    validation.labels("spec.selector", service.spec().path("selector"));
    validation.affinity();
    validation.errors.addAll(clusterIps(service));
    validation.externalIps();
    validation.loadBalancer();
    validation.trafficPolicies();
    return List.copyOf(validation.errors);
  }

  /** All that is wrong with an update of a stored Service. */
  static List<FieldError> update(ServiceObject service, ServiceObject stored) {
    var validation = new Validation(service);
    if (service.type().needsClusterIp() && stored.type().needsClusterIp()) {
      validation.unchangedClusterIps(stored);
      validation.unchangedFamilies(stored);
    }
    if (service.type() == ServiceType.LOAD_BALANCER
        && stored.type() == ServiceType.LOAD_BALANCER
        && !service.text("loadBalancerClass").equals(stored.text("loadBalancerClass"))) {
      validation.add(
          invalid(
              "spec.loadBalancerClass", service.spec().path("loadBalancerClass"), UNCHANGEABLE));
    }
    if (service.needsHealthCheckNodePort()
        && stored.needsHealthCheckNodePort()
        && service.healthCheckNodePort() != stored.healthCheckNodePort()) {
      validation.add(
          invalid(
              "spec.healthCheckNodePort",
              service.spec().path("healthCheckNodePort"),
              "field is immutable"));
    }
    validation.errors.addAll(service(service));
    return List.copyOf(validation.errors);
  }

  /** What is wrong with namespace and name. */
  static List<FieldError> names(ServiceKey key) {
    var errors = new ArrayList<FieldError>();
    if (key.name().isEmpty()) {
      errors.add(
          new FieldError("metadata.name", "Required value: name or generateName is required"));
    } else {
      for (var problem : Names.label1035(key.name())) {
        errors.add(invalid("metadata.name", key.name(), problem));
      }
    }
    if (key.namespace().isEmpty()) {
      errors.add(required("metadata.namespace"));
    } else {
      for (var problem : Names.label1123(key.namespace())) {
        errors.add(invalid("metadata.namespace", key.namespace(), problem));
      }
    }
    return errors;
  }

  /** Whether clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy make sense together. */
  static List<FieldError> clusterIps(ServiceObject service) {
    if (!service.type().needsClusterIp()) {
      return List.of();
    }
    var validation = new Validation(service);
    validation.clusterIpTwins();
    validation.families();
    validation.clusterIpList();
    return validation.errors;
  }

  private void metadata() {
    var metadata = service.metadata();
    errors.addAll(names(service.key()));
    labels("metadata.labels", metadata.path("labels"));
    var bytes = 0L;
    for (var entry : metadata.path("annotations").properties()) {
      check(
          "metadata.annotations",
          entry.getKey(),
          key -> Names.qualified(key.toLowerCase(Locale.ROOT)));
      bytes += entry.getKey().length() + entry.getValue().stringValue("").length();
    }
    if (bytes > ANNOTATIONS_BYTES_MAX) {
      add(new FieldError("metadata.annotations", "Too long: may not be more than 262144 bytes"));
    }
  }

  private void labels(String path, JsonNode labels) {
    for (var entry : labels.properties()) {
      check(path, entry.getKey(), Names::qualified);
      check(path, entry.getValue().stringValue(""), Names::labelValue);
    }
  }

  private void type() {
    var text = service.text("type");
    if (ServiceType.of(text).isEmpty()) {
      add(
          notSupported(
              "spec.type", text, List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")));
      return;
    }
    var type = service.type();
    if (service.ports().isEmpty() && !service.isHeadless() && type.needsClusterIp()) {
      add(required("spec.ports"));
    }
    switch (type) {
      case CLUSTER_IP -> {
        var ports = service.ports();
        for (var i = 0; i < ports.size(); i++) {
          if (ports.get(i).nodePort() != 0) {
            add(
                forbidden(
                    "spec.ports[" + i + "].nodePort",
                    "may not be used when `type` is 'ClusterIP'"));
          }
        }
      }
      case NODE_PORT, LOAD_BALANCER -> {
        if (service.isHeadless()) {
          add(
              invalid(
                  "spec.clusterIPs[0]",
                  ServiceObject.NONE,
                  "may not be set to 'None' for " + type + " services"));
        }
      }
      case EXTERNAL_NAME -> externalName();
    }
    if (type == ServiceType.LOAD_BALANCER) {
      var ports = service.ports();
      for (var i = 0; i < ports.size(); i++) {
        if (ports.get(i).port() == KUBELET_PORT) {
          add(
              invalid(
                  "spec.ports[" + i + "]",
                  ports.get(i).node().path("port"),
                  "may not expose port 10250 externally since it is used by kubelet"));
        }
      }
    }
  }

  private void externalName() {
    for (var field : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
      if (spec.has(field)) {
        add(forbidden("spec." + field, "may not be set for ExternalName services"));
      }
    }
    var target = service.text("externalName");
    // A dot at the end only says that the name is complete.
    var name = target.endsWith(".") ? target.substring(0, target.length() - 1) : target;
    if (name.isEmpty()) {
      add(required("spec.externalName"));
    } else {
      check("spec.externalName", name, Names::subdomain1123);
    }
    var ports = service.ports();
    for (var i = 0; i < ports.size(); i++) {
      if (ports.get(i).nodePort() != 0) {
        add(
            forbidden(
                "spec.ports[" + i + "].nodePort", "may not be used when `type` is 'ExternalName'"));
      }
    }
  }

  private void ports() {
    var ports = service.ports();
    var names = new HashSet<String>();
    var nodePorts = new HashSet<String>();
    var portsAndProtocols = new HashSet<String>();
    for (var i = 0; i < ports.size(); i++) {
      var port = ports.get(i);
      var path = "spec.ports[" + i + "]";
      port(port, path, ports.size() > 1, names);
      if (port.nodePort() != 0 && !nodePorts.add(port.nodePort() + "/" + port.protocol())) {
        add(duplicate(path + ".nodePort", port.node().path("nodePort")));
      }
      if (!portsAndProtocols.add(port.toString())) {
        add(
            duplicate(
                path, spec.objectNode().put("protocol", port.protocol()).put("port", port.port())));
      }
    }
    var health = service.healthCheckNodePort();
    if (health != 0 && ports.stream().anyMatch(port -> port.nodePort() == health)) {
      add(
          invalid(
              "spec.healthCheckNodePort",
              spec.path("healthCheckNodePort"),
              "is a node port of this service as well"));
    }
  }

  private void port(Port port, String path, boolean needsName, Set<String> names) {
    if (port.name().isEmpty()) {
      if (needsName) {
        add(required(path + ".name"));
      }
    } else {
      check(path + ".name", port.name(), Names::label1123);
      if (!names.add(port.name())) {
        add(duplicate(path + ".name", port.node().path("name")));
      }
    }
    portNumber(path + ".port", port.node().path("port"));
    if (!Set.of("SCTP", "TCP", "UDP").contains(port.protocol())) {
      add(notSupported(path + ".protocol", port.protocol(), List.of("SCTP", "TCP", "UDP")));
    }
    var target = port.targetPort();
    if (target.isString()) {
      check(path + ".targetPort", target.stringValue(), Names::portName);
    } else {
      portNumber(path + ".targetPort", target);
    }
    if (port.node().has("nodePort") && port.nodePort() != 0) {
      portNumber(path + ".nodePort", port.node().path("nodePort"));
    }
    if (port.node().has("appProtocol")) {
      check(
          path + ".appProtocol", ServiceObject.text(port.node(), "appProtocol"), Names::qualified);
    }
  }

  private void portNumber(String path, JsonNode value) {
    var number = value.intValue(0);
    if (number < 1 || number > 65535) {
      add(invalid(path, value.isMissingNode() ? spec.numberNode(0) : value, PORT_NUMBER));
    }
  }

  private void affinity() {
    var affinity = service.text("sessionAffinity");
    switch (affinity) {
      case "None" -> {
        if (spec.has("sessionAffinityConfig")) {
          add(
              forbidden(
                  "spec.sessionAffinityConfig", "must not be set when session affinity is None"));
        }
      }
      case "ClientIP" -> {
        var timeout = spec.path("sessionAffinityConfig").path("clientIP").path("timeoutSeconds");
        if (timeout.intValue(0) <= 0 || timeout.intValue(0) > AFFINITY_TIMEOUT_SECONDS_MAX) {
          add(
              invalid(
                  "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                  timeout,
                  "must be greater than 0 and less than 86400"));
        }
      }
      default -> add(notSupported("spec.sessionAffinity", affinity, List.of("ClientIP", "None")));
    }
  }

  private void clusterIpTwins() {
    var single = service.clusterIp();
    var list = service.clusterIps();
    if (single.isEmpty()) {
      if (!list.isEmpty()) {
        add(
            invalid(
                "spec.clusterIPs",
                spec.path("clusterIPs"),
                "must be empty when `clusterIP` is not specified"));
      }
    } else if (list.isEmpty()) {
      add(required("spec.clusterIPs"));
    } else if (!list.getFirst().equals(single)) {
      add(
          invalid(
              "spec.clusterIPs", spec.path("clusterIPs"), "first value must match `clusterIP`"));
    }
  }

  private void families() {
    var families = service.ipFamilies();
    var seen = new HashSet<String>();
    for (var i = 0; i < families.size(); i++) {
      var path = "spec.ipFamilies[" + i + "]";
      if (!Set.of("IPv4", "IPv6").contains(families.get(i))) {
        add(notSupported(path, families.get(i), List.of("IPv4", "IPv6")));
      }
      if (!seen.add(families.get(i))) {
        add(duplicate(path, StringNode.valueOf(families.get(i))));
      }
    }
    var policy = service.text("ipFamilyPolicy");
    var known =
        List.of(
            IpFamilies.PREFER_DUAL_STACK, IpFamilies.REQUIRE_DUAL_STACK, IpFamilies.SINGLE_STACK);
    if (!policy.isEmpty() && !known.contains(policy)) {
      add(notSupported("spec.ipFamilyPolicy", policy, known));
    }
  }

  private void clusterIpList() {
    var texts = service.clusterIps();
    var families = new ArrayList<IpFamily>();
    for (var i = 0; i < texts.size(); i++) {
      if (i == 0 && texts.get(i).equals(ServiceObject.NONE)) {
        if (texts.size() > 1) {
          add(
              invalid(
                  "spec.clusterIPs",
                  spec.path("clusterIPs"),
                  "'None' must be the first and only value"));
        }
        return;
      }
      var address = IpAddress.parse(texts.get(i));
      if (address == null) {
        add(invalid("spec.clusterIPs[" + i + "]", texts.get(i), IP_ADDRESS));
        return;
      }
      families.add(IpFamily.of(address));
    }
    if (texts.size() > 2) {
      add(invalid("spec.clusterIPs", spec.path("clusterIPs"), "may only hold up to 2 values"));
    } else if (new TreeSet<>(families).size() < texts.size()) {
      add(
          invalid(
              "spec.clusterIPs",
              spec.path("clusterIPs"),
              "may specify no more than one IP for each IP family"));
    }
    var wanted = service.ipFamilies();
    for (var i = 0; i < Math.min(texts.size(), wanted.size()); i++) {
      if (!families.get(i).toString().equals(wanted.get(i))) {
        add(
            invalid(
                "spec.clusterIPs[" + i + "]",
                texts.get(i),
                "expected an %s value as indicated by `ipFamilies[%d]`"
                    .formatted(wanted.get(i), i)));
      }
    }
  }

  /** Released and taken are only second addresses; the first stays for the service's life. */
  private void unchangedClusterIps(ServiceObject stored) {
    var before = stored.clusterIps();
    var now = service.clusterIps();
    if (before.isEmpty() || before.equals(now)) {
      return;
    }
    if (now.isEmpty()) {
      add(invalid("spec.clusterIPs[0]", spec.arrayNode(), "primary clusterIP can not be unset"));
      return;
    }
    for (var i = 0; i < Math.min(before.size(), now.size()); i++) {
      if (!before.get(i).equals(now.get(i))) {
        add(invalid("spec.clusterIPs[" + i + "]", spec.path("clusterIPs"), UNCHANGEABLE));
      }
    }
    if (now.size() < before.size()
        && !service.text("ipFamilyPolicy").equals(IpFamilies.SINGLE_STACK)) {
      add(
          invalid(
              "spec.ipFamilyPolicy",
              spec.path("ipFamilyPolicy"),
              "must be set to 'SingleStack' when releasing the secondary clusterIP"));
    }
  }

  private void unchangedFamilies(ServiceObject stored) {
    if (service.isHeadless() || stored.isHeadless()) {
      return;
    }
    var before = stored.ipFamilies();
    var now = service.ipFamilies();
    for (var i = 0; i < Math.min(before.size(), now.size()); i++) {
      if (!before.get(i).equals(now.get(i))) {
        add(invalid("spec.ipFamilies[" + i + "]", spec.path("ipFamilies"), UNCHANGEABLE));
      }
    }
  }

  private void externalIps() {
    var texts = service.texts("externalIPs");
    for (var i = 0; i < texts.size(); i++) {
      var path = "spec.externalIPs[" + i + "]";
      var address = IpAddress.parse(texts.get(i));
      if (address == null) {
        add(invalid(path, texts.get(i), IP_ADDRESS));
        continue;
      }
      var inet = address.toInetAddress();
      if (inet.isAnyLocalAddress()) {
        add(invalid(path, texts.get(i), "may not be unspecified (0.0.0.0 or ::)"));
      }
      if (inet.isLoopbackAddress()) {
        add(invalid(path, texts.get(i), "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
      }
      if (inet.isLinkLocalAddress()) {
        add(
            invalid(
                path,
                texts.get(i),
                "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
      }
      if (inet.isMCLinkLocal()) {
        add(
            invalid(
                path,
                texts.get(i),
                "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
      }
    }
  }

  private void loadBalancer() {
    var isLoadBalancer = service.type() == ServiceType.LOAD_BALANCER;
    for (var field : List.of("allocateLoadBalancerNodePorts", "loadBalancerClass")) {
      if (spec.has(field) && !isLoadBalancer) {
        add(forbidden("spec." + field, "may only be used when `type` is 'LoadBalancer'"));
      }
    }
    if (isLoadBalancer && spec.has("loadBalancerClass")) {
      check("spec.loadBalancerClass", service.text("loadBalancerClass"), Names::qualified);
    }
    var ranges = service.texts("loadBalancerSourceRanges");
    if (!ranges.isEmpty() && !isLoadBalancer) {
      add(
          forbidden(
              "spec.loadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"));
    }
    for (var i = 0; i < ranges.size(); i++) {
      if (!isCidr(ranges.get(i).strip())) {
        add(
            invalid(
                "spec.loadBalancerSourceRanges[" + i + "]",
                ranges.get(i),
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
      }
    }
  }

  private static boolean isCidr(String text) {
    var slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      return false;
    }
    var address = IpAddress.parse(text.substring(0, slash));
    return address != null
        && Integer.parseInt(text.substring(slash + 1)) <= IpFamily.of(address).bits();
  }

  private void trafficPolicies() {
    var external = service.text("externalTrafficPolicy");
    if (!service.isExternallyAccessible()) {
      if (!external.isEmpty()) {
        add(
            invalid(
                "spec.externalTrafficPolicy",
                external,
                "may only be set for externally-accessible services"));
      }
    } else if (!Set.of("Cluster", "Local").contains(external)) {
      add(notSupported("spec.externalTrafficPolicy", external, List.of("Cluster", "Local")));
    }
    if (service.healthCheckNodePort() != 0) {
      if (service.needsHealthCheckNodePort()) {
        portNumber("spec.healthCheckNodePort", spec.path("healthCheckNodePort"));
      } else {
        add(
            invalid(
                "spec.healthCheckNodePort",
                spec.path("healthCheckNodePort"),
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is"
                    + " 'Local'"));
      }
    }
    var internal = service.text("internalTrafficPolicy");
    if (!internal.isEmpty() && !Set.of("Cluster", "Local").contains(internal)) {
      add(notSupported("spec.internalTrafficPolicy", internal, List.of("Cluster", "Local")));
    }
    var distribution = service.text("trafficDistribution");
    var known = List.of("PreferClose", "PreferSameNode", "PreferSameZone");
    if (!distribution.isEmpty() && !known.contains(distribution)) {
      add(notSupported("spec.trafficDistribution", distribution, known));
    }
  }

  private void check(String path, String text, Function<String, List<String>> rule) {
    for (var problem : rule.apply(text)) {
      add(invalid(path, text, problem));
    }
  }

  private void add(FieldError error) {
    errors.add(error);
  }
}
