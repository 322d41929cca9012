package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocation;
import dev.byname.resolverconfig.allocation.Allocator;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.allocation.IpFamily;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.allocation.RangeAllocation;
import dev.byname.resolverconfig.allocation.ValueRange;
import dev.byname.resolverconfig.registry.ObjectCodec.UnreadableException;
import dev.byname.resolverconfig.store.Snapshot;
import dev.byname.resolverconfig.store.StoredValue;
import dev.byname.resolverconfig.store.Transaction;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is taken and free as of one snapshot of the store, and the changes that one request makes to
 * it. Used for one transaction and thrown away.
 *
 * <p>Addresses are kept in the form the store has: RangeAllocations, IPAddress objects, or both, as
 * an API server does while a cluster moves from the first to the second. Where the store is new,
 * RangeAllocations; and IPAddress objects beside it for IPv6 ranges that a RangeAllocation cannot
 * hold.
 */
final class RangeBook {
  static final String PRIMARY = "ranges/serviceips";
  static final String SECONDARY = "ranges/secondaryserviceips";
  static final String NODE_PORTS = "ranges/servicenodeports";

  /** Keys to read for it. */
  static final Set<String> KEYS = Set.of(PRIMARY, SECONDARY, NODE_PORTS);

  /** Prefixes to read for it. */
  static final Set<String> PREFIXES =
      Set.of(AddressObjects.IP_ADDRESSES, AddressObjects.SERVICE_CIDRS);

  /** How objects are written into this store. */
  private final Function<ObjectNode, byte[]> encoder;

  /** Holds addresses whose IPAddress cannot be read. */
  private static final Holder SOMEBODY =
      new Holder("", "", "an IPAddress that cannot be read says whose it is");

  private final Map<IpFamily, Page<IpAddress>> addresses = new EnumMap<>(IpFamily.class);

  /** Of ServiceCIDRs that were added to the cluster's first ranges. */
  private final List<Page<IpAddress>> further = new ArrayList<>();

  private final Page<Integer> nodePorts;

  /** The cluster's first family first. */
  private final List<IpFamily> families = new ArrayList<>();

  /** Addresses are kept as IPAddress objects, maybe beside a RangeAllocation. */
  private final boolean hasServiceCidrs;

  private final Map<IpAddress, AddressObject> addressObjects;
  private final Map<IpAddress, ObjectNode> newAddressObjects = new TreeMap<>();

  /** IPAddresses and ServiceCIDRs that cannot be read: why not, by key. */
  private final Map<String, String> unreadable = new TreeMap<>();

  private final Set<IpAddress> droppedAddressObjects = new TreeSet<>();

  /** One range. */
  private static final class Page<V> {
    final String key;
    final long version;

    /** As stored, to keep fields that are not ours; null when nothing is stored. */
    final @Nullable ObjectNode stored;

    final Allocator<V> allocator;

    /** Taken by objects elsewhere, not by what is stored for the range. */
    final Map<V, Holder> takenElsewhere = new TreeMap<>();

    Page(String key, long version, @Nullable ObjectNode stored, Allocator<V> allocator) {
      this.key = key;
      this.version = version;
      this.stored = stored;
      this.allocator = allocator;
    }
  }

  /**
   * @param object empty when it cannot be read: the address is somebody's, and nothing is written
   *     over it
   */
  private record AddressObject(StoredValue value, Optional<ObjectNode> object) {
    Optional<Holder> holder() {
      return object.map(AddressObjects::holder);
    }
  }

  private RangeBook(
      Function<ObjectNode, byte[]> encoder,
      Page<Integer> nodePorts,
      boolean hasServiceCidrs,
      Map<IpAddress, AddressObject> addressObjects) {
    this.encoder = encoder;
    this.nodePorts = nodePorts;
    this.hasServiceCidrs = hasServiceCidrs;
    this.addressObjects = addressObjects;
  }

