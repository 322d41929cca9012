package dev.byname.plugin.cancel;

import java.time.Duration;

/**
 * What the {@code cancel} directive says.
 *
 * @param timeout longer than nothing
 */
record CancelConfig(Duration timeout) {
  /** Clients wait five seconds (resolv.conf(5), {@code timeout}). */
  static final Duration DEFAULT = Duration.ofMillis(5001);
}
