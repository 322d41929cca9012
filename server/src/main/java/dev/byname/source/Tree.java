package dev.byname.source;

import java.util.List;
import java.util.Map;

/**
 * A Kubernetes object as a tree of values, whatever it was written in: YAML, JSON, or protobuf. It
 * keeps the lines, so that a mistake deep inside a manifest is named where it is.
 *
 * <p>Made by {@link JsonTree} and {@link YamlTree}; a source with another encoding builds one with
 * the records themselves. {@link ObjectDecoder} reads it.
 */
public sealed interface Tree {
  /** Line of the value in its text, from 1; 0 where there are no lines. */
  int line();

  /**
   * A single value.
   *
   * @param text of a number its decimal digits as written, of a flag {@code true} or {@code false},
   *     of {@link ScalarType#NOTHING} anything
   */
  record Scalar(ScalarType type, String text, int line) implements Tree {}

  record Sequence(List<Tree> items, int line) implements Tree {}

  /**
   * Fields with their names.
   *
   * @param fields in the order of the text, each name once
   */
  record Mapping(Map<String, Tree> fields, int line) implements Tree {}

  enum ScalarType {
    TEXT("text"),
    NUMBER("a number"),
    FLAG("true or false"),
    /** {@code null}: the Kubernetes API treats it as if the field were not there. */
    NOTHING("nothing");

    private final String description;

    ScalarType(String description) {
      this.description = description;
    }

    /** With its article, for messages. */
    public String description() {
      return description;
    }
  }

  /** A text without a line. */
  static Tree of(String text) {
    return new Scalar(ScalarType.TEXT, text, 0);
  }

  /** A number without a line. */
  static Tree of(long number) {
    return new Scalar(ScalarType.NUMBER, Long.toString(number), 0);
  }

  /** A flag without a line. */
  static Tree of(boolean flag) {
    return new Scalar(ScalarType.FLAG, Boolean.toString(flag), 0);
  }

  /** A list without lines. */
  static Tree of(List<Tree> items) {
    return new Sequence(items, 0);
  }

  /** A mapping without lines. */
  static Tree of(Map<String, Tree> fields) {
    return new Mapping(fields, 0);
  }

  /** What the value is, with its article, for messages. */
  default String description() {
    return switch (this) {
      case Scalar scalar -> scalar.type().description();
      case Sequence list -> "a list";
      case Mapping mapping -> "a mapping";
    };
  }
}
