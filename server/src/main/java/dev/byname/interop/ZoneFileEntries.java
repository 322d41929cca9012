package dev.byname.interop;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a zone file into its entries (RFC 1035 section 5.1): a line, or several where parentheses
 * join them. So a mistake costs its own entry, and reading goes on behind it.
 */
final class ZoneFileEntries implements AutoCloseable {
  /**
   * A directive or a record.
   *
   * @param line its first, counted from 1
   * @param lastLine the same but for parentheses
   * @param text with line ends and comments; whatever is not ASCII as {@code \DDD}, because dnsjava
   *     takes bytes for characters of Latin 1 and makes UTF-8 of them
   * @param openLine where a parenthesis is opened that nothing closes; 0 for none
   */
  record Entry(int line, int lastLine, String text, int openLine) {
    /** Without an owner of its own: it has that of the record before it. */
    boolean continuesOwner() {
      return Character.isWhitespace(text.charAt(0));
    }
  }

  private final Reader in;
  private int line = 1;

  /**
   * @param in each byte of the file as one character
   */
  ZoneFileEntries(Reader in) {
    this.in = in;
  }

  /** Null behind the last one. */
  @Nullable Entry next() throws IOException {
    while (true) {
      Entry entry = readLogicalLine();
      if (entry == null || !isBlank(entry.text)) {
        return entry;
      }
    }
  }

  private @Nullable Entry readLogicalLine() throws IOException {
    var text = new StringBuilder();
    int first = line;
    int depth = 0;
    int openLine = 0;
    boolean quoted = false;
    boolean comment = false;
    for (int c = in.read(); c >= 0; c = in.read()) {
      append(text, c);
      if (c == '\n') {
        line++;
        comment = false;
        // A quoted string ends with its line, whatever dnsjava then says to it.
        if (quoted || depth == 0) {
          return new Entry(first, line - 1, text.toString(), 0);
        }
      } else if (!comment) {
        switch (c) {
          case '\\' -> {
            int escaped = in.read();
            if (escaped >= 0) {
              append(text, escaped);
              line += escaped == '\n' ? 1 : 0;
            }
          }
          case '"' -> quoted = !quoted;
          case ';' -> comment = !quoted;
          case '(' -> {
            openLine = !quoted && depth == 0 ? line : openLine;
            depth += quoted ? 0 : 1;
          }
          case ')' -> depth -= quoted || depth == 0 ? 0 : 1;
          default -> {}
        }
      }
    }
    return text.isEmpty()
        ? null
        : new Entry(first, line, text.toString(), depth == 0 ? 0 : openLine);
  }

  private static void append(StringBuilder text, int c) {
    if (c < 0x80) {
      text.append((char) c);
    } else {
      text.append('\\').append(c);
    }
  }

  /** Nothing but blanks and a comment. */
  private static boolean isBlank(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() || (stripped.startsWith(";") && !stripped.contains("\n"));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
