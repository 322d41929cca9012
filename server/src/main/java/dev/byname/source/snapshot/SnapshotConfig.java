package dev.byname.source.snapshot;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the last known good picture is kept.
 *
 * @param file in a directory that exists and may be written to; a few megabytes for a large cluster
 * @param maxAge an older picture is refused at the start; zero accepts any age
 * @param writeInterval the least time between two writes
 */
public record SnapshotConfig(Path file, Duration maxAge, Duration writeInterval) {
  /**
   * A day: pod addresses are reused within minutes in a busy cluster, but a picture from before a
   * night without control plane is still far better than SERVFAIL.
   */
  public static final Duration DEFAULT_MAX_AGE = Duration.ofHours(24);

  /** A rolling update makes one write of some megabytes every ten seconds, not thousands. */
  public static final Duration DEFAULT_WRITE_INTERVAL = Duration.ofSeconds(10);

  public SnapshotConfig {
    if (maxAge.isNegative()) {
      throw new IllegalArgumentException("snapshot: max_age must not be negative, is " + maxAge);
    }
    if (writeInterval.isNegative() || writeInterval.isZero()) {
      throw new IllegalArgumentException(
          "snapshot: the write interval must be positive, is " + writeInterval);
    }
  }

  /** With the defaults. */
  public static SnapshotConfig of(Path file) {
    return new SnapshotConfig(file, DEFAULT_MAX_AGE, DEFAULT_WRITE_INTERVAL);
  }

  /**
   * How often an unchanged picture is written again while its source is connected, so that its age
   * stays far below {@link #maxAge}.
   */
  Duration refreshInterval() {
    var quarter = maxAge.isZero() ? Duration.ofHours(1) : maxAge.dividedBy(4);
    return quarter.compareTo(writeInterval) > 0 ? quarter : writeInterval;
  }
}
