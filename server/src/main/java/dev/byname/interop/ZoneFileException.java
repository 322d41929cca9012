package dev.byname.interop;

/** A zone file that cannot be used: the message says where and why, as {@code file:line: what}. */
public final class ZoneFileException extends Exception {
  private static final long serialVersionUID = 1;

  private final String file;
  private final int line;
  private final String reason;

  /**
   * @param file as the operator wrote it; the file that an {@code $INCLUDE} named, where it is that
   * @param line counted from 1; 0 means the file as a whole
   */
  public ZoneFileException(String file, int line, String reason) {
    super((line == 0 ? file : file + ":" + line) + ": " + reason);
    this.file = file;
    this.line = line;
    this.reason = reason;
  }

  public String file() {
    return file;
  }

  /** Counted from 1; 0 means the file as a whole. */
  public int line() {
    return line;
  }

  /** What is wrong, without the place. */
  public String reason() {
    return reason;
  }
}
