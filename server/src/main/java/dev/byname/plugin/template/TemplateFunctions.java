package dev.byname.plugin.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The functions of Go's templates, and CoreDNS's {@code parseInt}. */
final class TemplateFunctions {
  static final Set<String> NAMES =
      Set.of(
          "and",
          "eq",
          "ge",
          "gt",
          "index",
          "le",
          "len",
          "lt",
          "ne",
          "not",
          "or",
          "parseInt",
          "print",
          "printf",
          "println",
          "slice");

  private static final Pattern VERB = Pattern.compile("%([-+ 0#]*)(\\d{0,3})(?:\\.(\\d{1,3}))?(.)");

  private TemplateFunctions() {}

  static Object call(String name, List<Object> arguments) throws TemplateException {
    return switch (name) {
      case "and" -> firstThat(false, atLeast(1, name, arguments));
      case "or" -> firstThat(true, atLeast(1, name, arguments));
      case "not" -> !isTrue(exactly(1, name, arguments).getFirst());
      case "eq" -> {
        List<Object> some = atLeast(2, name, arguments);
        boolean equal = false;
        for (Object other : some.subList(1, some.size())) {
          equal |= compare(some.getFirst(), other, true) == 0;
        }
        yield equal;
      }
      case "ne" -> compare(exactly(2, name, arguments), true) != 0;
      case "lt" -> compare(exactly(2, name, arguments), false) < 0;
      case "le" -> compare(exactly(2, name, arguments), false) <= 0;
      case "gt" -> compare(exactly(2, name, arguments), false) > 0;
      case "ge" -> compare(exactly(2, name, arguments), false) >= 0;
      case "index" -> index(atLeast(1, name, arguments));
      case "len" -> (long) length(exactly(1, name, arguments).getFirst());
      case "slice" -> slice(atLeast(1, name, arguments));
      case "print" -> printed(arguments);
      case "println" ->
          arguments.stream().map(TemplateFunctions::text).collect(Collectors.joining(" ")) + "\n";
      case "printf" -> formatted(atLeast(1, name, arguments));
      case "parseInt" -> parseInt(exactly(3, name, arguments));
      default -> throw new TemplateException("there is no function " + name);
    };
  }

  private static List<Object> exactly(int count, String name, List<Object> arguments)
      throws TemplateException {
    if (arguments.size() != count) {
      throw new TemplateException(
          name + " takes " + count + " arguments, found " + arguments.size());
    }
    return arguments;
  }

  private static List<Object> atLeast(int count, String name, List<Object> arguments)
      throws TemplateException {
    if (arguments.size() < count) {
      throw new TemplateException(
          name + " takes at least " + count + " arguments, found " + arguments.size());
    }
    return arguments;
  }

