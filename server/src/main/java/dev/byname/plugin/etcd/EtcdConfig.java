package dev.byname.plugin.etcd;

import dev.byname.wire.DomainName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code etcd} says.
 *
 * @param zones names outside these are somebody else's
 * @param leaseTtlSecondsMin a lease counts as no shorter
 * @param leaseTtlSecondsMax a lease counts as no longer
 * @param fallThrough unknown names below these go on to the next plugin; empty: none do
 */
record EtcdConfig(
    List<DomainName> zones,
    SkyDnsSource source,
    long leaseTtlSecondsMin,
    long leaseTtlSecondsMax,
    List<DomainName> fallThrough) {

  static final long LEASE_TTL_SECONDS_MIN = 30;
  static final long LEASE_TTL_SECONDS_MAX = 86400;

  /** The most specific zone of a name. */
  @Nullable DomainName zoneOf(DomainName name) {
    DomainName best = null;
    for (DomainName zone : zones) {
      if (name.isSubdomainOf(zone) && (best == null || zone.labelCount() > best.labelCount())) {
        best = zone;
      }
    }
    return best;
  }

  boolean fallsThrough(DomainName name) {
    return fallThrough.stream().anyMatch(name::isSubdomainOf);
  }

  /**
   * The smaller of the message's TTL and what is left of its lease, within the bounds for leases.
   *
   * @param leaseSeconds 0 for none
   */
  long ttlSeconds(SkyDnsMessage message, long leaseSeconds) {
    if (leaseSeconds <= 0) {
      return message.ttlSeconds() == 0 ? SkyDnsZone.TTL_SECONDS_DEFAULT : message.ttlSeconds();
    }
    long lease = Math.max(leaseTtlSecondsMin, Math.min(leaseTtlSecondsMax, leaseSeconds));
    return message.ttlSeconds() == 0 ? lease : Math.min(lease, message.ttlSeconds());
  }
}
