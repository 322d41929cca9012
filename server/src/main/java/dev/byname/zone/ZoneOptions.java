package dev.byname.zone;

import dev.byname.cluster.IpAddress;
import dev.byname.cluster.LabelSelector;
import dev.byname.wire.DomainName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code kubernetes} block says about answers.
 *
 * @param origins the zones served, forward and reverse; at least one is not a reverse zone
 * @param ttlSeconds 0–3600, of every record but {@code dns-version}
 * @param namespaces the only ones exposed; empty means all
 * @param namespaceLabels only namespaces whose labels it accepts are exposed; null means all
 * @param endpointPodNames endpoints without hostname are named after their pod, if its name is at
 *     most 63 bytes
 * @param ignoreEmptyServices ClusterIP services without a published endpoint do not exist
 * @param noEndpoints endpoints are not served at all
 * @param zonal {@code ZONE.pin._zone.svc…} and {@code ZONE.prefer._zone.svc…} are served
 * @param multiclusterOrigins those of {@code origins} that serve ServiceImports
 * @param fallThrough zones in which a name that does not exist is left to the next plugin; the root
 *     means all
 * @param localAddresses the addresses this server listens on, to find its own Service for NS
 *     records
 */
public record ZoneOptions(
    List<DomainName> origins,
    int ttlSeconds,
    PodMode pods,
    Set<String> namespaces,
    @Nullable LabelSelector namespaceLabels,
    boolean endpointPodNames,
    boolean ignoreEmptyServices,
    boolean noEndpoints,
    boolean zonal,
    Set<DomainName> multiclusterOrigins,
    List<DomainName> fallThrough,
    List<IpAddress> localAddresses) {

  public static final int DEFAULT_TTL_SECONDS = 5;

  public ZoneOptions {
    origins = origins.stream().map(DomainName::toLowerCase).toList();
    namespaces = Set.copyOf(namespaces);
    multiclusterOrigins = Set.copyOf(multiclusterOrigins);
    fallThrough = List.copyOf(fallThrough);
    localAddresses = List.copyOf(localAddresses);
    if (origins.stream().allMatch(ReverseNames::isReverse)) {
      throw new IllegalArgumentException(
          "at least one zone must not be a reverse zone: " + origins);
    }
  }

  /** Everything at its default. */
  public static ZoneOptions of(DomainName... origins) {
    return new ZoneOptions(
        List.of(origins),
        DEFAULT_TTL_SECONDS,
        PodMode.DISABLED,
        Set.of(),
        null,
        false,
        false,
        false,
        false,
        Set.of(),
        List.of(),
        List.of());
  }

  /** Whether the zone is at or below in-addr.arpa or ip6.arpa. */
  public static boolean isReverse(DomainName zone) {
    return ReverseNames.isReverse(zone);
  }

  public ZoneOptions withLocalAddresses(List<IpAddress> addresses) {
    return new ZoneOptions(
        origins,
        ttlSeconds,
        pods,
        namespaces,
        namespaceLabels,
        endpointPodNames,
        ignoreEmptyServices,
        noEndpoints,
        zonal,
        multiclusterOrigins,
        fallThrough,
        addresses);
  }

  /** How {@code a-b-c-d.ns.pod.zone} is answered. */
  public enum PodMode {
    DISABLED,
    /** With the address in the name, whether or not such a pod exists. */
    INSECURE,
    /** Only where a pod in that namespace holds the address. */
    VERIFIED
  }

  /** The first zone that is not a reverse zone: what PTR records point into. */
  DomainName primaryOrigin() {
    return origins.stream()
        .filter(origin -> !ReverseNames.isReverse(origin))
        .findFirst()
        .orElseThrow();
  }
}
