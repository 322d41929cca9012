package dev.byname.plugin.chaos;

import java.util.List;

/**
 * What {@code chaos} says.
 *
 * @param version at most 255 bytes
 * @param authors at most 255 bytes each
 */
record ChaosConfig(String version, List<String> authors) {
  ChaosConfig {
    authors = List.copyOf(authors);
  }
}
