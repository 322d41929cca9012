package dev.byname.interop;

import java.util.List;
import java.util.stream.Collectors;

/** A zone file that cannot be used: the message says where and why, a line for each mistake. */
public final class ZoneFileException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * One thing that is wrong.
   *
   * @param file as the operator wrote it; the file that an {@code $INCLUDE} named, where it is that
   * @param line counted from 1; 0 means the file as a whole
   * @param reason what is wrong, without the place
   */
  public record Mistake(String file, int line, String reason) {
    @Override
    public String toString() {
      return (line == 0 ? file : file + ":" + line) + ": " + reason;
    }
  }

  private final transient List<Mistake> mistakes;

  /**
   * @param mistakes at least one
   */
  public ZoneFileException(List<Mistake> mistakes) {
    super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  /** The file as a whole. */
  public ZoneFileException(String file, String reason) {
    this(List.of(new Mistake(file, 0, reason)));
  }

  public List<Mistake> mistakes() {
    return mistakes;
  }
}
