package dev.byname.plugin.template;

import dev.byname.plugin.template.Node.Command;
import dev.byname.plugin.template.Node.Expression;
import dev.byname.plugin.template.Node.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A template in Go's language: actions with fields, pipelines, functions, variables, {@code if},
 * {@code with} and {@code range}. There is no way to define or call templates, so every template
 * ends.
 */
final class GoTemplate {
  /**
   * More than the longest record as text; {@code range} in {@code range} could grow without end.
   */
  private static final int RESULT_CHARS_MAX = 100_000;

  private final String text;
  private final List<Node> nodes;

  private GoTemplate(String text, List<Node> nodes) {
    this.text = text;
    this.nodes = nodes;
  }

  /**
   * @param fields what the data will have
   * @throws TemplateException with what is wrong
   */
  static GoTemplate parse(String text, Set<String> fields) throws TemplateException {
    return new GoTemplate(text, TemplateParser.parse(text, fields, TemplateFunctions.NAMES));
  }

  /** A value that takes arguments: {@code .Meta}. */
  interface Method {
    Object call(List<Object> arguments) throws TemplateException;
  }

  /** What an absent key of a map yields, as Go prints it. */
  static final Object NO_VALUE =
      new Object() {
        @Override
        public String toString() {
          return "<no value>";
        }
      };

  /**
   * The text with everything filled in.
   *
   * @param data Strings, Longs, Booleans, Lists, Maps and {@link Method}s by field
   * @throws TemplateException when it cannot be, for this data
   */
  String render(Map<String, Object> data) throws TemplateException {
    var run = new Run(data);
    run.print(nodes, data);
    return run.out.toString();
  }

  /** As Go prints a template that it has read: without blanks inside the braces. */
  @Override
  public String toString() {
    return text.replaceAll("\\{\\{-?\\s+", "{{").replaceAll("\\s+-?}}", "}}");
  }

  /** One evaluation. */
  private static final class Run {
    final StringBuilder out = new StringBuilder();
    private final Map<String, Object> variables = new HashMap<>();

    Run(Object root) {
      variables.put("$", root);
    }

    void print(List<Node> nodes, Object dot) throws TemplateException {
      for (Node node : nodes) {
        switch (node) {
          case Node.Text(String text) -> append(text);
          case Node.Action(Pipeline pipeline) -> {
            Object value = value(pipeline, dot);
            if (pipeline.variable() == null) {
              append(TemplateFunctions.text(value));
            }
          }
          case Node.Branch(var condition, boolean rebinds, var then, var otherwise) -> {
            Object value = value(condition, dot);
            if (TemplateFunctions.isTrue(value)) {
              print(then, rebinds ? value : dot);
            } else {
              print(otherwise, dot);
            }
          }
          case Node.Range range -> printEach(range, dot);
        }
      }
    }

    private void printEach(Node.Range range, Object dot) throws TemplateException {
      Map<Object, Object> elements = elements(value(range.over(), dot));
      for (var element : elements.entrySet()) {
        set(range.key(), element.getKey());
        set(range.value(), element.getValue());
        print(range.body(), element.getValue());
      }
      if (elements.isEmpty()) {
        print(range.otherwise(), dot);
      }
    }

    private static Map<Object, Object> elements(Object value) throws TemplateException {
      Map<Object, Object> elements = new LinkedHashMap<>();
      switch (value) {
        case List<?> list -> list.forEach(element -> elements.put((long) elements.size(), element));
        case Map<?, ?> map ->
            map.entrySet().stream()
                .sorted((a, b) -> a.getKey().toString().compareTo(b.getKey().toString()))
                .forEach(entry -> elements.put(entry.getKey(), entry.getValue()));
        default -> throw new TemplateException("range over " + value + ", which has no elements");
      }
      return elements;
    }

    private void append(String text) throws TemplateException {
      if (out.length() + text.length() > RESULT_CHARS_MAX) {
        throw new TemplateException("the result is longer than " + RESULT_CHARS_MAX);
      }
      out.append(text);
    }

    private void set(@Nullable String variable, Object value) {
      if (variable != null) {
        variables.put(variable, value);
      }
    }

    private Object value(Pipeline pipeline, Object dot) throws TemplateException {
      Object value = null;
      for (Command command : pipeline.commands()) {
        value = value(command, dot, value);
      }
      if (value == null) {
        throw new TemplateException("a value is missing");
      }
      set(pipeline.variable(), value);
      return value;
    }

    /**
     * @param piped what the command before yields: the last argument
     */
    private Object value(Command command, Object dot, @Nullable Object piped)
        throws TemplateException {
      List<Object> arguments = new ArrayList<>();
      for (Expression word : command.words().subList(1, command.words().size())) {
        arguments.add(value(word, dot));
      }
      if (piped != null) {
        arguments.add(piped);
      }
      Expression first = command.words().getFirst();
      if (first instanceof Expression.Function(String name)) {
        return TemplateFunctions.call(name, arguments);
      }
      Object value = value(first, dot);
      if (value instanceof Method method) {
        return method.call(arguments);
      }
      if (!arguments.isEmpty()) {
        throw new TemplateException("an argument for what is no function: " + value);
      }
      return value;
    }

    private Object value(Expression expression, Object dot) throws TemplateException {
      return switch (expression) {
        case Expression.Literal(Object value) -> value;
        case Expression.Dot() -> dot;
        case Expression.Variable(String name) -> variables.getOrDefault(name, NO_VALUE);
        case Expression.Nested(Pipeline pipeline) -> value(pipeline, dot);
        case Expression.Function(String name) -> TemplateFunctions.call(name, List.of());
        case Expression.Field(Expression of, String name) -> field(value(of, dot), name);
      };
    }

    private static Object field(Object of, String name) throws TemplateException {
      if (of instanceof Map<?, ?> map) {
        Object value = map.get(name);
        return value == null ? NO_VALUE : value;
      }
      throw new TemplateException("no field ." + name + " in " + of);
    }
  }
}
