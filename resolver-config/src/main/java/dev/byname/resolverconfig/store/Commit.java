package dev.byname.resolverconfig.store;

import java.util.Map;

/** The outcome of a {@link Transaction}. */
public sealed interface Commit {

  /**
   * All changes were made.
   *
   * @param versions of the keys that were put
   */
  record Committed(Map<String, Long> versions) implements Commit {}

  /**
   * No change was made.
   *
   * @param key one that did not have the version expected of it
   */
  record Conflict(String key) implements Commit {}
}
