package dev.byname.source.etcd;

import java.time.Duration;

/**
 * How a cluster is read from etcd.
 *
 * @param connection to the etcd that the API servers use
 * @param prefix as in the API server's {@code --etcd-prefix}: begins with a slash, does not end
 *     with one
 * @param checkInterval between two comparisons of all keys with what was applied; what a watch lost
 *     is repaired within one and a quarter of it and {@link EtcdMirror#GRACE}
 */
public record EtcdSourceConfig(
    EtcdConnectionConfig connection, String prefix, Duration checkInterval) {

  public static final String DEFAULT_PREFIX = "/registry";

  /** Lost events are repaired within a minute also when the check comes late. */
  public static final Duration DEFAULT_CHECK_INTERVAL = Duration.ofSeconds(30);

  public EtcdSourceConfig {
    while (prefix.endsWith("/")) {
      prefix = prefix.substring(0, prefix.length() - 1);
    }
    if (!prefix.startsWith("/")) {
      throw new IllegalArgumentException(
          "etcd: prefix \"" + prefix + "\" must begin with a slash, like " + DEFAULT_PREFIX);
    }
    if (checkInterval.isNegative() || checkInterval.isZero()) {
      throw new IllegalArgumentException("etcd: the check interval must be positive");
    }
  }

  /** With the defaults. */
  public static EtcdSourceConfig of(EtcdConnectionConfig connection) {
    return new EtcdSourceConfig(connection, DEFAULT_PREFIX, DEFAULT_CHECK_INTERVAL);
  }
}
