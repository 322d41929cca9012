package dev.byname.resolverconfig.registry;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.byname.resolverconfig.registry.ObjectCodec.UnreadableException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the objects that an API server stores as protobuf, of the few kinds that matter here, into
 * the JSON that the same server would have written. The field numbers are those of {@code
 * generated.proto} in Kubernetes' {@code k8s.io/api} and {@code apimachinery}.
 *
 * <p>All or nothing: a field that is not in the tables below makes the object unreadable, because
 * it would be lost if the object were written again.
 */
final class ProtobufObjects {

  private enum Kind {
    /** Left out of the JSON when empty, as Go's {@code omitempty} does. */
    TEXT,
    /** A pointer in Go: in the JSON whenever it is in the protobuf. */
    TEXT_POINTER,
    TEXTS,
    NUMBER,
    NUMBER_POINTER,
    /** In the JSON even when 0. */
    NUMBER_ALWAYS,
    FLAG,
    FLAG_POINTER,
    BYTES,
    TEXT_MAP,
    TIME,
    NUMBER_OR_TEXT,
    /** JSON inside of protobuf. */
    RAW_JSON,
    MESSAGE,
    MESSAGES
  }

  private record Field(String name, Kind kind, Map<Integer, Field> fields) {}

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Map<Integer, Field> METADATA =
      Table.of()
          .field(1, "name", Kind.TEXT)
          .field(2, "generateName", Kind.TEXT)
          .field(3, "namespace", Kind.TEXT)
          .field(4, "selfLink", Kind.TEXT)
          .field(5, "uid", Kind.TEXT)
          .field(6, "resourceVersion", Kind.TEXT)
          .field(7, "generation", Kind.NUMBER)
          .field(8, "creationTimestamp", Kind.TIME)
          .field(9, "deletionTimestamp", Kind.TIME)
          .field(10, "deletionGracePeriodSeconds", Kind.NUMBER_POINTER)
          .field(11, "labels", Kind.TEXT_MAP)
          .field(12, "annotations", Kind.TEXT_MAP)
          .messages(
              13,
              "ownerReferences",
              Table.of()
                  .field(1, "kind", Kind.TEXT)
                  .field(3, "name", Kind.TEXT)
                  .field(4, "uid", Kind.TEXT)
                  .field(5, "apiVersion", Kind.TEXT)
                  .field(6, "controller", Kind.FLAG_POINTER)
                  .field(7, "blockOwnerDeletion", Kind.FLAG_POINTER))
          .field(14, "finalizers", Kind.TEXTS)
          .field(15, "clusterName", Kind.TEXT)
          .messages(
              17,
              "managedFields",
              Table.of()
                  .field(1, "manager", Kind.TEXT)
                  .field(2, "operation", Kind.TEXT)
                  .field(3, "apiVersion", Kind.TEXT)
                  .field(4, "time", Kind.TIME)
                  .field(6, "fieldsType", Kind.TEXT)
                  .field(7, "fieldsV1", Kind.RAW_JSON)
                  .field(8, "subresource", Kind.TEXT))
          .build();

  private static final Table CONDITION =
      Table.of()
          .field(1, "type", Kind.TEXT)
          .field(2, "status", Kind.TEXT)
          .field(3, "observedGeneration", Kind.NUMBER)
          .field(4, "lastTransitionTime", Kind.TIME)
          .field(5, "reason", Kind.TEXT)
          .field(6, "message", Kind.TEXT);

