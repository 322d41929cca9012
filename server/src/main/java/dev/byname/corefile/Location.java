package dev.byname.corefile;

/**
 * A place in a configuration file, printed as {@code file:line}.
 *
 * @param file the name as the operator wrote it: relative names stay relative
 * @param line counted from 1; 0 means the file as a whole (it is missing, say) and is not printed
 */
public record Location(String file, int line) implements Comparable<Location> {
  /** The file as a whole. */
  public static Location of(String file) {
    return new Location(file, 0);
  }

  @Override
  public int compareTo(Location other) {
    int byFile = file.compareTo(other.file);
    return byFile != 0 ? byFile : Integer.compare(line, other.line);
  }

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line;
  }
}
