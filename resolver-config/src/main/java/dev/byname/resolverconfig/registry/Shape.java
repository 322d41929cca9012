package dev.byname.resolverconfig.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether the known fields of a Service are of their types. {@code null} is the same as leaving a
 * field out, as in the API server. Unknown fields stay and are reported as warnings: most are
 * misspelt known ones.
 */
final class Shape {

  private enum Type {
    TEXT("a string"),
    NUMBER("an integer"),
    FLAG("a boolean"),
    NUMBER_OR_TEXT("an integer or a string"),
    TEXTS("a list of strings"),
    TEXT_MAP("a map of strings"),
    OBJECT("an object"),
    OBJECTS("a list of objects"),
    ANYTHING("anything");

    private final String label;

    Type(String label) {
      this.label = label;
    }
  }

  private static final Map<String, Type> ROOT =
      Map.of(
          "apiVersion", Type.TEXT,
          "kind", Type.TEXT,
          "metadata", Type.OBJECT,
          "spec", Type.OBJECT,
          "status", Type.OBJECT);

  private static final Map<String, Type> METADATA =
      Map.ofEntries(
          Map.entry("name", Type.TEXT),
          Map.entry("generateName", Type.TEXT),
          Map.entry("namespace", Type.TEXT),
          Map.entry("selfLink", Type.TEXT),
          Map.entry("uid", Type.TEXT),
          Map.entry("resourceVersion", Type.TEXT),
          Map.entry("generation", Type.NUMBER),
          Map.entry("creationTimestamp", Type.TEXT),
          Map.entry("deletionTimestamp", Type.TEXT),
          Map.entry("deletionGracePeriodSeconds", Type.NUMBER),
          Map.entry("labels", Type.TEXT_MAP),
          Map.entry("annotations", Type.TEXT_MAP),
          Map.entry("ownerReferences", Type.OBJECTS),
          Map.entry("finalizers", Type.TEXTS),
          Map.entry("managedFields", Type.ANYTHING));

  private static final Map<String, Type> SPEC =
      Map.ofEntries(
          Map.entry("allocateLoadBalancerNodePorts", Type.FLAG),
          Map.entry("clusterIP", Type.TEXT),
          Map.entry("clusterIPs", Type.TEXTS),
          Map.entry("externalIPs", Type.TEXTS),
          Map.entry("externalName", Type.TEXT),
          Map.entry("externalTrafficPolicy", Type.TEXT),
          Map.entry("healthCheckNodePort", Type.NUMBER),
          Map.entry("internalTrafficPolicy", Type.TEXT),
          Map.entry("ipFamilies", Type.TEXTS),
          Map.entry("ipFamilyPolicy", Type.TEXT),
          Map.entry("loadBalancerClass", Type.TEXT),
          Map.entry("loadBalancerIP", Type.TEXT),
          Map.entry("loadBalancerSourceRanges", Type.TEXTS),
          Map.entry("ports", Type.OBJECTS),
          Map.entry("publishNotReadyAddresses", Type.FLAG),
          Map.entry("selector", Type.TEXT_MAP),
          Map.entry("sessionAffinity", Type.TEXT),
          Map.entry("sessionAffinityConfig", Type.OBJECT),
          Map.entry("trafficDistribution", Type.TEXT),
          Map.entry("type", Type.TEXT));

  private static final Map<String, Type> PORT =
      Map.of(
          "name", Type.TEXT,
          "protocol", Type.TEXT,
          "port", Type.NUMBER,
          "targetPort", Type.NUMBER_OR_TEXT,
          "nodePort", Type.NUMBER,
          "appProtocol", Type.TEXT);

  private final List<FieldError> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * What was found.
   *
   * @param errors fields of the wrong type
   * @param warnings fields that no Service has
   */
  record Findings(List<FieldError> errors, List<String> warnings) {}

  private Shape() {}

  /** Looks at a Service and takes its nulls away. */
  static Findings check(ObjectNode service) {
    var shape = new Shape();
    removeNulls(service);
    shape.look(service, "", ROOT);
    shape.lookInto(service, "metadata", METADATA);
    if (shape.lookInto(service, "spec", SPEC)) {
      var spec = (ObjectNode) service.get("spec");
      if (spec.path("ports") instanceof ArrayNode ports) {
        for (var i = 0; i < ports.size(); i++) {
          if (ports.get(i) instanceof ObjectNode port) {
            shape.look(port, "spec.ports[" + i + "].", PORT);
          }
        }
      }
      if (spec.path("sessionAffinityConfig") instanceof ObjectNode affinity) {
        var path = "spec.sessionAffinityConfig.";
        shape.look(affinity, path, Map.of("clientIP", Type.OBJECT));
        if (affinity.path("clientIP") instanceof ObjectNode clientIp) {
          shape.look(clientIp, path + "clientIP.", Map.of("timeoutSeconds", Type.NUMBER));
        }
      }
    }
    return new Findings(List.copyOf(shape.errors), List.copyOf(shape.warnings));
  }

  private static void removeNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.removeIf(JsonNode::isNull);
    }
    node.forEach(Shape::removeNulls);
  }

  private boolean lookInto(ObjectNode service, String field, Map<String, Type> fields) {
    if (service.path(field) instanceof ObjectNode object) {
      look(object, field + ".", fields);
      return true;
    }
    return false;
  }

  private void look(ObjectNode object, String path, Map<String, Type> fields) {
    for (var entry : object.properties()) {
      var type = fields.get(entry.getKey());
      if (type == null) {
        warnings.add("unknown field \"" + path + entry.getKey() + "\"");
      } else if (!isOf(type, entry.getValue())) {
        errors.add(
            FieldError.invalid(path + entry.getKey(), entry.getValue(), "must be " + type.label));
      }
    }
  }

  private static boolean isOf(Type type, JsonNode value) {
    return switch (type) {
      case TEXT -> value.isString();
      case NUMBER -> isInt(value);
      case FLAG -> value.isBoolean();
      case NUMBER_OR_TEXT -> value.isString() || isInt(value);
      case TEXTS -> value.isArray() && value.valueStream().allMatch(JsonNode::isString);
      case TEXT_MAP -> value.isObject() && value.valueStream().allMatch(JsonNode::isString);
      case OBJECT -> value.isObject();
      case OBJECTS -> value.isArray() && value.valueStream().allMatch(JsonNode::isObject);
      case ANYTHING -> true;
    };
  }

  private static boolean isInt(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToInt();
  }
}
