package dev.byname.corefile;

import java.util.Map;

/** Fills in {@code {%NAME%}}, then {@code {$NAME}}; what a value brings is filled in again. */
final class Variables {
  /** A variable that mentions itself would otherwise never end. */
  private static final int REPLACEMENTS_MAX = 100;

  private final Map<String, String> environment;
  private final Problems problems;

  Variables(Map<String, String> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  String fillIn(String text, Location at) {
    if (!text.contains("{%") && !text.contains("{$")) {
      return text;
    }
    return fillIn(fillIn(text, "{%", "%}", at), "{$", "}", at);
  }

  private String fillIn(String text, String open, String close, Location at) {
    var filled = text;
    for (int replaced = 0; ; replaced++) {
      var start = filled.indexOf(open);
      var end = start < 0 ? -1 : filled.indexOf(close, start);
      if (end < start + open.length() + 1) {
        return filled; // none left, not closed, or without a name: stays as it is
      }
      var name = filled.substring(start + open.length(), end);
      if (replaced == REPLACEMENTS_MAX) {
        problems.add(
            at,
            "environment variable %s brings in variables without end; does it mention itself?"
                .formatted(Lexer.shortened(name)));
        return "";
      }
      var value = environment.get(name);
      if (value == null) {
        problems.warn(
            at,
            "environment variable %s is not set and read as empty"
                .formatted(Lexer.shortened(name)));
        value = "";
      }
      filled = filled.replace(filled.substring(start, end + close.length()), value);
      if (filled.length() > Lexer.WORD_LENGTH_MAX) {
        problems.add(
            at,
            "with its environment variables filled in, this word has %d characters; at most %d are allowed"
                .formatted(filled.length(), Lexer.WORD_LENGTH_MAX));
        return "";
      }
    }
  }
}
