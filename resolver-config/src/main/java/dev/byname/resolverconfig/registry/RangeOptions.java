package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.PortRange;
import java.util.List;
import java.util.Optional;

/**
 * What the operator says about ranges. What is left open is taken from the store, and where that is
 * empty from the API server's defaults (10.0.0.0/24, 30000-32767).
 *
 * @param addresses none (open), one, or one of each family, the cluster's first family first
 * @param nodePorts empty: open
 */
public record RangeOptions(
    List<AddressRange> addresses,
    Optional<PortRange> nodePorts,
    WhenDynamicIsFull whenDynamicIsFull) {

  static final AddressRange DEFAULT_ADDRESSES = AddressRange.of("10.0.0.0/24");

  public RangeOptions {
    addresses = List.copyOf(addresses);
    if (addresses.size() > 2) {
      throw new IllegalArgumentException("a cluster has at most two ranges of addresses");
    }
    if (addresses.size() == 2 && addresses.get(0).family() == addresses.get(1).family()) {
      throw new IllegalArgumentException(
          "%s and %s are both %s; a cluster has at most one range of each family"
              .formatted(addresses.get(0), addresses.get(1), addresses.get(0).family()));
    }
  }

  /** Everything open. */
  public static RangeOptions fromStore() {
    return new RangeOptions(List.of(), Optional.empty(), WhenDynamicIsFull.USE_STATIC);
  }
}
