package dev.byname.corefile;

/**
 * One thing to tell the operator.
 *
 * @param message one line: what is wrong and, where it is not obvious, what to write instead
 */
public record Problem(Severity severity, Location location, String message) {
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
    return switch (severity) {
      case ERROR -> location + ": " + message;
      case WARNING -> location + ": warning: " + message;
    };
  }
}
