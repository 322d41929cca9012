package dev.byname.corefile;

import java.util.Comparator;

/**
 * A place in a configuration file, printed as {@code file:line}.
 *
 * @param file the name as the operator wrote it: relative names stay relative
 * @param line counted from 1; 0 means the file as a whole (it is missing, say) and is not printed
 */
public record Location(String file, int line) implements Comparable<Location> {
  private static final Comparator<Location> BY_PLACE =
      Comparator.comparing(Location::file).thenComparingInt(Location::line);

  /** The file as a whole. */
  public static Location of(String file) {
    return new Location(file, 0);
  }

  @Override
  public int compareTo(Location other) {
    return BY_PLACE.compare(this, other);
  }

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line;
  }
}
