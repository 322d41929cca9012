package dev.byname.plugin.reload;

import java.time.Duration;

/**
 * What the {@code reload} directive says.
 *
 * @param interval between two looks at the files
 * @param jitter up to this much is taken off an interval at random, so that replicas do not reload
 *     together
 */
public record ReloadConfig(Duration interval, Duration jitter) {
  static final ReloadConfig DEFAULT =
      new ReloadConfig(Duration.ofSeconds(30), Duration.ofSeconds(15));
  static final Duration INTERVAL_MIN = Duration.ofSeconds(2);
  static final Duration JITTER_MIN = Duration.ofSeconds(1);
}
