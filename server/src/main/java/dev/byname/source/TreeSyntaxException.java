package dev.byname.source;

/** A text that is no YAML or JSON, or more of it than a limit allows. */
public final class TreeSyntaxException extends Exception {
  private static final long serialVersionUID = 1;

  private final int line;

  /**
   * @param line from 1; 0 when the mistake has no line
   * @param problem what is wrong, in half a sentence for the operator
   */
  public TreeSyntaxException(int line, String problem) {
    // The operator's mistake, not ours: nobody looks at where in our code it was found.
    super(problem, null, false, false);
    this.line = line;
  }

  /** From 1; 0 when the mistake has no line. */
  public int line() {
    return line;
  }

  /** What is wrong, in half a sentence. */
  public String problem() {
    return String.valueOf(getMessage());
  }
}
