package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.registry.ObjectCodec.UnreadableException;
import dev.byname.resolverconfig.registry.Outcome.Applied;
import dev.byname.resolverconfig.registry.Outcome.Conflict;
import dev.byname.resolverconfig.registry.Outcome.Deleted;
import dev.byname.resolverconfig.registry.Outcome.Invalid;
import dev.byname.resolverconfig.registry.Outcome.NotFound;
import dev.byname.resolverconfig.registry.Outcome.Refused;
import dev.byname.resolverconfig.registry.Outcome.Verb;
import dev.byname.resolverconfig.store.Commit;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.Snapshot;
import dev.byname.resolverconfig.store.StoredValue;
import dev.byname.resolverconfig.store.Transaction;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Creates, changes and deletes Services together with their ClusterIPs and node ports, as the
 * Kubernetes API server does, in one transaction each: a request that fails leaves nothing changed,
 * and any number of writers may work on one store. A request that meets another writer's change is
 * worked out again on the newer state.
 *
 * <p>Thread-safe if the randomness is.
 */
public final class Registry {
  /** Every failed attempt means that another writer got on, so this is reached only by starving. */
  static final int ATTEMPTS_MAX = 200;

  private static final int LONGEST_PAUSE_MILLIS = 64;

  private static final String MODIFIED =
      "the object has been modified; please apply your changes to the latest version and try again";

  private final ObjectStore store;
  private final RangeOptions options;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Supplier<List<DeclaredService>> declaredElsewhere;

  /**
   * A Service that is not in the store but is served beside it.
   *
   * @param origin where it is declared, for messages
   */
  public record DeclaredService(String origin, ObjectNode service) {}

  /**
   * Uses a store; closing that is the caller's.
   *
   * @param random for addresses, ports and uids
   * @param declaredElsewhere Services that a server finds beside this store (manifests that people
   *     put into its folder); what they hold is given to nobody else
   */
  public Registry(
      ObjectStore store,
      RangeOptions options,
      InstantSource clock,
      RandomGenerator random,
      Supplier<List<DeclaredService>> declaredElsewhere) {
    this.store = store;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.declaredElsewhere = declaredElsewhere;
  }

  /** What one Service should be; what it leaves out is taken away, except what was allocated. */
  public Outcome apply(ObjectNode manifest, boolean dryRun) {
    var request = manifest.deepCopy();
    var key = keyOf(request);
    var shape = Shape.check(request);
    var errors = shape.errors().isEmpty() ? Validation.names(key) : shape.errors();
    if (!errors.isEmpty()) {
      return new Invalid(key, errors);
    }
    return settle(
        key,
        snapshot ->
            apply(new ServiceObject(request.deepCopy()), snapshot, shape.warnings(), dryRun));
  }

  /** Takes a Service away and frees what it holds. */
  public Outcome delete(ServiceKey key, boolean dryRun) {
    if (!isStorable(key)) {
      return new NotFound(key);
    }
    // A Service of another uid that is found on a second attempt is a new one, not the one meant.
    var meant = new HashSet<String>();
    return settle(key, snapshot -> delete(key, meant, snapshot, dryRun));
  }

  /**
   * One Service as it is stored, with its resourceVersion.
   *
   * @throws dev.byname.resolverconfig.store.StoreException when the store cannot be read
   */
  public Optional<ObjectNode> get(ServiceKey key) throws UnreadableServiceException {
    if (!isStorable(key)) {
      return Optional.empty();
    }
    var value = store.read(Set.of(key.storeKey()), Set.of()).get(key.storeKey());
    return value.isPresent() ? Optional.of(readable(value.get())) : Optional.empty();
  }

  /**
   * All Services, of one namespace or of all.
   *
   * @throws dev.byname.resolverconfig.store.StoreException when the store cannot be read
   */
  public Listing list(Optional<String> namespace) {
    var prefix = ServiceKey.STORE_PREFIX + namespace.map(name -> name + "/").orElse("");
    var services = new ArrayList<ObjectNode>();
    var unreadable = new ArrayList<String>();
    for (var value : store.read(Set.of(), Set.of(prefix)).below(prefix)) {
      try {
        services.add(readable(value));
      } catch (UnreadableServiceException broken) {
        unreadable.add(broken.getMessage());
      }
    }
    return new Listing(List.copyOf(services), List.copyOf(unreadable));
  }

