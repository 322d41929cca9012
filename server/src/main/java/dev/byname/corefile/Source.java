package dev.byname.corefile;

import java.nio.file.Path;

/**
 * A file that words come from.
 *
 * @param name as problems show it
 * @param path absolute; what an {@code import} in it is relative to
 * @param firstLine where the text begins in the file; not 1 for a Corefile inside a ConfigMap
 */
record Source(String name, Path path, int firstLine) {
  Source(String name, Path path) {
    this(name, path, 1);
  }

  Location line(int line) {
    return new Location(name, line);
  }
}
