package dev.byname.corefile;

import java.nio.file.Path;

/**
 * A file that words come from.
 *
 * @param name as problems show it
 * @param path absolute; what an {@code import} in it is relative to
 */
record Source(String name, Path path) {
  Location line(int line) {
    return new Location(name, line);
  }
}