  /**
   * Services, and those that could not be read.
   *
   * @param services by namespace and name
   * @param unreadable a sentence for each
   */
  public record Listing(List<ObjectNode> services, List<String> unreadable) {}

  /** A stored Service cannot be read. */
  public static final class UnreadableServiceException extends Exception {
    UnreadableServiceException(String message) {
      super(message);
    }
  }

  /** The same object with its fields in alphabetical order, as kubectl prints them. */
  public static JsonNode sorted(JsonNode object) {
    return ObjectCodec.sorted(object);
  }

  private Attempt apply(
      ServiceObject service, Snapshot snapshot, List<String> warnings, boolean dryRun)
      throws RefusedException {
    var key = service.key();
    var value = snapshot.get(key.storeKey());
    var stored =
        value.isPresent()
            ? Optional.of(new ServiceObject(decode(value.get())))
            : Optional.<ServiceObject>empty();
    var conflict = checkVersion(service, stored, snapshot.version(key.storeKey()));
    if (conflict.isPresent()) {
      return Attempt.done(conflict.get());
    }
    var book = openBook(snapshot, key);

    Defaults.fillIn(service);
    takeOverMetadata(service, stored);
    stored.ifPresentOrElse(
        before -> Linked.forUpdate(service, before), () -> Linked.forCreate(service));
    var errors = new ArrayList<>(IpFamilies.decide(service, stored, book.families()));
    if (errors.isEmpty()) {
      errors.addAll(
          stored
              .map(before -> Validation.update(service, before))
              .orElseGet(() -> Validation.service(service)));
    }
    if (!errors.isEmpty()) {
      return Attempt.done(new Invalid(key, List.copyOf(errors)));
    }

    var plan =
        new Plan(
            service,
            stored.map(Claims::of).orElse(Claims.none(key)),
            book,
            random,
            address -> AddressObjects.ipAddress(address, key, newUid(), now()),
            new StoreFinder(key));
    plan.take();
    var surplus = plan.surplus();
    if (!surplus.addresses().isEmpty() || !surplus.ports().isEmpty()) {
      setOtherHolders(book, key);
      plan.giveBack(surplus);
    }
    return commitApply(service, stored, snapshot, book, plan, warnings, dryRun);
  }

  private Attempt commitApply(
      ServiceObject service,
      Optional<ServiceObject> stored,
      Snapshot snapshot,
      RangeBook book,
      Plan plan,
      List<String> warnings,
      boolean dryRun) {
    var key = service.key();
    var version = snapshot.version(key.storeKey());
    var verb = stored.isEmpty() ? Verb.CREATED : Verb.CONFIGURED;
    if (stored.isPresent() && stored.get().root().equals(service.root())) {
      verb = Verb.UNCHANGED;
    }
    if (dryRun || verb == Verb.UNCHANGED) {
      var shown = withVersion(service.root(), version);
      return Attempt.done(new Applied(verb, shown, plan.given(), plan.freed(), warnings, dryRun));
    }
    var transaction =
        Transaction.changing(key.storeKey())
            .expect(key.storeKey(), version)
            .put(key.storeKey(), encode(service.root()));
    book.writeTo(transaction);
    var done = verb;
    return new Attempt.Commits(
        transaction.build(),
        committed ->
            new Applied(
                done,
                withVersion(
                    service.root(),
                    Objects.requireNonNull(committed.versions().get(key.storeKey()))),
                plan.given(),
                plan.freed(),
                warnings,
                false));
  }

  private Attempt delete(ServiceKey key, Set<String> meant, Snapshot snapshot, boolean dryRun)
      throws RefusedException {
    var value = snapshot.get(key.storeKey());
    if (value.isEmpty()) {
      return Attempt.done(new NotFound(key));
    }
    var service = new ServiceObject(decode(value.get()));
    if (meant.isEmpty()) {
      meant.add(service.uid());
    } else if (!meant.contains(service.uid())) {
      return Attempt.done(new NotFound(key));
    }
    var finalizers = service.metadata().path("finalizers");
    if (!finalizers.isEmpty()) {
      throw new RefusedException(
          "it waits for its finalizers %s; take them out of metadata.finalizers first"
              .formatted(finalizers));
    }
    var book = openBook(snapshot, key);
    var claims = Claims.of(service);
    var plan =
        new Plan(
            service,
            claims,
            book,
            random,
            address -> {
              throw new IllegalStateException("a delete takes nothing");
            },
            new StoreFinder(key));
    if (!claims.addresses().isEmpty() || !claims.ports().isEmpty()) {
      setOtherHolders(book, key);
      plan.giveBack(claims);
    }
    if (dryRun) {
      return Attempt.done(new Deleted(key, plan.freed(), true));
    }
    var transaction =
        Transaction.changing(key.storeKey())
            .expect(key.storeKey(), value.get().version())
            .delete(key.storeKey());
    book.writeTo(transaction);
    return new Attempt.Commits(
        transaction.build(), committed -> new Deleted(key, plan.freed(), false));
  }