  /** What Go takes for true: everything but zero and empty. */
  static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean bool -> bool;
      case Long number -> number != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> !value.equals(GoTemplate.NO_VALUE);
    };
  }

  private static Object firstThat(boolean isTrue, List<Object> arguments) {
    for (Object argument : arguments) {
      if (isTrue(argument) == isTrue) {
        return argument;
      }
    }
    return arguments.getLast();
  }

  private static int compare(List<Object> two, boolean forEquality) throws TemplateException {
    return compare(two.getFirst(), two.getLast(), forEquality);
  }

  private static int compare(Object a, Object b, boolean forEquality) throws TemplateException {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    if (forEquality && a instanceof Boolean x && b instanceof Boolean y) {
      return Boolean.compare(x, y);
    }
    throw new TemplateException("cannot compare " + a + " with " + b);
  }

  private static Object index(List<Object> arguments) throws TemplateException {
    Object current = arguments.getFirst();
    for (Object key : arguments.subList(1, arguments.size())) {
      if (current instanceof Map<?, ?> map) {
        // Of a map with strings, what is not there is the empty string.
        Object value = map.get(key);
        current = value == null ? "" : value;
      } else if (current instanceof List<?> list && key instanceof Long position) {
        if (position < 0 || position >= list.size()) {
          throw new TemplateException("index out of range: " + position);
        }
        current = list.get(position.intValue());
      } else if (current instanceof String text && key instanceof Long position) {
        if (position < 0 || position >= text.length()) {
          throw new TemplateException("index out of range: " + position);
        }
        current = (long) text.charAt(position.intValue());
      } else {
        throw new TemplateException("cannot index " + current + " with " + key);
      }
    }
    return current;
  }

  private static int length(Object value) throws TemplateException {
    return switch (value) {
      case String text -> text.length();
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      default -> throw new TemplateException("len of " + value);
    };
  }

  private static Object slice(List<Object> arguments) throws TemplateException {
    Object of = arguments.getFirst();
    int length = length(of);
    int from = arguments.size() > 1 ? position(arguments.get(1), length) : 0;
    int to = arguments.size() > 2 ? position(arguments.get(2), length) : length;
    if (from > to || arguments.size() > 3) {
      throw new TemplateException("slice: not from " + from + " to " + to);
    }
    return switch (of) {
      case String text -> text.substring(from, to);
      case List<?> list -> new ArrayList<Object>(list.subList(from, to));
      default -> throw new TemplateException("slice of " + of);
    };
  }

  private static int position(Object value, int length) throws TemplateException {
    if (value instanceof Long position && position >= 0 && position <= length) {
      return position.intValue();
    }
    throw new TemplateException("index out of range: " + value);
  }

  static String text(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream().map(TemplateFunctions::text).collect(Collectors.joining(" ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> entry.getKey() + ":" + text(entry.getValue()))
              .sorted()
              .collect(Collectors.joining(" ", "map[", "]"));
      default -> value.toString();
    };
  }

  /** With blanks between operands neither of which is a string, as Go's Sprint. */
  private static String printed(List<Object> arguments) {
    var text = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      if (i > 0
          && !(arguments.get(i) instanceof String || arguments.get(i - 1) instanceof String)) {
        text.append(' ');
      }
      text.append(text(arguments.get(i)));
    }
    return text.toString();
  }

  private static String formatted(List<Object> arguments) throws TemplateException {
    if (!(arguments.getFirst() instanceof String format)) {
      throw new TemplateException("printf takes a format first");
    }
    var text = new StringBuilder();
    Matcher verb = VERB.matcher(format);
    int next = 1;
    int end = 0;
    while (verb.find()) {
      text.append(format, end, verb.start());
      end = verb.end();
      if (verb.group(4).equals("%")) {
        text.append('%');
        continue;
      }
      if (next == arguments.size()) {
        throw new TemplateException("printf: no value for " + verb.group());
      }
      text.append(formatted(verb, arguments.get(next++)));
    }
    if (next < arguments.size()) {
      throw new TemplateException("printf: a value too many: " + arguments.get(next));
    }
    return text.append(format, end, format.length()).toString();
  }

  private static String formatted(Matcher verb, Object value) throws TemplateException {
    String flags = verb.group(1);
    int width = verb.group(2).isEmpty() ? 0 : Integer.parseInt(verb.group(2));
    char letter = verb.group(4).charAt(0);
    String plain =
        switch (value) {
          case Long number -> printed(letter, number);
          case String text -> printed(letter, text);
          default -> letter == 'v' || letter == 's' || letter == 't' ? text(value) : null;
        };
    if (plain == null) {
      throw new TemplateException("printf: %" + letter + " does not print " + value);
    }
    if (verb.group(3) != null && letter == 's') {
      plain = plain.substring(0, Math.min(plain.length(), Integer.parseInt(verb.group(3))));
    }
    String padding =
        (flags.contains("0") && !flags.contains("-") ? "0" : " ")
            .repeat(Math.max(0, width - plain.length()));
    return flags.contains("-") ? plain + padding : padding + plain;
  }

  private static @Nullable String printed(char letter, long number) {
    return switch (letter) {
      case 'v', 'd' -> Long.toString(number);
      case 'x', 'X' -> hex(Long.toHexString(number), letter);
      case 'o' -> Long.toOctalString(number);
      case 'b' -> Long.toBinaryString(number);
      case 'c' -> Character.toString((int) number);
      default -> null;
    };
  }

  private static @Nullable String printed(char letter, String text) {
    return switch (letter) {
      case 'v', 's' -> text;
      case 'q' -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
      case 'x', 'X' -> hex(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)), letter);
      default -> null;
    };
  }

  private static String hex(String digits, char letter) {
    return letter == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
  }

  /** {@code parseInt TEXT BASE BITS}: a number without sign (Go's strconv.ParseUint). */
  private static Object parseInt(List<Object> arguments) throws TemplateException {
    if (!(arguments.get(0) instanceof String text)
        || !(arguments.get(1) instanceof Long base)
        || !(arguments.get(2) instanceof Long bits)
        || base < 2
        || base > 36
        || bits < 0
        || bits > 64) {
      throw new TemplateException(
          "parseInt takes a text, a base (2-36) and a number of bits (0-64)");
    }
    try {
      long value = text.startsWith("+") ? -1 : Long.parseLong(text, base.intValue());
      if (value >= 0 && (bits == 0 || bits > 62 || value < 1L << bits)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // As a number out of range.
    }
    throw new TemplateException("parseInt: \"" + text + "\" is no number of " + bits + " bits");
  }
}
