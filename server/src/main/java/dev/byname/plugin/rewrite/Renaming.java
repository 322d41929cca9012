package dev.byname.plugin.rewrite;

import dev.byname.plugin.GoRegex;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which names are meant, and what they become. Works on text, in lower case with the final dot, as
 * CoreDNS: a suffix need not begin at a label.
 *
 * @param from what to look for; of REGEX only for the eye
 * @param to what to put there; of EXACT and REGEX the whole new name
 * @param regex for REGEX
 */
record Renaming(Kind kind, String from, String to, @Nullable GoRegex regex) {
  enum Kind {
    EXACT,
    PREFIX,
    SUFFIX,
    SUBSTRING,
    REGEX
  }

  private static final Pattern GROUP = Pattern.compile("\\{(\\d{1,3})}");

  static Renaming ofRegex(GoRegex regex, String to) {
    return new Renaming(Kind.REGEX, regex.toString(), to, regex);
  }

  boolean matches(String name) {
    return apply(name) != null;
  }

  /** Null when the name is not meant. */
  @Nullable String apply(String name) {
    return switch (kind) {
      case EXACT -> name.equals(from) ? to : null;
      case PREFIX -> name.startsWith(from) ? to + name.substring(from.length()) : null;
      case SUFFIX ->
          name.endsWith(from) ? name.substring(0, name.length() - from.length()) + to : null;
      case SUBSTRING -> name.contains(from) ? name.replace(from, to) : null;
      case REGEX -> {
        List<String> groups = regex == null ? null : regex.find(name);
        yield groups == null ? null : filledIn(groups);
      }
    };
  }

  private String filledIn(List<String> groups) {
    return GROUP
        .matcher(to)
        .replaceAll(found -> {
          int index = Integer.parseInt(found.group(1));
          return Matcher.quoteReplacement(
              index < groups.size() ? groups.get(index) : found.group());
        });
  }

  /** The highest {@code {n}} in the text; -1 without one. */
  static int highestGroup(String to) {
    return GROUP.matcher(to).results().mapToInt(r -> Integer.parseInt(r.group(1))).max().orElse(-1);
  }
}