  /** One working out of a request on one snapshot. */
  private sealed interface Attempt {
    record Done(Outcome outcome) implements Attempt {}

    record Commits(Transaction transaction, Function<Commit.Committed, Outcome> whenCommitted)
        implements Attempt {}

    static Attempt done(Outcome outcome) {
      return new Done(outcome);
    }
  }

  @FunctionalInterface
  private interface Request {
    Attempt on(Snapshot snapshot) throws RefusedException;
  }

  /** Works a request out again until no other writer comes between reading and writing. */
  private Outcome settle(ServiceKey key, Request request) {
    var keys = new TreeSet<>(RangeBook.KEYS);
    keys.add(key.storeKey());
    var prefixes = new TreeSet<>(RangeBook.PREFIXES);
    if (store.isFolder()) {
      prefixes.add(ServiceKey.STORE_PREFIX);
    }
    for (var attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      Attempt worked;
      try {
        worked = request.on(store.read(keys, prefixes));
      } catch (RefusedException refused) {
        return new Refused(key, String.valueOf(refused.getMessage()));
      }
      switch (worked) {
        case Attempt.Done(var outcome) -> {
          return outcome;
        }
        case Attempt.Commits(var transaction, var whenCommitted) -> {
          switch (store.commit(transaction)) {
            case Commit.Committed committed -> {
              return whenCommitted.apply(committed);
            }
            case Commit.Conflict conflict -> pause(attempt);
          }
        }
      }
    }
    return new Conflict(key, "other writers were faster " + ATTEMPTS_MAX + " times; try again");
  }

  private RangeBook openBook(Snapshot snapshot, ServiceKey except) throws RefusedException {
    var book = RangeBook.open(snapshot, options, this::encode);
    if (store.isFolder()) {
      setHolders(book, snapshot.below(ServiceKey.STORE_PREFIX), except);
      for (var declared : declaredElsewhere.get()) {
        var service = new ServiceObject(declared.service());
        if (service.key().equals(except)) {
          throw new RefusedException(
              "it is declared in %s: change it there, or delete it from that file"
                  .formatted(declared.origin()));
        }
        book.setTakenElsewhere(Claims.of(service));
      }
    }
    return book;
  }

  /** Before anything is given back: what another Service holds as well must stay taken. */
  private void setOtherHolders(RangeBook book, ServiceKey except) throws RefusedException {
    if (!store.isFolder()) {
      setHolders(book, allServices(), except);
    }
  }

  private static void setHolders(RangeBook book, List<StoredValue> services, ServiceKey except)
      throws RefusedException {
    for (var value : services) {
      var service = new ServiceObject(decode(value));
      if (!service.key().equals(except)) {
        book.setHolders(Claims.of(service));
      }
    }
  }

  private List<StoredValue> allServices() {
    return store.read(Set.of(), Set.of(ServiceKey.STORE_PREFIX)).below(ServiceKey.STORE_PREFIX);
  }

