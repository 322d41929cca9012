package dev.byname.source;

import dev.byname.cluster.IpAddress;
import dev.byname.cluster.NameRules;
import dev.byname.source.Decoded.Problem;
import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import dev.byname.source.Tree.ScalarType;
import dev.byname.source.Tree.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of a {@link Tree} together with the way to it, so that whoever reads it can say what is
 * wrong where. Reading never fails: a value that is missing or of the wrong kind is read as empty,
 * the latter noted as a problem.
 */
final class Field {
  private final @Nullable Field parent;

  /** The name in a mapping, or {@code [2]} in a list; empty for the object itself. */
  private final String name;

  /** Null when the field is not there, or {@code null}, which the Kubernetes API calls the same. */
  private final @Nullable Tree tree;

  private final Problems problems;

  /** The problems of one object, as they are found. */
  static final class Problems {
    private String object = "";
    private final List<Problem> found = new ArrayList<>(0);

    /** Names the object from here on: {@code Service default/reviews}. */
    void about(String subject) {
      object = subject;
    }

    boolean isEmpty() {
      return found.isEmpty();
    }

    List<Problem> found() {
      return found;
    }
  }

  static Field root(Tree tree, Problems problems) {
    return new Field(null, "", tree, problems);
  }

  private Field(@Nullable Field parent, String name, @Nullable Tree tree, Problems problems) {
    this.parent = parent;
    this.name = name;
    this.tree = tree instanceof Scalar scalar && scalar.type() == ScalarType.NOTHING ? null : tree;
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  boolean present() {
    return tree != null;
  }

  boolean isMapping() {
    return tree instanceof Mapping;
  }

  boolean isFilledMapping() {
    return tree instanceof Mapping mapping && !mapping.fields().isEmpty();
  }

  boolean isText(String expected) {
    return tree instanceof Scalar scalar
        && scalar.type() == ScalarType.TEXT
        && scalar.text().equals(expected);
  }

  /**
   * Notes a problem when this is absent or an empty text, which the Kubernetes API calls the same.
   */
  void require(String hint) {
    if (parent != null && parent.present() && parent.tree instanceof Scalar) {
      return; // that it is no mapping has been said
    }
    if (tree == null || isText("")) {
      problem(hint.isEmpty() ? "is missing" : "is missing: " + hint);
    }
  }

  /** The same value whose problems are another object's. */
  Field asObject() {
    return new Field(parent, name, tree, new Problems());
  }

  /** The field of a mapping; absent when this is absent. */
  Field get(String field) {
    Tree value = tree instanceof Mapping mapping ? mapping.fields().get(field) : null;
    return new Field(this, field, value, problems);
  }

  /** Notes a problem unless this is absent or a mapping. */
  Field mapping() {
    if (tree != null && !(tree instanceof Mapping)) {
      problem("is %s, but must be a mapping".formatted(tree.description()));
    }
    return this;
  }

  /** The items of a list; empty when absent. */
  List<Field> items() {
    if (tree instanceof Sequence list) {
      var items = new ArrayList<Field>(list.items().size());
      for (Tree item : list.items()) {
        items.add(new Field(this, "[" + items.size() + "]", item, problems));
      }
      return items;
    }
    if (tree != null) {
      problem("is %s, but must be a list".formatted(tree.description()));
    }
    return List.of();
  }

  /** A text; empty when absent. */
  String text() {
    if (tree == null) {
      return "";
    }
    if (tree instanceof Scalar(ScalarType type, String text, int line)) {
      if (type == ScalarType.TEXT) {
        return text;
      }
      problem(
          "%s is %s, but must be text: put it in quotes"
              .formatted(text, type == ScalarType.FLAG ? "a boolean" : "a number"));
      return "";
    }
    problem("is %s, but must be text".formatted(tree.description()));
    return "";
  }

  /** A text; {@code fallback} when absent or empty, as the API server fills in defaults. */
  String textOr(String fallback) {
    String text = text();
    return text.isEmpty() ? fallback : text;
  }

  /** True or false; {@code fallback} when absent. */
  boolean flag(boolean fallback) {
    if (tree == null) {
      return fallback;
    }
    if (tree instanceof Scalar(ScalarType type, String text, int line) && type == ScalarType.FLAG) {
      return text.equals("true");
    }
    problem("is %s, but must be true or false".formatted(tree.description()));
    return fallback;
  }

  /** A whole number in a range; {@code fallback} when absent or wrong. */
  int number(int least, int most, String what, int fallback) {
    if (tree == null) {
      return fallback;
    }
    if (!(tree instanceof Scalar(ScalarType type, String text, int line))
        || type != ScalarType.NUMBER) {
      problem("is %s, but must be a number".formatted(tree.description()));
      return fallback;
    }
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException fractionOrTooLong) {
      value = -1;
    }
    if (value < least || value > most) {
      problem("%s is no %s (%d to %d)".formatted(abridged(text), what, least, most));
      return fallback;
    }
    return value;
  }