  /**
   * Opens the book.
   *
   * @param snapshot of {@link #KEYS} and {@link #PREFIXES}
   * @throws RefusedException when what is stored cannot be read or contradicts the options
   */
  static RangeBook open(
      Snapshot snapshot, RangeOptions options, Function<ObjectNode, byte[]> encoder)
      throws RefusedException {
    var objects = new TreeMap<IpAddress, AddressObject>();
    var portsObject = decode(snapshot, NODE_PORTS);
    var ports = options.nodePorts().orElse(storedPorts(portsObject));
    var hasServiceCidrs = !snapshot.below(AddressObjects.SERVICE_CIDRS).isEmpty();
    var book =
        new RangeBook(
            encoder,
            page(snapshot, NODE_PORTS, portsObject, ports, options),
            hasServiceCidrs,
            objects);
    var ranges = ranges(snapshot, options);
    for (var i = 0; i < ranges.size(); i++) {
      var range = ranges.get(i);
      var key = i == 0 ? PRIMARY : SECONDARY;
      book.families.add(range.family());
      book.addresses.put(
          range.family(), page(snapshot, key, decode(snapshot, key), range, options));
    }
    for (var value : snapshot.below(AddressObjects.SERVICE_CIDRS)) {
      for (var range : book.readable(value).map(AddressObjects::ranges).orElse(List.of())) {
        if (book.pages().noneMatch(page -> page.allocator.range().equals(range))) {
          book.further.add(
              new Page<>(
                  "",
                  Transaction.ABSENT,
                  null,
                  new Allocator<>(range, options.whenDynamicIsFull())));
        }
      }
    }
    for (var value : snapshot.below(AddressObjects.IP_ADDRESSES)) {
      var address = IpAddress.parse(value.key().substring(AddressObjects.IP_ADDRESSES.length()));
      if (address != null) {
        var object = new AddressObject(value, book.readable(value));
        objects.put(address, object);
        book.pageOf(address)
            .ifPresent(page -> page.allocator.setHolder(address, object.holder().orElse(SOMEBODY)));
      }
    }
    return book;
  }

  private Optional<ObjectNode> readable(StoredValue value) {
    try {
      return Optional.of(ObjectCodec.decode(value.bytes()));
    } catch (UnreadableException why) {
      unreadable.put(value.key(), String.valueOf(why.getMessage()));
      return Optional.empty();
    }
  }

  /** IPAddresses and ServiceCIDRs that cannot be read: why not, by key. */
  Map<String, String> unreadable() {
    return unreadable;
  }

  /** The families the cluster has ranges for, its first one first. */
  List<IpFamily> families() {
    return List.copyOf(families);
  }

  /** For looking at; changes go through this book. */
  Allocator<Integer> nodePortAllocator() {
    return nodePorts.allocator;
  }

  /** Of all ranges of addresses, the cluster's first ones first; for looking at. */
  List<Allocator<IpAddress>> addressAllocators() {
    return pages().map(page -> page.allocator).toList();
  }

  /** Of the range that an address lies in; for looking at. */
  Optional<Allocator<IpAddress>> allocatorOf(IpAddress address) {
    return pageOf(address).map(page -> page.allocator);
  }

  /** Whether the store says, in every form that it keeps, that the address is taken. */
  boolean isWrittenDown(IpAddress address) {
    return pageOf(address)
        .filter(page ->
            page.allocator.isTaken(address)
                && (!keepsObjects(page) || addressObjects.containsKey(address)))
        .isPresent();
  }

  /** Whom the IPAddress object of an address belongs to; empty without one that can be read. */
  Optional<Holder> ownerOnRecord(IpAddress address) {
    return Optional.ofNullable(addressObjects.get(address)).flatMap(AddressObject::holder);
  }

  /** Whether the IPAddress object of an address cannot be read: it may be anybody's. */
  boolean isSomebodys(IpAddress address) {
    var object = addressObjects.get(address);
    return object != null && object.object.isEmpty();
  }

  /** Addresses that have an IPAddress object and lie in no range. */
  List<IpAddress> strayAddresses() {
    return addressObjects.keySet().stream().filter(address -> pageOf(address).isEmpty()).toList();
  }

  /** Whether ServiceCIDRs say which ranges there are, and IPAddresses what is taken of them. */
  boolean hasServiceCidrs() {
    return hasServiceCidrs;
  }

  /** Says who holds what is taken. */
  void setHolders(Claims claims) {
    claims
        .addresses()
        .forEach((address, holder) ->
            pageOf(address).ifPresent(page -> page.allocator.setHolder(address, holder)));
    claims.ports().forEach(nodePorts.allocator::setHolder);
  }

  /** Keeps values away from others that are taken by objects outside of this store. */
  void setTakenElsewhere(Claims claims) {
    claims
        .addresses()
        .forEach((address, holder) -> {
          var page = addresses.get(IpFamily.of(address));
          if (page != null
              && page.allocator.allocate(address, holder) instanceof Allocation.Given) {
            page.takenElsewhere.put(address, holder);
          }
        });
    claims
        .ports()
        .forEach((port, holder) -> {
          if (nodePorts.allocator.allocate(port, holder) instanceof Allocation.Given) {
            nodePorts.takenElsewhere.put(port, holder);
          }
        });
  }

