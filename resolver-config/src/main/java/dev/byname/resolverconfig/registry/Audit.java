package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.allocation.Allocator;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.allocation.ValueRange.Position;
import dev.byname.resolverconfig.registry.Finding.Kind;
import dev.byname.resolverconfig.registry.Inventory.Claim;
import dev.byname.resolverconfig.registry.Inventory.Claimant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares what is marked as taken with what Services hold. Enters the holders into the inventory's
 * book at last, so an inventory is good for one audit.
 */
final class Audit {
  private final Inventory inventory;
  private final RangeBook book;
  private final List<Finding> findings = new ArrayList<>();

  private Audit(Inventory inventory) {
    this.inventory = inventory;
    this.book = inventory.book();
  }

  static AuditReport of(Inventory inventory, WhenDynamicIsFull whenFull, Instant now) {
    var audit = new Audit(inventory);
    audit.findings.addAll(inventory.broken());
    audit.addresses();
    audit.nodePorts();
    audit.findings.addAll(leaks(inventory));
    audit.findings.sort(Comparator.comparing(Finding::kind).thenComparing(Finding::value));
    inventory.claimants().forEach(claimant -> inventory.book().setHolders(claimant.claims()));
    return new AuditReport(
        inventory.claimants().size(), audit.ranges(whenFull, now), audit.findings);
  }

  private void addresses() {
    inventory
        .addressClaims()
        .forEach((address, claims) -> {
          checkTwice(address, claims);
          var allocator = book.allocatorOf(address);
          if (allocator.isEmpty()) {
            add(Kind.OUT_OF_RANGE, address, claims, "is not in " + ranges());
          } else if (allocator.get().range().position(address)
              instanceof Position.NotUsable(var why)) {
            add(Kind.OUT_OF_RANGE, address, claims, why);
          } else if (inventory.recordsAddresses()
              && isMissing(claims, book.isWrittenDown(address))) {
            add(Kind.NOT_ALLOCATED, address, claims, NOT_MARKED);
          } else if (wrongOwner(book.ownerOnRecord(address), claims)) {
            add(
                Kind.OWNED_BY_ANOTHER,
                address,
                claims,
                "has an IPAddress that says %s, but is held by another"
                    .formatted(book.ownerOnRecord(address).orElseThrow()));
          }
        });
    for (var address : book.strayAddresses()) {
      if (!inventory.addressClaims().containsKey(address)) {
        add(
            Kind.OUT_OF_RANGE,
            address,
            List.of(),
            "has an IPAddress though it is not in " + ranges());
      }
    }
  }

  static final String NOT_MARKED = "is not marked as taken, so another Service may be given it";

  private void nodePorts() {
    var allocator = book.nodePortAllocator();
    inventory
        .portClaims()
        .forEach((port, claims) -> {
          checkTwice(port, claims);
          if (allocator.range().position(port) instanceof Position.NotUsable(var why)) {
            add(Kind.OUT_OF_RANGE, port, claims, why);
          } else if (inventory.recordsPorts() && isMissing(claims, allocator.isTaken(port))) {
            add(Kind.NOT_ALLOCATED, port, claims, NOT_MARKED);
          }
        });
  }

  /** Values that are marked as taken though nobody holds them. */
  static List<Finding> leaks(Inventory inventory) {
    var leaks = new ArrayList<Finding>();
    var book = inventory.book();
    var addresses = inventory.addressClaims();
    for (var allocator : book.addressAllocators()) {
      allocator.forEachTaken(address -> {
        if (!addresses.containsKey(address)
            && !book.isSomebodys(address)
            && !book.ownerOnRecord(address).map(AddressObjects::isNoService).orElse(false)) {
          leaks.add(leak(address, inventory.leaks()));
        }
      });
    }
    var ports = inventory.portClaims();
    book.nodePortAllocator()
        .forEachTaken(port -> {
          if (!ports.containsKey(port)) {
            leaks.add(leak(port, inventory.leaks()));
          }
        });
    return leaks;
  }

  private static Finding leak(Object value, LeakRecord record) {
    var known = record.of(value.toString());
    var detail =
        known
            .map(leak ->
                "is marked as taken though no Service holds it, since %s (round %d of %d)"
                    .formatted(leak.since(), leak.rounds(), Leak.ROUNDS_MAX))
            .orElse(
                "is marked as taken though no Service holds it; since when is not known before the"
                    + " first repair");
    return new Finding(Kind.LEAKED, value.toString(), List.of(), detail, known);
  }

  private void checkTwice(Object value, List<Claim> claims) {
    if (claims.size() > 1) {
      add(Kind.ALLOCATED_TWICE, value, claims, "is held by " + claims.size() + " Services");
    }
  }

  /** A Service that is declared outside of the store has nothing written down for it. */
  static boolean isMissing(List<Claim> claims, boolean isWrittenDown) {
    return !isWrittenDown
        && claims.stream().anyMatch(claim -> claim.claimant().stored().isPresent());
  }

  static boolean wrongOwner(Optional<Holder> onRecord, List<Claim> claims) {
    return onRecord.isPresent()
        && claims.stream().noneMatch(claim -> claim.holder().isSameService(onRecord.get()));
  }

  private void add(Kind kind, Object value, List<Claim> claims, String detail) {
    findings.add(
        Finding.of(kind, value.toString(), claims.stream().map(Claim::holding).toList(), detail));
  }

  private String ranges() {
    return book.addressAllocators().stream()
        .map(allocator -> allocator.range().spec())
        .collect(Collectors.joining(" or "));
  }

  private List<RangeUse> ranges(WhenDynamicIsFull whenFull, Instant now) {
    var uses = new ArrayList<RangeUse>();
    var addresses = inventory.addressClaims();
    book.addressAllocators()
        .forEach(allocator -> uses.add(use(allocator, addresses, whenFull, now)));
    uses.add(use(book.nodePortAllocator(), inventory.portClaims(), whenFull, now));
    return uses;
  }

  private static <V> RangeUse use(
      Allocator<V> allocator, Map<V, List<Claim>> claims, WhenDynamicIsFull whenFull, Instant now) {
    var created = new ArrayList<Instant>();
    new TreeMap<>(claims)
        .forEach((value, claimants) -> {
          if (allocator.range().position(value) instanceof Position.Usable) {
            claimants.stream()
                .map(Claim::claimant)
                .map(Claimant::created)
                .flatMap(Optional::stream)
                .forEach(created::add);
          }
        });
    var usage = allocator.usage();
    var free =
        switch (whenFull) {
          case USE_STATIC -> usage.free();
          case REFUSE -> usage.dynamicFree();
        };
    return new RangeUse(allocator.range(), usage, Forecast.of(created, free, now));
  }
}
