package dev.byname.plugin.k8sexternal;

import dev.byname.wire.DomainName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code k8s_external} says.
 *
 * @param zones names outside these are somebody else's; PTR records point into the first
 * @param apex the label below which the zone's own name server stands
 * @param ttlSeconds 0–3600
 * @param headless whether headless services without an external address answer with their endpoints
 * @param fallThrough names below these that do not exist go on to the next plugin; empty: none do
 */
record K8sExternalConfig(
    List<DomainName> zones,
    String apex,
    int ttlSeconds,
    boolean headless,
    List<DomainName> fallThrough) {
  static final String APEX_DEFAULT = "dns";
  static final int TTL_SECONDS_DEFAULT = 5;

  K8sExternalConfig {
    zones = List.copyOf(zones);
    fallThrough = List.copyOf(fallThrough);
  }

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
}
