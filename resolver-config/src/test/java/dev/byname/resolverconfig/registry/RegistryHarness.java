package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.IpFamily;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import dev.byname.resolverconfig.store.MemoryStore;
import dev.byname.resolverconfig.store.ObjectStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** A registry on a store in memory, and short ways to ask it. */
final class RegistryHarness {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  final MemoryStore store;
  final Registry registry;
  final List<DeclaredService> declared = new ArrayList<>();

  RegistryHarness(String... ranges) {
    this(new MemoryStore(false), WhenDynamicIsFull.USE_STATIC, ranges);
  }

  RegistryHarness(MemoryStore store, WhenDynamicIsFull whenFull, String... ranges) {
    this.store = store;
    registry =
        new Registry(
            store,
            new RangeOptions(
                Stream.of(ranges).map(AddressRange::of).toList(), Optional.empty(), whenFull),
            InstantSource.fixed(NOW),
            new Random(5),
            () -> List.copyOf(declared));
  }

  /** Applies a manifest in YAML; without a kind it is the spec of default/web. */
  Outcome apply(String yaml) {
    return registry.apply(service(yaml), false);
  }

  Outcome.Applied applied(String yaml) {
    return applied(apply(yaml));
  }

  static Outcome.Applied applied(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied applied -> applied;
      case Outcome.Failed failed -> throw new AssertionError(failed.message());
      case Outcome.Deleted deleted -> throw new AssertionError(deleted);
    };
  }

  static String message(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed failed -> failed.message();
      case Outcome.Applied applied -> throw new AssertionError(applied);
      case Outcome.Deleted deleted -> throw new AssertionError(deleted);
    };
  }

  static ObjectNode service(String yaml) {
    var text =
        yaml.contains("kind:")
            ? yaml
            : "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: "
                + yaml
                + "}";
    var manifests = Manifests.ofText(text, "test");
    if (!manifests.problems().isEmpty()) {
      throw new AssertionError(manifests.problems());
    }
    return manifests.objects().getFirst().object();
  }

  static String named(String name, String spec) {
    return "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: default}, spec: %s}"
        .formatted(name, spec);
  }

  /** All addresses and ports that the stored ranges have as taken. */
  Set<String> held() {
    return held(store);
  }

  static Set<String> held(ObjectStore store) {
    try {
      var book =
          RangeBook.open(
              store.read(RangeBook.KEYS, RangeBook.PREFIXES),
              RangeOptions.fromStore(),
              ObjectCodec::encodeCompact);
      var held = new TreeSet<String>();
      for (var allocator : book.addressAllocators()) {
        allocator.forEachTaken(address -> held.add(address.toString()));
      }
      book.nodePortAllocator().forEachTaken(port -> held.add(port.toString()));
      return held;
    } catch (RefusedException broken) {
      throw new AssertionError(broken);
    }
  }

  static boolean isDynamic(String address, String range) {
    var parsed = AddressRange.of(range);
    return parsed.position(IpAddress.parse(address))
            instanceof dev.byname.resolverconfig.allocation.ValueRange.Position.Usable(var offset)
        && offset >= parsed.staticBand();
  }

  static final PortRange PORTS = PortRange.DEFAULT;
  static final IpFamily FIRST = IpFamily.IPV4;
}