  private static final Map<Integer, Field> SERVICE =
      Table.of()
          .message(1, "metadata", METADATA)
          .message(
              2,
              "spec",
              Table.of()
                  .messages(
                      1,
                      "ports",
                      Table.of()
                          .field(1, "name", Kind.TEXT)
                          .field(2, "protocol", Kind.TEXT)
                          .field(3, "port", Kind.NUMBER_ALWAYS)
                          .field(4, "targetPort", Kind.NUMBER_OR_TEXT)
                          .field(5, "nodePort", Kind.NUMBER)
                          .field(6, "appProtocol", Kind.TEXT_POINTER))
                  .field(2, "selector", Kind.TEXT_MAP)
                  .field(3, "clusterIP", Kind.TEXT)
                  .field(4, "type", Kind.TEXT)
                  .field(5, "externalIPs", Kind.TEXTS)
                  .field(7, "sessionAffinity", Kind.TEXT)
                  .field(8, "loadBalancerIP", Kind.TEXT)
                  .field(9, "loadBalancerSourceRanges", Kind.TEXTS)
                  .field(10, "externalName", Kind.TEXT)
                  .field(11, "externalTrafficPolicy", Kind.TEXT)
                  .field(12, "healthCheckNodePort", Kind.NUMBER)
                  .field(13, "publishNotReadyAddresses", Kind.FLAG)
                  .message(
                      14,
                      "sessionAffinityConfig",
                      Table.of()
                          .message(
                              1,
                              "clientIP",
                              Table.of().field(1, "timeoutSeconds", Kind.NUMBER_POINTER).build())
                          .build())
                  .field(16, "topologyKeys", Kind.TEXTS)
                  .field(17, "ipFamilyPolicy", Kind.TEXT_POINTER)
                  .field(18, "clusterIPs", Kind.TEXTS)
                  .field(19, "ipFamilies", Kind.TEXTS)
                  .field(20, "allocateLoadBalancerNodePorts", Kind.FLAG_POINTER)
                  .field(21, "loadBalancerClass", Kind.TEXT_POINTER)
                  .field(22, "internalTrafficPolicy", Kind.TEXT_POINTER)
                  .field(23, "trafficDistribution", Kind.TEXT_POINTER)
                  .build())
          .message(
              3,
              "status",
              Table.of()
                  .message(
                      1,
                      "loadBalancer",
                      Table.of()
                          .messages(
                              1,
                              "ingress",
                              Table.of()
                                  .field(1, "ip", Kind.TEXT)
                                  .field(2, "hostname", Kind.TEXT)
                                  .field(3, "ipMode", Kind.TEXT_POINTER)
                                  .messages(
                                      4,
                                      "ports",
                                      Table.of()
                                          .field(1, "port", Kind.NUMBER_ALWAYS)
                                          .field(2, "protocol", Kind.TEXT)
                                          .field(3, "error", Kind.TEXT_POINTER)))
                          .build())
                  .messages(2, "conditions", CONDITION)
                  .build())
          .build();

  private static final Map<Integer, Field> RANGE_ALLOCATION =
      Table.of()
          .message(1, "metadata", METADATA)
          .field(2, "range", Kind.TEXT)
          .field(3, "data", Kind.BYTES)
          .build();

  private static final Map<Integer, Field> IP_ADDRESS =
      Table.of()
          .message(1, "metadata", METADATA)
          .message(
              2,
              "spec",
              Table.of()
                  .message(
                      1,
                      "parentRef",
                      Table.of()
                          .field(1, "group", Kind.TEXT)
                          .field(2, "resource", Kind.TEXT)
                          .field(3, "namespace", Kind.TEXT)
                          .field(4, "name", Kind.TEXT)
                          .build())
                  .build())
          .build();

  private static final Map<Integer, Field> SERVICE_CIDR =
      Table.of()
          .message(1, "metadata", METADATA)
          .message(2, "spec", Table.of().field(1, "cidrs", Kind.TEXTS).build())
          .message(3, "status", Table.of().messages(1, "conditions", CONDITION).build())
          .build();

  private ProtobufObjects() {}

