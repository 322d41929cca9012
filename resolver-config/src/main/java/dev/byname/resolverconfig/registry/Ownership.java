package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.Allocator;
import dev.byname.resolverconfig.allocation.ValueRange.Position;
import dev.byname.resolverconfig.registry.Finding.Holding;
import dev.byname.resolverconfig.registry.Finding.Kind;
import dev.byname.resolverconfig.registry.Inventory.Claim;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who holds a value.
 *
 * @param holdings more than one when it is allocated twice; empty when nobody holds it
 * @param state what else is to be said: {@code is free, in the dynamic band of 10.0.0.0/16}
 * @param unreadable what may hold it as well, for all that is known
 */
public record Ownership(
    String value, List<Holding> holdings, String state, List<Finding> unreadable) {

  static Ownership of(Inventory inventory, IpAddress address) {
    var claims = inventory.addressClaims().getOrDefault(address, List.of());
    var allocator = inventory.book().allocatorOf(address);
    if (allocator.isEmpty()) {
      var ranges =
          inventory.book().addressAllocators().stream()
              .map(each -> each.range().spec())
              .collect(Collectors.joining(" or "));
      return of(inventory, address, claims, "is not in " + ranges);
    }
    if (claims.isEmpty() && inventory.book().isSomebodys(address)) {
      return of(inventory, address, claims, "is taken; its IPAddress cannot be read");
    }
    var onRecord = inventory.book().ownerOnRecord(address).filter(AddressObjects::isNoService);
    return of(
        inventory,
        address,
        claims,
        state(allocator.get(), address, !claims.isEmpty(), inventory)
            + onRecord.map(owner -> " for " + owner).orElse(""));
  }

  static Ownership of(Inventory inventory, int port) {
    var claims = inventory.portClaims().getOrDefault(port, List.of());
    return of(
        inventory,
        port,
        claims,
        state(inventory.book().nodePortAllocator(), port, !claims.isEmpty(), inventory));
  }

  private static Ownership of(Inventory inventory, Object value, List<Claim> claims, String state) {
    return new Ownership(
        value.toString(),
        claims.stream().map(Claim::holding).toList(),
        state,
        inventory.broken().stream().filter(each -> each.kind() == Kind.UNREADABLE).toList());
  }

  private static <V> String state(
      Allocator<V> allocator, V value, boolean isHeld, Inventory inventory) {
    var range = allocator.range();
    return switch (range.position(value)) {
      case Position.NotUsable(var why) -> why;
      case Position.Usable(var offset) -> {
        var band = Long.compareUnsigned(offset, range.staticBand()) < 0 ? "static" : "dynamic";
        var place = "in the " + band + " band of " + range.spec();
        if (isHeld) {
          yield "is taken, " + place;
        }
        if (!allocator.isTaken(value)) {
          yield "is free, " + place;
        }
        var since = Optional.of(value.toString()).flatMap(inventory.leaks()::of);
        yield "is marked as taken though no Service holds it%s, %s"
            .formatted(since.map(leak -> " since " + leak.since()).orElse(""), place);
      }
    };
  }
}
