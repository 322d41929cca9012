package dev.byname.resolverconfig.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Objects as they are stored: JSON, or what an API server writes. */
final class ObjectCodec {
  /** Before objects that the API server stores as protobuf (its default for built-in kinds). */
  private static final byte[] PROTOBUF_MARK = {'k', '8', 's', 0};

  /** Before objects that the API server encrypts at rest. */
  private static final byte[] ENCRYPTED_MARK = "k8s:enc:".getBytes(US_ASCII);

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final JsonMapper READABLE =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ObjectCodec() {}

  /** A stored value cannot be read whole. */
  static final class UnreadableException extends Exception {
    UnreadableException(String message) {
      super(message);
    }
  }

  /**
   * Reads a stored value.
   *
   * @throws UnreadableException when any of it cannot be understood
   */
  static ObjectNode decode(byte[] value) throws UnreadableException {
    if (startsWith(value, PROTOBUF_MARK)) {
      return ProtobufObjects.decode(Arrays.copyOfRange(value, PROTOBUF_MARK.length, value.length));
    }
    if (startsWith(value, ENCRYPTED_MARK)) {
      var provider = new String(value, US_ASCII).split(":", 5);
      throw new UnreadableException(
          "it is encrypted at rest (" + String.join(":", Arrays.copyOf(provider, 3)) + ")");
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(value);
    } catch (JacksonException broken) {
      throw new UnreadableException("it is no JSON: " + broken.getOriginalMessage());
    }
    if (tree instanceof ObjectNode object) {
      return object;
    }
    throw new UnreadableException("it is no JSON object");
  }

  /** One line, as API servers write JSON. */
  static byte[] encodeCompact(ObjectNode object) {
    return (JSON.writeValueAsString(object) + "\n").getBytes(UTF_8);
  }

  /** For files that people look at. */
  static byte[] encodeReadable(ObjectNode object) {
    return (READABLE.writeValueAsString(object) + "\n").getBytes(UTF_8);
  }

  /** The same object with all fields in alphabetical order, as kubectl prints them. */
  static JsonNode sorted(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        var fields = new TreeMap<String, JsonNode>();
        object.properties().forEach(entry -> fields.put(entry.getKey(), sorted(entry.getValue())));
        yield object.objectNode().setAll(fields);
      }
      case ArrayNode array -> {
        var items = array.arrayNode();
        array.forEach(item -> items.add(sorted(item)));
        yield items;
      }
      default -> node;
    };
  }

  private static boolean startsWith(byte[] value, byte[] mark) {
    return value.length >= mark.length
        && Arrays.equals(value, 0, mark.length, mark, 0, mark.length);
  }
}