  /**
   * Reads what follows the mark {@code k8s\0}: a {@code runtime.Unknown} with the object inside.
   *
   * @throws UnreadableException says what is not understood
   */
  static ObjectNode decode(byte[] unknown) throws UnreadableException {
    try {
      var apiVersion = "";
      var kind = "";
      byte[] raw = {};
      var in = CodedInputStream.newInstance(unknown);
      for (int tag; (tag = in.readTag()) != 0; ) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> {
            var typeMeta = in.readBytes().newCodedInput();
            for (int inner; (inner = typeMeta.readTag()) != 0; ) {
              switch (WireFormat.getTagFieldNumber(inner)) {
                case 1 -> apiVersion = typeMeta.readString();
                case 2 -> kind = typeMeta.readString();
                default -> typeMeta.skipField(inner);
              }
            }
          }
          case 2 -> raw = in.readByteArray();
          case 3 -> {
            var encoding = in.readString();
            if (!encoding.isEmpty()) {
              throw new UnreadableException("it is encoded as \"" + encoding + "\"");
            }
          }
          default -> in.skipField(tag);
        }
      }
      var fields =
          switch (kind) {
            case "Service" -> SERVICE;
            case "RangeAllocation" -> RANGE_ALLOCATION;
            case "IPAddress" -> IP_ADDRESS;
            case "ServiceCIDR" -> SERVICE_CIDR;
            default -> throw new UnreadableException("it is a protobuf of kind \"" + kind + "\"");
          };
      var object = JsonNodeFactory.instance.objectNode();
      object.put("apiVersion", apiVersion).put("kind", kind);
      read(CodedInputStream.newInstance(raw), fields, object, kind);
      return object;
    } catch (IOException | JacksonException broken) {
      throw new UnreadableException("it is no valid protobuf: " + broken.getMessage());
    }
  }

  private static void read(
      CodedInputStream in, Map<Integer, Field> fields, ObjectNode into, String path)
      throws IOException, UnreadableException {
    for (int tag; (tag = in.readTag()) != 0; ) {
      var number = WireFormat.getTagFieldNumber(tag);
      var field = fields.get(number);
      if (field == null) {
        throw new UnreadableException(
            "its protobuf has field " + number + " in " + path + ", which Byname does not know");
      }
      readField(in, field, into, path + "." + field.name());
    }
  }

  private static void readField(CodedInputStream in, Field field, ObjectNode into, String path)
      throws IOException, UnreadableException {
    var name = field.name();
    switch (field.kind()) {
      case TEXT -> {
        var text = in.readString();
        if (!text.isEmpty()) {
          into.put(name, text);
        }
      }
      case TEXT_POINTER -> into.put(name, in.readString());
      case TEXTS -> into.withArrayProperty(name).add(in.readString());
      case NUMBER -> {
        var number = in.readInt64();
        if (number != 0) {
          put(into, name, number);
        }
      }
      case NUMBER_POINTER, NUMBER_ALWAYS -> put(into, name, in.readInt64());
      case FLAG -> {
        if (in.readBool()) {
          into.put(name, true);
        }
      }
      case FLAG_POINTER -> into.put(name, in.readBool());
      case BYTES -> into.put(name, in.readByteArray());
      case TEXT_MAP -> readEntry(in.readBytes().newCodedInput(), into.withObjectProperty(name));
      case TIME -> {
        var time = readTime(in.readBytes().newCodedInput());
        if (time != null) {
          into.put(name, time.toString());
        }
      }
      case NUMBER_OR_TEXT -> readIntOrString(in.readBytes().newCodedInput(), name, into);
      case RAW_JSON -> {
        var wrapper = in.readBytes().newCodedInput();
        for (int tag; (tag = wrapper.readTag()) != 0; ) {
          if (WireFormat.getTagFieldNumber(tag) == 1) {
            into.set(name, JSON.readTree(wrapper.readByteArray()));
          } else {
            wrapper.skipField(tag);
          }
        }
      }
      case MESSAGE ->
          read(in.readBytes().newCodedInput(), field.fields(), into.withObjectProperty(name), path);
      case MESSAGES ->
          read(
              in.readBytes().newCodedInput(),
              field.fields(),
              into.withArrayProperty(name).addObject(),
              path);
    }
  }

  /** Of the type that the JSON parser takes, so that equal numbers are equal. */
  private static void put(ObjectNode into, String name, long number) {
    if (number == (int) number) {
      into.put(name, (int) number);
    } else {
      into.put(name, number);
    }
  }

  private static void readEntry(CodedInputStream entry, ObjectNode into) throws IOException {
    var key = "";
    var value = "";
    for (int tag; (tag = entry.readTag()) != 0; ) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> key = entry.readString();
        case 2 -> value = entry.readString();
        default -> entry.skipField(tag);
      }
    }
    into.put(key, value);
  }

  /** Null for Go's zero time, which is no time. */
  private static @Nullable Instant readTime(CodedInputStream time) throws IOException {
    Long seconds = null;
    for (int tag; (tag = time.readTag()) != 0; ) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        seconds = time.readInt64();
      } else {
        // Kubernetes' Time has whole seconds.
        time.skipField(tag);
      }
    }
    return seconds == null ? null : Instant.ofEpochSecond(seconds);
  }

  private static void readIntOrString(CodedInputStream in, String name, ObjectNode into)
      throws IOException {
    var isText = false;
    var number = 0;
    var text = "";
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> isText = in.readInt64() == 1;
        case 2 -> number = in.readInt32();
        case 3 -> text = in.readString();
        default -> in.skipField(tag);
      }
    }
    if (isText) {
      into.put(name, text);
    } else {
      into.put(name, number);
    }
  }

  /** Field numbers with their fields, while they are written down. */
  private static final class Table {
    private final Map<Integer, Field> fields = new HashMap<>();

    static Table of() {
      return new Table();
    }

    Table field(int number, String name, Kind kind) {
      fields.put(number, new Field(name, kind, Map.of()));
      return this;
    }

    Table message(int number, String name, Map<Integer, Field> inner) {
      fields.put(number, new Field(name, Kind.MESSAGE, inner));
      return this;
    }

    Table messages(int number, String name, Table inner) {
      fields.put(number, new Field(name, Kind.MESSAGES, inner.build()));
      return this;
    }

    Map<Integer, Field> build() {
      return Map.copyOf(fields);
    }
  }
}
