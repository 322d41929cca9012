package dev.byname.plugin.timeouts;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code timeouts} directive says; null where it says nothing.
 *
 * @param read 1 s to 24 h, as the other two
 * @param queriesMax of one connection; -1 for no end
 */
public record TimeoutsConfig(
    @Nullable Duration read,
    @Nullable Duration write,
    @Nullable Duration idle,
    @Nullable Integer queriesMax) {
  static final Duration MIN = Duration.ofSeconds(1);
  static final Duration MAX = Duration.ofHours(24);
}
