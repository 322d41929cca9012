package dev.byname.resolverconfig.injection;

import dev.byname.resolverconfig.resolvconf.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One object of a configuration file. Collects what is wrong with the path of the field, and finds
 * misspelt fields: whatever was not asked for by the time {@link #checkNames} is called.
 */
final class Fields {
  private final String path;
  private final Map<?, ?> object;
  private final List<Problem> problems;
  private final Set<String> asked = new LinkedHashSet<>();

  Fields(String path, @Nullable Object object, List<Problem> problems) {
    this.path = path;
    this.problems = problems;
    if (object instanceof Map<?, ?> map) {
      this.object = map;
    } else {
      this.object = Map.of();
      if (object != null) {
        problems.add(new Problem(path, "must be an object"));
      }
    }
  }

  private String path(String field) {
    return path.isEmpty() || field.isEmpty() ? path + field : path + "." + field;
  }

  void complain(String field, String what) {
    problems.add(new Problem(path(field), what));
  }

  boolean has(String field) {
    return get(field) != null;
  }

  @Nullable Object get(String field) {
    asked.add(field);
    return object.get(field);
  }

  String text(String field, String otherwise) {
    return switch (get(field)) {
      case null -> otherwise;
      case String text -> text;
      case Object other -> {
        complain(field, "must be text: put " + other + " in quotes");
        yield otherwise;
      }
    };
  }

  List<String> texts(String field) {
    var texts = new ArrayList<String>();
    int index = 0;
    for (var item : list(field)) {
      if (item instanceof String text) {
        texts.add(text);
      } else {
        complain(field + "[" + index + "]", "must be text");
      }
      index++;
    }
    return texts;
  }

  List<?> list(String field) {
    return switch (get(field)) {
      case null -> List.of();
      case List<?> list -> list;
      case Object other -> {
        complain(field, "must be a list, not " + other);
        yield List.of();
      }
    };
  }

  List<Fields> objects(String field) {
    var objects = new ArrayList<Fields>();
    for (var item : list(field)) {
      objects.add(new Fields(path(field) + "[" + objects.size() + "]", item, problems));
    }
    return objects;
  }

  Fields object(String field) {
    return new Fields(path(field), get(field), problems);
  }

  /** The keys and values of an object whose keys are the user's, such as matchLabels. */
  Map<?, ?> entries() {
    return object;
  }

  void checkNames() {
    var unknown = new TreeSet<String>();
    object.keySet().forEach(key -> unknown.add(String.valueOf(key)));
    unknown.removeAll(asked);
    for (var field : unknown) {
      complain(field, "is unknown; known are " + String.join(", ", asked));
    }
  }
}
