package dev.byname.corefile;

/**
 * One thing to tell the operator.
 *
 * @param message one line: what is wrong and, where it is not obvious, what to write instead
 */
public record Problem(Severity severity, Location location, String message) {
  /**
   * A file may hold anything; it must neither break our lines nor command the reader's terminal.
   */
  public Problem {
    message = visible(message);
  }

  private static String visible(String text) {
    if (text.chars().noneMatch(Problem::isInvisible)) {
      return text;
    }
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '\n') {
        out.append("\\n");
      } else if (isInvisible(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Controls, line separators, and what changes the direction of writing. */
  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  /** Whether the configuration can be used in spite of it. */
  public enum Severity {
    /** The configuration is refused. */
    ERROR,
    /** The configuration is used, but probably not as meant. */
    WARNING
  }

  /**
   * The line that is printed: {@code Corefile:12: message}, or {@code Corefile:12: warning:
   * message}.
   */
  @Override
  public String toString() {
    var place = visible(location.toString());
    return switch (severity) {
      case ERROR -> place + ": " + message;
      case WARNING -> place + ": warning: " + message;
    };
  }
}
