package dev.byname.resolverconfig.registry;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * What is wrong with one field, in the API server's words.
 *
 * @param path {@code spec.ports[0].port}
 * @param problem {@code Invalid value: 0: must be between 1 and 65535, inclusive}
 */
public record FieldError(String path, String problem) {

  static FieldError required(String path) {
    return new FieldError(path, "Required value");
  }

  static FieldError invalid(String path, JsonNode value, String detail) {
    return new FieldError(path, "Invalid value: " + value + ": " + detail);
  }

  static FieldError invalid(String path, String value, String detail) {
    return invalid(path, StringNode.valueOf(value), detail);
  }

  static FieldError notSupported(String path, String value, List<String> supported) {
    return new FieldError(
        path,
        "Unsupported value: \"%s\": supported values: %s"
            .formatted(
                value,
                supported.stream()
                    .map(each -> '"' + each + '"')
                    .collect(Collectors.joining(", "))));
  }

  static FieldError forbidden(String path, String detail) {
    return new FieldError(path, "Forbidden: " + detail);
  }

  static FieldError duplicate(String path, JsonNode value) {
    return new FieldError(path, "Duplicate value: " + value);
  }

  @Override
  public String toString() {
    return path + ": " + problem;
  }
}