  private static Optional<Outcome> checkVersion(
      ServiceObject service, Optional<ServiceObject> stored, long version) {
    var metadata = service.metadata();
    var wanted = ServiceObject.text(metadata, "resourceVersion");
    metadata.remove("resourceVersion");
    var uid = service.uid();
    if (stored.isEmpty()) {
      return wanted.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Conflict(
                  service.key(), "it does not exist, so it has no resourceVersion " + wanted));
    }
    if (!wanted.isEmpty() && !wanted.equals(Long.toString(version))) {
      return Optional.of(new Conflict(service.key(), MODIFIED));
    }
    if (!uid.isEmpty() && !uid.equals(stored.get().uid())) {
      return Optional.of(
          new Conflict(
              service.key(),
              "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                  .formatted(uid, stored.get().uid())));
    }
    return Optional.empty();
  }

  /** What is not the author's to write: identity, age and status. */
  private void takeOverMetadata(ServiceObject service, Optional<ServiceObject> stored) {
    var root = service.root();
    var metadata = service.metadata();
    metadata.remove(List.of("selfLink", "managedFields", "generation"));
    root.remove("status");
    if (stored.isEmpty()) {
      metadata.put("uid", newUid()).put("creationTimestamp", now());
      root.putObject("status").putObject("loadBalancer");
      return;
    }
    for (var field : List.of("uid", "creationTimestamp", "deletionTimestamp", "managedFields")) {
      var before = stored.get().metadata().get(field);
      if (before == null) {
        metadata.remove(field);
      } else {
        metadata.set(field, before.deepCopy());
      }
    }
    var status = stored.get().root().get("status");
    if (status != null) {
      root.set("status", status.deepCopy());
    }
  }

  private String newUid() {
    return newUid(random);
  }

  static String newUid(RandomGenerator random) {
    // Version 4, variant 1 (RFC 9562 section 5.4), from the randomness handed in.
    var high = (random.nextLong() & 0xffff_ffff_ffff_0fffL) | 0x4000L;
    var low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void pause(int attempt) {
    pause(attempt, random);
  }

  /** After a lost race, so that writers do not meet again in step. */
  static void pause(int attempt, RandomGenerator random) {
    var longest = attempt > 6 ? LONGEST_PAUSE_MILLIS : 1 << attempt;
    try {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(longest + 1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] encode(ObjectNode object) {
    return encode(object, store);
  }

  static byte[] encode(ObjectNode object, ObjectStore store) {
    return store.isFolder()
        ? ObjectCodec.encodeReadable(object)
        : ObjectCodec.encodeCompact(object);
  }

  static ObjectNode decode(StoredValue value) throws RefusedException {
    try {
      var object = ObjectCodec.decode(value.bytes());
      var shape = Shape.check(object);
      if (!shape.errors().isEmpty()) {
        throw new UnreadableException(shape.errors().getFirst().toString());
      }
      return object;
    } catch (UnreadableException unreadable) {
      throw new RefusedException(
          "cannot read stored %s, so nothing is changed: %s"
              .formatted(value.key(), unreadable.getMessage()));
    }
  }

  private static ObjectNode readable(StoredValue value) throws UnreadableServiceException {
    try {
      return withVersion(decode(value), value.version());
    } catch (RefusedException unreadable) {
      throw new UnreadableServiceException(String.valueOf(unreadable.getMessage()));
    }
  }

  private static ObjectNode withVersion(ObjectNode service, long version) {
    var shown = service.deepCopy();
    if (version != Transaction.ABSENT) {
      shown.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
    }
    return shown;
  }

  private static ServiceKey keyOf(ObjectNode manifest) {
    var metadata = manifest.path("metadata");
    return new ServiceKey(
        metadata.path("namespace").stringValue(""), metadata.path("name").stringValue(""));
  }

  /** Names of Services may begin with a digit since KEP-5311; reading and deleting takes both. */
  private static boolean isStorable(ServiceKey key) {
    return Names.label1123(key.name()).isEmpty() && Names.label1123(key.namespace()).isEmpty();
  }

  /** Looks through all Services, which is done only for the message of a refusal. */
  private final class StoreFinder implements Plan.HolderFinder {
    private final ServiceKey except;

    StoreFinder(ServiceKey except) {
      this.except = except;
    }

    @Override
    public Optional<Holder> holder(IpAddress address) {
      return find(claims -> Optional.ofNullable(claims.addresses().get(address)));
    }

    @Override
    public Optional<Holder> holder(int nodePort) {
      return find(claims -> Optional.ofNullable(claims.ports().get(nodePort)));
    }

    private Optional<Holder> find(Function<Claims, Optional<Holder>> look) {
      for (var value : allServices()) {
        try {
          var service = new ServiceObject(decode(value));
          var found =
              service.key().equals(except)
                  ? Optional.<Holder>empty()
                  : look.apply(Claims.of(service));
          if (found.isPresent()) {
            return found;
          }
        } catch (RefusedException unreadable) {
          // Then the message cannot name this one.
        }
      }
      return Optional.empty();
    }
  }
}