  /**
   * Takes an address for a Service.
   *
   * @param wanted null for any
   */
  Allocation<IpAddress> takeAddress(
      IpFamily family,
      @Nullable IpAddress wanted,
      ServiceKey owner,
      RandomGenerator random,
      Function<IpAddress, ObjectNode> objectOf) {
    var holder = new Holder(owner.namespace(), owner.name(), "ClusterIP");
    var page = wanted == null ? page(family) : pageOf(wanted).orElse(page(family));
    var outcome = take(page, wanted, holder, random);
    for (var other : further) {
      if (outcome instanceof Allocation.Full && family == familyOf(other)) {
        page = other;
        outcome = take(page, wanted, holder, random);
      }
    }
    if (outcome instanceof Allocation.Given<IpAddress>(var given) && keepsObjects(page)) {
      newAddressObjects.put(given, objectOf.apply(given));
    }
    return outcome;
  }

  /**
   * Takes a node port for a Service.
   *
   * @param wanted null for any
   */
  Allocation<Integer> takeNodePort(
      @Nullable Integer wanted, Holder holder, RandomGenerator random) {
    return take(nodePorts, wanted, holder, random);
  }

  /** Gives back what a Service holds; whatever another one holds as well stays taken. */
  void giveBackAddress(IpAddress address, ServiceKey owner) {
    var object = addressObjects.get(address);
    if (object != null) {
      if (!object.object.flatMap(AddressObjects::owner).equals(Optional.of(owner))) {
        return;
      }
      droppedAddressObjects.add(address);
    }
    pageOf(address)
        .ifPresent(page ->
            page.allocator.release(
                address, new Holder(owner.namespace(), owner.name(), "ClusterIP")));
  }

  void giveBackNodePort(int port, ServiceKey owner) {
    nodePorts.allocator.release(port, new Holder(owner.namespace(), owner.name(), "NodePort"));
  }

  /**
   * Marks an address as taken that a Service holds though the store does not say so, or says that
   * another one holds it.
   */
  void writeDown(IpAddress address, ServiceKey owner, Function<IpAddress, ObjectNode> objectOf) {
    var page = pageOf(address).orElseThrow();
    page.allocator.setHolder(address, new Holder(owner.namespace(), owner.name(), "ClusterIP"));
    if (keepsObjects(page)) {
      newAddressObjects.put(address, objectOf.apply(address));
    }
  }

  /** Marks a node port as taken that a Service holds though the store does not say so. */
  void writeDown(int port, Holder holder) {
    nodePorts.allocator.setHolder(port, holder);
  }

  /** Frees an address that nobody holds. */
  void freeLeaked(IpAddress address) {
    pageOf(address).ifPresent(page -> free(page.allocator, address));
    if (addressObjects.containsKey(address)) {
      droppedAddressObjects.add(address);
    }
  }

  /** Frees a node port that nobody holds. */
  void freeLeaked(int port) {
    free(nodePorts.allocator, port);
  }

  private static <V> void free(Allocator<V> allocator, V value) {
    allocator.release(value, allocator.holder(value).orElse(new Holder("", "", "")));
  }

  /** Adds what has changed to a transaction, each with the version it was read at. */
  void writeTo(Transaction.Builder transaction) {
    for (var page : addresses.values()) {
      // An API server that has left RangeAllocations behind would never read a new one.
      if (page.stored != null || !hasServiceCidrs) {
        write(page, transaction);
      }
    }
    write(nodePorts, transaction);
    newAddressObjects.forEach((address, object) -> {
      var key = AddressObjects.storeKey(address);
      var before = addressObjects.get(address);
      var version = before == null ? Transaction.ABSENT : before.value.version();
      transaction.expect(key, version).put(key, encoder.apply(object));
    });
    for (var address : droppedAddressObjects) {
      var dropped = addressObjects.get(address);
      if (dropped != null) {
        transaction
            .expect(dropped.value.key(), dropped.value.version())
            .delete(dropped.value.key());
      }
    }
  }

  private <V> void write(Page<V> page, Transaction.Builder transaction) {
    page.takenElsewhere.forEach(page.allocator::release);
    var now = page.allocator.snapshot();
    // What is new is written even when nothing is taken: it says which ranges this store has.
    if (page.stored != null && now.equals(allocation(page.stored))) {
      return;
    }
    var object =
        page.stored == null ? JsonNodeFactory.instance.objectNode() : page.stored.deepCopy();
    object.put("apiVersion", "v1").put("kind", "RangeAllocation");
    object.withObjectProperty("metadata");
    object.put("range", now.range()).put("data", now.data());
    transaction.expect(page.key, page.version).put(page.key, encoder.apply(object));
  }

  private <V> Allocation<V> take(
      Page<V> page, @Nullable V wanted, Holder holder, RandomGenerator random) {
    return wanted == null
        ? page.allocator.allocateNext(holder, random)
        : page.allocator.allocate(wanted, holder);
  }

  private boolean keepsObjects(Page<IpAddress> page) {
    var range = page.allocator.range();
    return hasServiceCidrs || range.usable() != RangeAllocation.capacity(range);
  }

