package dev.byname.resolverconfig.registry;

import java.time.Instant;

/**
 * A value that is marked as taken though nobody holds it, as repairs have seen it.
 *
 * @param since when the first of them did
 * @param rounds how many did, one after the other; at least 1
 */
public record Leak(String value, Instant since, int rounds) {
  /** So many rounds give a leaked value back, as the API server's repair does. */
  public static final int ROUNDS_MAX = 3;

  boolean isDue() {
    return rounds >= ROUNDS_MAX;
  }
}
