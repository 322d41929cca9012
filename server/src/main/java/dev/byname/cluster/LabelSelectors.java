package dev.byname.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Label selectors as kubectl's {@code -l} and the Corefile's {@code labels} and {@code
 * namespace_labels} write them: requirements with commas between them, all of which must hold.
 *
 * <pre>
 * app=web  app==web  app!=web  tier in (front, back)  tier notin (test)  app  !app
 * </pre>
 *
 * <p>{@code !=} and {@code notin} also select objects without the label, and {@code key=} selects
 * an empty value. The comparisons {@code >} and {@code <} of node affinity are no part of it, for
 * CoreDNS either.
 */
public final class LabelSelectors {
  private static final int NAME_MAX = 63;
  private static final String SPECIAL = "=!(),<>";

  private LabelSelectors() {}

  /**
   * Reads a selector; an empty text selects everything.
   *
   * @return a selector whose {@code toString} is the selector again, fit for {@code
   *     ?labelSelector=}
   * @throws IllegalArgumentException when the text is no selector; the message says why and where
   */
  public static LabelSelector parse(String text) {
    List<Requirement> requirements = new Parser(text).parse();
    return requirements.isEmpty() ? LabelSelector.EVERYTHING : new All(requirements);
  }

  private record All(List<Requirement> requirements) implements LabelSelector {
    @Override
    public boolean matches(Map<String, String> labels) {
      for (Requirement requirement : requirements) {
        if (!requirement.matches(labels)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }
  }

  private sealed interface Requirement extends LabelSelector {
    record Exists(String key) implements Requirement {
      @Override
      public boolean matches(Map<String, String> labels) {
        return labels.containsKey(key);
      }

      @Override
      public String toString() {
        return key;
      }
    }

    record Absent(String key) implements Requirement {
      @Override
      public boolean matches(Map<String, String> labels) {
        return !labels.containsKey(key);
      }

      @Override
      public String toString() {
        return "!" + key;
      }
    }

    record In(String key, SortedSet<String> values) implements Requirement {
      @Override
      public boolean matches(Map<String, String> labels) {
        String value = labels.get(key);
        return value != null && values.contains(value);
      }

      @Override
      public String toString() {
        return values.size() == 1
            ? key + "=" + values.first()
            : key + " in (" + String.join(",", values) + ")";
      }
    }

    record NotIn(String key, SortedSet<String> values) implements Requirement {
      @Override
      public boolean matches(Map<String, String> labels) {
        String value = labels.get(key);
        return value == null || !values.contains(value);
      }

      @Override
      public String toString() {
        return values.size() == 1
            ? key + "!=" + values.first()
            : key + " notin (" + String.join(",", values) + ")";
      }
    }
  }

  /** Recursive descent over the grammar of apimachinery's {@code labels.Parse}. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    List<Requirement> parse() {
      var requirements = new ArrayList<Requirement>();
      skipBlanks();
      if (atEnd()) {
        return requirements;
      }
      requirements.add(requirement());
      while (!atEnd()) {
        expect(",", "',' or the end");
        requirements.add(requirement());
      }
      return requirements;
    }

    private Requirement requirement() {
      if (accept("!")) {
        return new Requirement.Absent(key());
      }
      String key = key();
      if (atEnd() || text.charAt(at) == ',') {
        return new Requirement.Exists(key);
      }
      int start = at;
      if (accept("==") || accept("=")) {
        return new Requirement.In(key, one(value()));
      }
      if (accept("!=")) {
        return new Requirement.NotIn(key, one(value()));
      }
      if (text.charAt(at) == '<' || text.charAt(at) == '>') {
        throw error(at, "'%c' is not possible here".formatted(text.charAt(at)));
      }
      return switch (word()) {
        case "in" -> new Requirement.In(key, values());
        case "notin" -> new Requirement.NotIn(key, values());
        case String other -> throw error(start, "one of = == != in notin ',' is expected");
      };
    }

    private String key() {
      skipBlanks();
      int start = at;
      String key = word();
      int slash = key.indexOf('/');
      boolean good =
          slash < 0
              ? isName(key)
              : NameRules.isSubdomain(key.substring(0, slash)) && isName(key.substring(slash + 1));
      if (!good) {
        throw error(
            start,
            key.isEmpty() ? "a label's name is expected" : "\"" + key + "\" is no label name");
      }
      return key;
    }

    private String value() {
      skipBlanks();
      int start = at;
      String value = word();
      if (!value.isEmpty() && !isName(value)) {
        throw error(start, "\"" + value + "\" is no label value");
      }
      return value;
    }

    private SortedSet<String> values() {
      expect("(", "'(' with values");
      int start = at;
      if (accept(")")) {
        throw error(start, "at least one value is expected");
      }
      SortedSet<String> values = one(value());
      while (!accept(")")) {
        expect(",", "',' or ')'");
        values.add(value());
      }
      return values;
    }

    /** The characters up to the next special one or blank, and the blanks after them. */
    private String word() {
      int start = at;
      while (at < text.length()
          && !isBlank(text.charAt(at))
          && SPECIAL.indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String word = text.substring(start, at);
      skipBlanks();
      return word;
    }

    private boolean accept(String symbol) {
      skipBlanks();
      if (!text.startsWith(symbol, at)) {
        return false;
      }
      at += symbol.length();
      skipBlanks();
      return true;
    }

    private void expect(String symbol, String what) {
      if (!accept(symbol)) {
        throw error(at, what + " is expected");
      }
    }

    private void skipBlanks() {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
    }

    private boolean atEnd() {
      return at == text.length();
    }

    private IllegalArgumentException error(int position, String problem) {
      String place =
          position == text.length()
              ? "at the end"
              : "at \"" + abridged(text.substring(position)) + "\"";
      return new IllegalArgumentException(
          "label selector \"%s\": %s %s".formatted(abridged(text), problem, place));
    }

    private static SortedSet<String> one(String value) {
      var values = new TreeSet<String>();
      values.add(value);
      return values;
    }

    private static boolean isBlank(char c) {
      return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    /** Letters, digits, '-', '_' and '.', a letter or digit at both ends, at most 63. */
    private static boolean isName(String name) {
      if (name.isEmpty()
          || name.length() > NAME_MAX
          || !isAlphanumeric(name.charAt(0))
          || !isAlphanumeric(name.charAt(name.length() - 1))) {
        return false;
      }
      return name.chars()
          .allMatch(c -> isAlphanumeric((char) c) || c == '-' || c == '_' || c == '.');
    }

    private static boolean isAlphanumeric(char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
  }

  /** Enough of the text to find it again, in one line. */
  private static String abridged(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= 60 ? line : line.substring(0, 57) + "...";
  }
}