  private static IpFamily familyOf(Page<IpAddress> page) {
    return ((AddressRange) page.allocator.range()).family();
  }

  private Stream<Page<IpAddress>> pages() {
    return Stream.concat(families.stream().map(this::page), further.stream());
  }

  private Optional<Page<IpAddress>> pageOf(IpAddress address) {
    return pages()
        .filter(page -> ((AddressRange) page.allocator.range()).contains(address))
        .findFirst();
  }

  private Page<IpAddress> page(IpFamily family) {
    var page = addresses.get(family);
    if (page == null) {
      throw new IllegalArgumentException("no range of " + family);
    }
    return page;
  }

  private static List<AddressRange> ranges(Snapshot snapshot, RangeOptions options)
      throws RefusedException {
    if (!options.addresses().isEmpty()) {
      return options.addresses();
    }
    var ranges = new ArrayList<AddressRange>();
    for (var key : List.of(PRIMARY, SECONDARY)) {
      var stored = storedRange(decode(snapshot, key));
      if (stored.isPresent()) {
        try {
          ranges.add(AddressRange.of(stored.get()));
        } catch (IllegalArgumentException broken) {
          throw new RefusedException("stored " + key + ": " + broken.getMessage());
        }
      }
    }
    if (ranges.size() == 1 && storedRange(decode(snapshot, PRIMARY)).isEmpty()) {
      throw new RefusedException(
          "the store has a second range of addresses (%s) but no first one: name both"
              .formatted(ranges.getFirst()));
    }
    if (ranges.isEmpty()) {
      var ofCidr = decode(snapshot, AddressObjects.DEFAULT_CIDR);
      if (ofCidr != null) {
        ranges.addAll(AddressObjects.ranges(ofCidr));
      }
    }
    return ranges.isEmpty() ? List.of(RangeOptions.DEFAULT_ADDRESSES) : ranges;
  }

  private static PortRange storedPorts(@Nullable ObjectNode stored) throws RefusedException {
    var text = storedRange(stored);
    try {
      return text.isPresent() ? PortRange.parse(text.get()) : PortRange.DEFAULT;
    } catch (IllegalArgumentException broken) {
      throw new RefusedException("stored " + NODE_PORTS + ": " + broken.getMessage());
    }
  }

  private static <V> Page<V> page(
      Snapshot snapshot,
      String key,
      @Nullable ObjectNode stored,
      ValueRange<V> range,
      RangeOptions options)
      throws RefusedException {
    var allocator = new Allocator<>(range, options.whenDynamicIsFull());
    var storedRange = storedRange(stored);
    if (stored != null && storedRange.isPresent()) {
      if (!storedRange.get().equals(range.spec())) {
        throw new RefusedException(
            "the store gives %s out of %s, not out of %s: leave the range out of the command, or start the API server and Byname with the same"
                .formatted(range.plural(), storedRange.get(), range.spec()));
      }
      try {
        allocator.restore(allocation(stored));
      } catch (IllegalArgumentException impossible) {
        throw new RefusedException(
            "stored %s cannot be true: %s".formatted(key, impossible.getMessage()));
      }
    }
    if (RangeAllocation.capacity(range) != range.usable()
        && !(range instanceof AddressRange addresses && addresses.family() == IpFamily.IPV6)) {
      throw new RefusedException(
          range.spec() + " is wider than /12, the widest IPv4 range that can be stored");
    }
    return new Page<>(key, snapshot.version(key), stored, allocator);
  }

  private static RangeAllocation allocation(ObjectNode stored) {
    try {
      return new RangeAllocation(
          stored.path("range").stringValue(""),
          stored.has("data") ? stored.path("data").binaryValue() : new byte[0]);
    } catch (JacksonException notBase64) {
      throw new IllegalArgumentException("data is no base64", notBase64);
    }
  }

  /** An API server stores a RangeAllocation without a range before its first allocation. */
  private static Optional<String> storedRange(@Nullable ObjectNode stored) {
    return stored == null
        ? Optional.empty()
        : Optional.of(stored.path("range").stringValue("")).filter(text -> !text.isEmpty());
  }

  private static @Nullable ObjectNode decode(Snapshot snapshot, String key)
      throws RefusedException {
    var value = snapshot.get(key);
    return value.isPresent() ? decode(value.get()) : null;
  }

  static ObjectNode decode(StoredValue value) throws RefusedException {
    try {
      return ObjectCodec.decode(value.bytes());
    } catch (UnreadableException unreadable) {
      throw new RefusedException(
          "cannot read stored "
              + value.key()
              + ", so nothing is changed: "
              + unreadable.getMessage());
    }
  }
}
