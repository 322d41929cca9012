package dev.byname.plugin.metadata;

import dev.byname.wire.DomainName;
import java.util.List;

/**
 * What the {@code metadata} directive says.
 *
 * @param zones for names at or below these
 */
public record MetadataConfig(List<DomainName> zones) {
  public MetadataConfig {
    zones = List.copyOf(zones);
  }

  public boolean holds(DomainName name) {
    return zones.stream().anyMatch(name::isSubdomainOf);
  }
}
