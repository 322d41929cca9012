package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.registry.Finding.Holding;
import dev.byname.resolverconfig.registry.Finding.Kind;
import dev.byname.resolverconfig.registry.ObjectCodec.UnreadableException;
import dev.byname.resolverconfig.store.Snapshot;
import dev.byname.resolverconfig.store.StoredValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is marked as taken and who holds what, side by side, as of one moment.
 *
 * @param book what is marked as taken; who holds it is not entered there
 * @param leaks what repairs remember
 * @param broken what could not be read, or is no address or port
 * @param recordsAddresses whether the book must know every address that is held; false for a
 *     cluster whose API does not show it
 * @param recordsPorts the same for node ports
 */
record Inventory(
    RangeBook book,
    LeakRecord leaks,
    List<Claimant> claimants,
    List<Finding> broken,
    boolean recordsAddresses,
    boolean recordsPorts) {

  /** What to read for it. */
  static final Set<String> KEYS = keys();

  static final Set<String> PREFIXES = prefixes();

  /**
   * A Service that holds something.
   *
   * @param stored its value in the store; empty when it is declared elsewhere and nothing is
   *     written down for it
   * @param where for messages
   * @param created when it says so
   */
  record Claimant(
      Claims claims, Optional<StoredValue> stored, String where, Optional<Instant> created) {
    Holding holding(Holder holder) {
      return new Holding(holder, where);
    }
  }

  /** A claimant and what a value is to it. */
  record Claim(Claimant claimant, Holder holder) {
    Holding holding() {
      return claimant.holding(holder);
    }
  }

  /** Of a store. */
  static Inventory ofStore(
      Snapshot snapshot,
      RangeOptions options,
      Function<ObjectNode, byte[]> encoder,
      Function<String, String> place,
      Declared declared)
      throws RefusedException {
    var broken = new ArrayList<>(declared.unreadable());
    var claimants = readServices(snapshot, place, broken);
    for (var each : declared.services()) {
      add(each.service(), Optional.empty(), each.origin(), claimants, broken);
    }
    var book = RangeBook.open(snapshot, options, encoder);
    checkAddressObjects(snapshot, book, place, broken);
    return new Inventory(book, LeakRecord.read(snapshot), claimants, broken, true, true);
  }

  /**
   * Of the objects that a cluster shows.
   *
   * @param place where a key's object comes from
   */
  static Inventory ofCluster(
      Snapshot snapshot, RangeOptions options, Function<String, String> place)
      throws RefusedException {
    var broken = new ArrayList<Finding>();
    var claimants = readServices(snapshot, place, broken);
    var book = RangeBook.open(snapshot, options, ObjectCodec::encodeCompact);
    checkAddressObjects(snapshot, book, place, broken);
    return new Inventory(
        book, LeakRecord.read(snapshot), claimants, broken, book.hasServiceCidrs(), false);
  }

  /** Who holds each address. */
  NavigableMap<IpAddress, List<Claim>> addressClaims() {
    return by(Claims::addresses);
  }

  /** Who holds each node port. */
  NavigableMap<Integer, List<Claim>> portClaims() {
    return by(Claims::ports);
  }

  private <V extends Comparable<V>> NavigableMap<V, List<Claim>> by(
      Function<Claims, Map<V, Holder>> values) {
    var all = new TreeMap<V, List<Claim>>();
    for (var claimant : claimants) {
      values
          .apply(claimant.claims)
          .forEach((value, holder) ->
              all.computeIfAbsent(value, first -> new ArrayList<>())
                  .add(new Claim(claimant, holder)));
    }
    return all;
  }

  private static List<Claimant> readServices(
      Snapshot snapshot, Function<String, String> place, List<Finding> broken) {
    var claimants = new ArrayList<Claimant>();
    for (var value : snapshot.below(ServiceKey.STORE_PREFIX)) {
      var where = place.apply(value.key());
      try {
        add(ObjectCodec.decode(value.bytes()), Optional.of(value), where, claimants, broken);
      } catch (UnreadableException unreadable) {
        broken.add(Finding.unreadable(where, String.valueOf(unreadable.getMessage())));
      }
    }
    return claimants;
  }

  private static void add(
      ObjectNode object,
      Optional<StoredValue> stored,
      String where,
      List<Claimant> claimants,
      List<Finding> broken) {
    var shape = Shape.check(object);
    if (!shape.errors().isEmpty()) {
      broken.add(Finding.unreadable(where, shape.errors().getFirst().toString()));
      return;
    }
    var service = new ServiceObject(object);
    var claims = Claims.of(service);
    var claimant = new Claimant(claims, stored, where, created(service));
    claimants.add(claimant);
    for (var error : claims.invalid()) {
      broken.add(
          Finding.of(
              Kind.INVALID, claims.service().toString(), List.of(), error + " (" + where + ")"));
    }
  }

  private static void checkAddressObjects(
      Snapshot snapshot, RangeBook book, Function<String, String> place, List<Finding> broken) {
    book.unreadable().forEach((key, why) -> broken.add(Finding.unreadable(place.apply(key), why)));
    for (var value : snapshot.below(AddressObjects.IP_ADDRESSES)) {
      var name = value.key().substring(AddressObjects.IP_ADDRESSES.length());
      if (IpAddress.parse(name) == null) {
        broken.add(
            Finding.of(
                Kind.INVALID,
                name,
                List.of(),
                "is the name of an IPAddress and no address (" + place.apply(value.key()) + ")"));
      }
    }
    for (var value : snapshot.below(AddressObjects.SERVICE_CIDRS)) {
      try {
        for (var text :
            ObjectCodec.decode(value.bytes()).path("spec").path("cidrs").valueStream().toList()) {
          AddressRange.of(text.stringValue(""));
        }
      } catch (IllegalArgumentException wrong) {
        broken.add(
            Finding.of(
                Kind.INVALID,
                value.key().substring(AddressObjects.SERVICE_CIDRS.length()),
                List.of(),
                "is a ServiceCIDR that cannot be used: %s (%s)"
                    .formatted(wrong.getMessage(), place.apply(value.key()))));
      } catch (UnreadableException told) {
        // It is among those that the book could not read.
      }
    }
  }

  private static Optional<Instant> created(ServiceObject service) {
    try {
      return Optional.of(
          Instant.parse(ServiceObject.text(service.metadata(), "creationTimestamp")));
    } catch (DateTimeException unknown) {
      return Optional.empty();
    }
  }

  private static Set<String> keys() {
    var keys = new TreeSet<>(RangeBook.KEYS);
    keys.add(LeakRecord.KEY);
    return keys;
  }

  private static Set<String> prefixes() {
    var prefixes = new TreeSet<>(RangeBook.PREFIXES);
    prefixes.add(ServiceKey.STORE_PREFIX);
    return prefixes;
  }
}
