package dev.byname.source.etcd;

import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of its own, for a network namespace of its own: follows the etcd at the given endpoint
 * and prints a line for every change of what it knows, until its standard input ends.
 */
final class FollowEtcd {
  /** How each of these lines begins; log lines go to the same stream. */
  static final String STATUS = "connected=";

  private FollowEtcd() {}

  public static void main(String[] arguments) throws Exception {
    try (var cluster = new LiveCluster(List.of(URI.create(arguments[0])))) {
      var before = "";
      while (System.in.available() == 0) {
        var status = cluster.source.status();
        var now =
            (STATUS + "%s relists=%d services=%s")
                .formatted(
                    status.connected(), status.relists(), String.join(",", cluster.serviceNames()));
        if (!now.equals(before)) {
          System.out.println(now);
          before = now;
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }
}