  /** An address; null when absent, empty or wrong. */
  @Nullable IpAddress address() {
    String text = text();
    if (text.isEmpty()) {
      return null;
    }
    IpAddress address = IpAddress.parse(text);
    if (address == null) {
      problem("\"%s\" is no IP address".formatted(abridged(text)));
    }
    return address;
  }

  /** Texts by name, as labels and annotations are; empty when absent. */
  Map<String, String> texts() {
    mapping();
    if (!(tree instanceof Mapping(Map<String, Tree> fields, int line)) || fields.isEmpty()) {
      return Map.of();
    }
    var texts = new HashMap<String, String>();
    for (String key : fields.keySet()) {
      var value = new Field(this, "[" + key + "]", fields.get(key), problems);
      texts.put(key, value.text());
    }
    return texts;
  }

  /** Notes a problem unless the text is one label of a DNS name. */
  boolean label(String text) {
    if (NameRules.isLabel(text)) {
      return true;
    }
    problem(
        "\"%s\" is no DNS label (lower-case letters, digits and '-', a letter or digit at both ends, at most %d)"
            .formatted(abridged(text), NameRules.LABEL_MAX));
    return false;
  }

  /** Notes a problem unless the text is labels with dots between them. */
  boolean subdomain(String text) {
    if (NameRules.isSubdomain(text)) {
      return true;
    }
    problem(
        "\"%s\" is no DNS subdomain (lower-case letters, digits, '-' and '.', a letter or digit at both ends, at most %d)"
            .formatted(abridged(text), NameRules.SUBDOMAIN_MAX));
    return false;
  }

  /** Notes that a text is not one of those allowed; one that is absent or empty is left alone. */
  void problemUnlessEmpty(String message) {
    String text = isMapping() || tree instanceof Sequence ? "" : text();
    if (!text.isEmpty()) {
      problem("\"%s\" %s".formatted(abridged(text), message));
    }
  }

  void problem(String message) {
    problems.found.add(new Problem(problems.object, path(), line(), message));
  }

  /** Of this value, or of the nearest one around it when it is absent. */
  int line() {
    if (tree != null) {
      return tree.line();
    }
    return parent == null ? 0 : parent.line();
  }

  private String path() {
    if (parent == null) {
      return "";
    }
    String before = parent.path();
    return before.isEmpty() || name.startsWith("[") ? before + name : before + "." + name;
  }

  /** A value for a message: whole when short, and never with a line end or worse in it. */
  static String abridged(String value) {
    return abridged(value, 80);
  }

  static String abridged(String value, int lengthMax) {
    var text = new StringBuilder();
    for (int i = 0; i < value.length() && i < lengthMax; i++) {
      char c = value.charAt(i);
      text.append(Character.isISOControl(c) ? '\ufffd' : c);
    }
    return value.length() > lengthMax ? text.append('…').toString() : text.toString();
  }
}
