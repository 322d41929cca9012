package dev.byname.corefile;

import dev.byname.corefile.Token.Splice;
import java.util.ArrayList;
import java.util.List;

/** Splits a file into words, as CoreDNS's fork of Caddy 1 does. */
final class Lexer {
  /** In characters. Nothing that plugins take comes near; a forgotten quote does. */
  static final int WORD_LENGTH_MAX = 65_536;

  private final Source source;
  private final String text;
  private final Splice splice;
  private final Problems problems;
  private final List<Token> tokens = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();

  private int position;
  private int line;

  private Lexer(Source source, String text, Splice splice, Problems problems) {
    this.source = source;
    this.text = text;
    this.splice = splice;
    this.problems = problems;
    this.line = source.firstLine();
  }

  /** All words of the text; complaints go to problems, and then the rest is still split. */
  static List<Token> tokens(Source source, String text, Splice splice, Problems problems) {
    var lexer = new Lexer(source, text, splice, problems);
    lexer.run();
    return lexer.tokens;
  }

  /**
   * What Go's {@code unicode.IsSpace} takes for white space: all separators, and a few controls.
   */
  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\u0085' || Character.isSpaceChar(c);
  }

  private void run() {
    if (text.startsWith("\uFEFF")) {
      position = 1; // a byte order mark, left by an editor on Windows
    }
    while (position < text.length()) {
      var c = text.charAt(position);
      if (c == '\n') {
        line++;
        position++;
      } else if (isSpace(c)) {
        position++;
      } else if (c == '#') {
        skipComment();
      } else if (c == '"') {
        position++;
        quoted();
      } else {
        plain();
      }
    }
  }

  private void skipComment() {
    var end = text.indexOf('\n', position);
    position = end < 0 ? text.length() : end;
  }

  private void plain() {
    word.setLength(0);
    for (; position < text.length(); position++) {
      var c = text.charAt(position);
      if (c == '\r') {
        continue; // ends no word, and is part of none
      }
      if (isSpace(c) || c == '#') {
        break;
      }
      word.append(c);
    }
    if (word.charAt(word.length() - 1) == '\\'
        && (position == text.length() || text.charAt(position) == '\n')) {
      problems.warn(
          source.line(line),
          "a backslash does not continue a line in a Corefile: it is part of the word \"%s\""
              .formatted(shortened(word.toString())));
    }
    emit(line);
  }

  private void quoted() {
    word.setLength(0);
    var startLine = line;
    while (position < text.length()) {
      var c = text.charAt(position++);
      if (c == '"') {
        emit(startLine);
        return;
      }
      if (c == '\\' && position < text.length()) {
        // Only a quote can be escaped; before anything else the backslash stands for itself.
        var escaped = text.charAt(position++);
        if (escaped != '"') {
          word.append('\\');
        }
        c = escaped;
      }
      if (c == '\n') {
        line++;
      }
      word.append(c);
    }
    problems.add(source.line(startLine), "this quote is never closed");
  }

  private void emit(int startLine) {
    if (word.length() > WORD_LENGTH_MAX) {
      problems.add(
          source.line(startLine),
          "a word of %d characters; at most %d are allowed (is a quote missing?)"
              .formatted(word.length(), WORD_LENGTH_MAX));
      word.setLength(0);
    }
    tokens.add(new Token(word.toString(), source, startLine, line, splice));
  }

  /** For messages: the beginning of a long word. */
  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
