package dev.byname.pem;

/** What is wrong with a PEM file or field, in one line that begins with its place. */
public final class PemException extends Exception {
  private final String where;
  private final String problem;

  public PemException(String where, String problem) {
    super(where + ": " + problem);
    this.where = where;
    this.problem = problem;
  }

  /** The file, or the field that holds the text. */
  public String where() {
    return where;
  }

  public String problem() {
    return problem;
  }
}
