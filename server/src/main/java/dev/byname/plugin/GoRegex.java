package dev.byname.plugin;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.byname.corefile.ArgumentReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of the operator's, in Go's syntax, for text that strangers send: RE2/J is
 * linear in the text, where the JDK's engine backtracks.
 */
public final class GoRegex {
  /** As CoreDNS. */
  private static final int PATTERN_CHARS_MAX = 10_000;

  private final Pattern pattern;

  private GoRegex(Pattern pattern) {
    this.pattern = pattern;
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

  /** What is wrong with a pattern, in a few words; empty when nothing is. */
  public static String complaint(String text) {
    try {
      var _ = of(text);
      return "";
    } catch (PatternSyntaxException e) {
      return e.getDescription();
    }
  }

  /**
   * For patterns of our own.
   *
   * @throws PatternSyntaxException when it is none
   */
  public static GoRegex of(String text) {
    return new GoRegex(Pattern.compile(text));
  }

  /**
   * The groups of the first match: 0 is the whole, one that took no part is empty. Null when
   * nothing matches.
   */
  public @Nullable List<String> find(String in) {
    Matcher matcher = pattern.matcher(in);
    if (!matcher.find()) {
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
    return pattern.groupCount();
  }

  /** The numbers of the groups that have a name. */
  public Map<String, Integer> groupNames() {
    return pattern.namedGroups();
  }

  /** As the operator wrote it. */
  @Override
  public String toString() {
    return pattern.pattern();
  }
}
