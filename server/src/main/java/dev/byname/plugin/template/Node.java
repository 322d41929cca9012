package dev.byname.plugin.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a template (Go's package text/template). */
sealed interface Node {
  record Text(String text) implements Node {}

  /** Prints what the pipeline yields, or, when it sets a variable, nothing. */
  record Action(Pipeline pipeline) implements Node {}

  /**
   * {@code if} and {@code with}.
   *
   * @param rebinds whether the value becomes the dot inside
   */
  record Branch(Pipeline condition, boolean rebinds, List<Node> then, List<Node> otherwise)
      implements Node {}

  /**
   * @param key variable for index or key
   * @param value variable for the element
   */
  record Range(
      @Nullable String key,
      @Nullable String value,
      Pipeline over,
      List<Node> body,
      List<Node> otherwise)
      implements Node {}

  /**
   * Commands whose value is the last argument of the next.
   *
   * @param variable that gets the value; null: none
   */
  record Pipeline(@Nullable String variable, boolean declares, List<Command> commands) {}

  /** A value, or a function and its arguments. */
  record Command(List<Expression> words) {}

  /** What stands for a value. */
  sealed interface Expression {
    record Literal(Object value) implements Expression {}

    record Dot() implements Expression {}

    record Variable(String name) implements Expression {}

    record Field(Expression of, String name) implements Expression {}

    record Nested(Pipeline pipeline) implements Expression {}

    record Function(String name) implements Expression {}
  }
}
