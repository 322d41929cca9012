package dev.byname.resolverconfig.injection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON Patch (RFC 6902) of nothing but {@code add} operations on members of objects, which also
 * replace (section 4.1).
 */
record Patch(List<Add> operations) {
  Patch {
    operations = List.copyOf(operations);
  }

  /**
   * Sets one member.
   *
   * @param path names from the root to the member, not escaped
   */
  record Add(List<String> path, Object value) {
    Add {
      path = List.copyOf(path);
    }

    /** RFC 6901 section 3: "~" and "/" have escapes. */
    private String pointer() {
      var pointer = new StringBuilder();
      for (var name : path) {
        pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
      }
      return pointer.toString();
    }
  }

  /** The same patch for a document in which the object lies deeper, as a template does. */
  Patch under(List<String> prefix) {
    return new Patch(
        operations.stream()
            .map(add -> {
              var path = new ArrayList<>(prefix);
              path.addAll(add.path());
              return new Add(path, add.value());
            })
            .toList());
  }

  /** As JSON writes it. */
  List<Map<String, Object>> toJson() {
    return operations.stream()
        .map(add -> {
          Map<String, Object> operation = new LinkedHashMap<>();
          operation.put("op", "add");
          operation.put("path", add.pointer());
          operation.put("value", add.value());
          return operation;
        })
        .toList();
  }

  /** A changed copy; {@code document} stays as it is. */
  Map<Object, Object> applyTo(Map<?, ?> document) {
    Map<Object, Object> changed = new LinkedHashMap<>(document);
    operations.forEach(add -> set(changed, add.path(), add.value()));
    return changed;
  }

  private static void set(Map<Object, Object> object, List<String> path, Object value) {
    if (path.size() == 1) {
      object.put(path.getFirst(), value);
      return;
    }
    if (!(object.get(path.getFirst()) instanceof Map<?, ?> member)) {
      throw new IllegalStateException("no object at " + path.getFirst());
    }
    Map<Object, Object> copy = new LinkedHashMap<>(member);
    set(copy, path.subList(1, path.size()), value);
    object.put(path.getFirst(), copy);
  }
}
