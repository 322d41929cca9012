package dev.byname.plugin.cache;

import dev.byname.wire.DomainName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code cache} says.
 *
 * @param zones names at or below these are cached
 * @param zonesLabel the same as text: the {@code zones} label of the metrics
 * @param success for answers
 * @param denial for NXDOMAIN and NODATA
 * @param prefetch null: off
 * @param stale null: off
 * @param servfail how long SERVFAIL is kept; zero: not at all
 * @param successOff names at or below these: answers are not kept
 * @param denialOff the same for denials
 * @param keepTtl TTLs are not counted down
 */
record CacheConfig(
    List<DomainName> zones,
    String zonesLabel,
    Limits success,
    Limits denial,
    @Nullable Prefetch prefetch,
    @Nullable Stale stale,
    Duration servfail,
    List<DomainName> successOff,
    List<DomainName> denialOff,
    boolean keepTtl) {

  /**
   * How much is kept, and how long.
   *
   * @param capacity entries; in bytes {@link CacheStore#ENTRY_BYTES} times that
   */
  record Limits(int capacity, int maxTtlSeconds, int minTtlSeconds) {}

  /**
   * Fetch again before it expires.
   *
   * @param amount queries after which an entry is popular
   * @param gap without a query after which they are forgotten
   * @param percentage of the TTL that is left when it is fetched, 10–90
   */
  record Prefetch(int amount, Duration gap, int percentage) {}

  /**
   * Expired entries that are served when there is nothing better (RFC 8767).
   *
   * @param upTo how long after they expired
   * @param verify ask first; otherwise serve first
   * @param verifyTimeout how long to wait for that; zero: as long as it takes
   * @param ttlSeconds of a stale answer's records
   * @param recheck after a refresh that failed, not asked again for so long
   * @param preferPositive an answer, though stale, before a denial
   */
  record Stale(
      Duration upTo,
      boolean verify,
      Duration verifyTimeout,
      int ttlSeconds,
      Duration recheck,
      boolean preferPositive) {}

  boolean matches(DomainName name) {
    return zones.stream().anyMatch(name::isSubdomainOf);
  }
}
