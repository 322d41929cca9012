package dev.byname.plugin;

import dev.byname.corefile.ArgumentReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of the operator's, in Go's syntax, for text that strangers send. Go's engine
 * is linear in the text, Java's backtracks; so the steps of a search are bounded, and a text that
 * needs more of them counts as one that does not match.
 */
public final class GoRegex {
  /** As CoreDNS. */
  private static final int PATTERN_CHARS_MAX = 10_000;

  /**
   * Characters looked at in one search: some hundred times what the usual patterns need for the
   * longest name, and about a millisecond.
   */
  static final int STEPS_MAX = 200_000;

  private final String text;
  private final Pattern pattern;
  private final Map<String, Integer> names;

  private GoRegex(String text, Pattern pattern, Map<String, Integer> names) {
    this.text = text;
    this.pattern = pattern;
    this.names = names;
  }

  /** Reads an argument; what is no regular expression is reported. */
  public static Optional<GoRegex> read(ArgumentReader argument) {
    if (argument.text().length() > PATTERN_CHARS_MAX) {
      argument.complain(
          "a regular expression of %d characters is too long (at most %d)"
              .formatted(argument.text().length(), PATTERN_CHARS_MAX));
      return Optional.empty();
    }
    try {
      return Optional.of(of(argument.text()));
    } catch (PatternSyntaxException e) {
      argument.complain(
          "\"%s\" is no regular expression: %s".formatted(argument.text(), e.getDescription()));
      return Optional.empty();
    }
  }

  /**
   * For patterns of our own.
   *
   * @throws PatternSyntaxException when it is none
   */
  public static GoRegex of(String text) {
    var translation = new Translation(text);
    return new GoRegex(text, Pattern.compile(translation.java()), translation.names);
  }

  /**
   * The groups of the first match: 0 is the whole, one that took no part is empty. Null when
   * nothing matches.
   */
  public @Nullable List<String> find(String in) {
    Matcher matcher = pattern.matcher(new Bounded(in));
    try {
      if (!matcher.find()) {
        return null;
      }
    } catch (TooManySteps | StackOverflowError tooMuch) {
      return null;
    }
    List<String> groups = new ArrayList<>(matcher.groupCount() + 1);
    for (int i = 0; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      groups.add(group == null ? "" : group);
    }
    return groups;
  }

  public int groupCount() {
    return pattern.matcher("").groupCount();
  }

  /** The numbers of the groups that have a name. */
  public Map<String, Integer> groupNames() {
    return names;
  }

  /** As the operator wrote it. */
  @Override
  public String toString() {
    return text;
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManySteps() {
      super(null, null, false, false);
    }
  }

  private static final class Bounded implements CharSequence {
    private final String text;
    private int steps;

    Bounded(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++steps > STEPS_MAX) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * What Java spells otherwise: {@code (?P<name>…)}, whose names may have underscores; classes like
   * {@code [[:alpha:]]}; and {@code [} and {@code &&} in a class, which are operators in Java.
   */
  private static final class Translation {
    private static final Map<String, String> CLASSES =
        Map.ofEntries(
            Map.entry("alnum", "\\p{Alnum}"),
            Map.entry("alpha", "\\p{Alpha}"),
            Map.entry("ascii", "\\p{ASCII}"),
            Map.entry("blank", "\\p{Blank}"),
            Map.entry("cntrl", "\\p{Cntrl}"),
            Map.entry("digit", "\\p{Digit}"),
            Map.entry("graph", "\\p{Graph}"),
            Map.entry("lower", "\\p{Lower}"),
            Map.entry("print", "\\p{Print}"),
            Map.entry("punct", "\\p{Punct}"),
            Map.entry("space", "\\p{Space}"),
            Map.entry("upper", "\\p{Upper}"),
            Map.entry("word", "\\w"),
            Map.entry("xdigit", "\\p{XDigit}"));

    private final String go;
    private final StringBuilder java = new StringBuilder();
    final Map<String, Integer> names = new HashMap<>();
    private int groups;
    private int at;

    Translation(String go) {
      this.go = go;
    }

    String java() {
      while (at < go.length()) {
        char c = go.charAt(at);
        if (c == '\\') {
          copyEscape();
        } else if (c == '[') {
          copyClass();
        } else if (c == '(') {
          copyGroup();
        } else {
          java.append(c);
          at++;
        }
      }
      return java.toString();
    }

    private void copyEscape() {
      int end = Math.min(at + 2, go.length());
      if (go.startsWith("\\Q", at)) {
        int quoteEnd = go.indexOf("\\E", at);
        end = quoteEnd < 0 ? go.length() : quoteEnd + 2;
      }
      java.append(go, at, end);
      at = end;
    }

    private void copyGroup() {
      at++;
      if (!go.startsWith("?", at)) {
        groups++;
        java.append('(');
        return;
      }
      int name = go.startsWith("?P<", at) ? at + 3 : at + 2;
      boolean named =
          go.startsWith("?P<", at)
              || (go.startsWith("?<", at)
                  && !go.startsWith("?<=", at)
                  && !go.startsWith("?<!", at));
      int end = go.indexOf('>', name);
      if (!named || end < 0) {
        java.append('(');
        return;
      }
      groups++;
      names.put(go.substring(name, end), groups);
      java.append('(');
      at = end + 1;
    }

    private void copyClass() {
      java.append(go.charAt(at++));
      if (go.startsWith("^", at)) {
        java.append(go.charAt(at++));
      }
      boolean first = true; // a bracket that comes first is itself
      while (at < go.length()) {
        char c = go.charAt(at);
        int colon = go.startsWith("[:", at) ? go.indexOf(":]", at) : -1;
        if (c == ']' && !first) {
          java.append(c);
          at++;
          return;
        } else if (c == '\\') {
          copyEscape();
        } else if (colon > 0) {
          String name = go.substring(at + 2, colon);
          String found = CLASSES.get(name.startsWith("^") ? name.substring(1) : name);
          if (found == null) {
            throw new PatternSyntaxException("no class of characters: [:" + name + ":]", go, at);
          }
          java.append(name.startsWith("^") ? "[^" + found + "]" : found);
          at = colon + 2;
        } else {
          if (c == '[' || c == ']' || c == '&') {
            java.append('\\');
          }
          java.append(c);
          at++;
        }
        first = false;
      }
    }
  }
}
