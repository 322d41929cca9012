package dev.byname.plugin.forward;

import dev.byname.wire.DomainName;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code forward} directive.
 *
 * @param from names at or below these are forwarded; several for a CIDR block off the label
 *     boundary
 * @param except names at or below these are not, but for {@code from} itself
 * @param forceTcp never UDP
 * @param preferUdp UDP also for queries that came over TCP
 * @param expire idle connections are closed after this
 * @param maxAge zero: connections may grow as old as they like
 * @param maxIdleConnections per upstream and event loop; 0: no bound of its own
 * @param readTimeout for one upstream's answer
 * @param maxFails health checks in a row that may fail; 0: upstreams never count as down
 * @param maxConnectAttempts upstreams tried for one query; 0: as many as there is time for; null:
 *     twice the number of upstreams
 * @param healthCheckInterval zero turns health checks off
 * @param healthCheckRecursion whether health checks ask for recursion
 * @param maxConcurrent queries that may wait at once; more are REFUSED
 * @param failfast SERVFAIL when all upstreams are down, without trying any
 * @param failoverRcodes answers with which the next upstream is tried
 * @param nextRcodes answers with which the next {@code forward} of the block is tried
 * @param nextOnNoData as one of these counts an empty answer section
 */
record ForwardConfig(
    List<DomainName> from,
    List<Target> targets,
    List<DomainName> except,
    boolean forceTcp,
    boolean preferUdp,
    Duration expire,
    Duration maxAge,
    int maxIdleConnections,
    Duration readTimeout,
    int maxFails,
    @Nullable Integer maxConnectAttempts,
    Tls tls,
    Policy policy,
    Duration healthCheckInterval,
    boolean healthCheckRecursion,
    DomainName healthCheckDomain,
    int maxConcurrent,
    boolean failfast,
    Set<Integer> failoverRcodes,
    Set<Integer> nextRcodes,
    boolean nextOnNoData,
    @Nullable InetAddress sourceAddress) {

  static final int UPSTREAMS_MAX = 15;

  /**
   * Where nothing is said: some 2 KB for each query that waits, so 20 MB when upstreams hang.
   * CoreDNS has no bound then, and dies of it.
   */
  static final int MAX_CONCURRENT_DEFAULT = 10_000;

  /** What stands behind FROM. */
  sealed interface Target {}

  record Server(UpstreamAddress address) implements Target {}

  /** A file whose {@code nameserver} lines are the upstreams, whatever it says at the moment. */
  record ResolvConf(Path path) implements Target {}

  /** Files for {@code tls://} upstreams, in PEM; null: none, or the system's authorities. */
  record Tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path authorities) {}

  /** Whom to ask first. */
  enum Policy {
    RANDOM,
    ROUND_ROBIN,
    SEQUENTIAL
  }

  boolean usesTls() {
    return targets.stream()
        .anyMatch(target -> target instanceof Server some && some.address().tls());
  }

  /** Whether names like this one are forwarded here. */
  boolean matches(DomainName name) {
    for (DomainName zone : from) {
      if (name.isSubdomainOf(zone)) {
        return name.equals(zone) || except.stream().noneMatch(name::isSubdomainOf);
      }
    }
    return false;
  }
}
