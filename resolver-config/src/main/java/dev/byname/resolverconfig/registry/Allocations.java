package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.ValueRange.Position;
import dev.byname.resolverconfig.registry.Finding.Kind;
import dev.byname.resolverconfig.registry.Inventory.Claim;
import dev.byname.resolverconfig.store.Commit;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.Snapshot;
import dev.byname.resolverconfig.store.Transaction;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks at everything that is allocated in a store, and mends what can be mended without taking
 * anything from a Service.
 */
public final class Allocations {
  /** etcd takes 128 operations a transaction; one change needs up to two, the ranges four. */
  private static final int CHANGES_MAX = 50;

  /** What no repair can mend: which Service keeps the value is for people to say. */
  private static final Set<Kind> FOR_PEOPLE =
      EnumSet.of(Kind.ALLOCATED_TWICE, Kind.INVALID, Kind.OUT_OF_RANGE);

  private final ObjectStore store;
  private final RangeOptions options;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Supplier<Declared> declaredElsewhere;

  /** Parameters as of {@link Registry}. */
  public Allocations(
      ObjectStore store,
      RangeOptions options,
      InstantSource clock,
      RandomGenerator random,
      Supplier<Declared> declaredElsewhere) {
    this.store = store;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.declaredElsewhere = declaredElsewhere;
  }

  /**
   * Compares what is marked as taken with what Services hold; changes nothing.
   *
   * @throws RefusedException when the ranges cannot be read
   */
  public AuditReport audit() throws RefusedException {
    return Audit.of(inventory(read()), options.whenDynamicIsFull(), clock.instant());
  }

  /**
   * The same for the objects of a cluster: Services and, where it has them, IPAddresses and
   * ServiceCIDRs. Without those, what is marked as taken is not known, and only Services are
   * compared with each other and with the ranges.
   *
   * @throws RefusedException when nobody says which ranges the cluster has
   */
  public static AuditReport audit(Manifests cluster, RangeOptions options, InstantSource clock)
      throws RefusedException {
    var objects = ClusterObjects.of(cluster);
    var report = Audit.of(objects.inventory(options), options.whenDynamicIsFull(), clock.instant());
    var findings = new ArrayList<>(objects.problems());
    findings.addAll(report.findings());
    return new AuditReport(report.services(), report.ranges(), findings);
  }

  /**
   * Who holds an address or a node port.
   *
   * @throws RefusedException when the ranges cannot be read
   */
  public Ownership whoHas(IpAddress address) throws RefusedException {
    return Ownership.of(inventory(read()), address);
  }

  /** As {@link #whoHas(IpAddress)}. */
  public Ownership whoHas(int nodePort) throws RefusedException {
    return Ownership.of(inventory(read()), nodePort);
  }

  /** As {@link #whoHas(IpAddress)}, for the objects of a cluster. */
  public static Ownership whoHas(Manifests cluster, RangeOptions options, IpAddress address)
      throws RefusedException {
    return Ownership.of(ClusterObjects.of(cluster).inventory(options), address);
  }

  /** As {@link #whoHas(IpAddress)}, for the objects of a cluster. */
  public static Ownership whoHas(Manifests cluster, RangeOptions options, int nodePort)
      throws RefusedException {
    return Ownership.of(ClusterObjects.of(cluster).inventory(options), nodePort);
  }

  /**
   * One round: marks as taken what Services hold, and frees what nobody has held for {@link
   * Leak#ROUNDS_MAX} rounds.
   *
   * @param atOnce frees leaks without waiting for more rounds. An API server allocates before it
   *     stores the Service, so only for a store that none is writing to
   * @param dryRun says what would be done, and changes nothing
   * @throws RefusedException when a Service or a range cannot be read: then nobody knows what is
   *     leaked
   */
  public RepairReport repair(boolean atOnce, boolean dryRun) throws RefusedException {
    var writtenDown = new ArrayList<Finding>();
    var freed = new ArrayList<Leak>();
    var isFirst = true;
    for (var attempt = 1; attempt <= Registry.ATTEMPTS_MAX; attempt++) {
      var round = round(read(), isFirst, atOnce, dryRun ? Integer.MAX_VALUE : CHANGES_MAX);
      var commit =
          dryRun || !round.changesAnything
              ? new Commit.Committed(Map.of())
              : store.commit(round.transaction.build());
      switch (commit) {
        case Commit.Conflict conflict -> Registry.pause(attempt, random);
        case Commit.Committed committed -> {
          writtenDown.addAll(round.writtenDown);
          freed.addAll(round.freed);
          if (!round.isUnfinished) {
            return new RepairReport(
                writtenDown, freed, List.copyOf(round.waiting.values()), round.left());
          }
          isFirst = false;
          attempt = 0;
        }
      }
    }
    throw new RefusedException("other writers were faster every time; try again");
  }

  private Round round(Snapshot snapshot, boolean isFirst, boolean atOnce, int changesMax)
      throws RefusedException {
    var inventory = inventory(snapshot);
    for (var broken : inventory.broken()) {
      if (broken.kind() == Kind.UNREADABLE) {
        throw new RefusedException(broken + "; nothing is changed");
      }
    }
    return new Round(inventory, isFirst, atOnce, changesMax).work();
  }

  /** One transaction of a round; only the first counts it. */
  private final class Round {
    final Inventory inventory;
    final RangeBook book;
    final boolean isFirst;
    final boolean atOnce;
    final int changesMax;
    final List<Finding> writtenDown = new ArrayList<>();
    final List<Leak> freed = new ArrayList<>();
    final Map<String, Leak> waiting = new TreeMap<>();
    final Transaction.Builder transaction = Transaction.changing(LeakRecord.KEY);
    boolean isUnfinished;
    boolean changesAnything;

    Round(Inventory inventory, boolean isFirst, boolean atOnce, int changesMax) {
      this.inventory = inventory;
      this.book = inventory.book();
      this.isFirst = isFirst;
      this.atOnce = atOnce;
      this.changesMax = changesMax;
    }

    Round work() {
      // Before the book learns more than is stored.
      var leaks = Audit.leaks(inventory);
      writeDownAddresses();
      writeDownPorts();
      leaks.forEach(this::count);
      changesAnything =
          !writtenDown.isEmpty()
              || !freed.isEmpty()
              || !waiting.isEmpty()
              || !inventory.leaks().isEmpty();
      if (changesAnything) {
        book.writeTo(transaction);
        transaction
            .expect(LeakRecord.KEY, inventory.leaks().version())
            .put(
                LeakRecord.KEY,
                Registry.encode(inventory.leaks().next(waiting, clock.instant()), store));
      }
      return this;
    }

    /** What an audit finds that this round has not mended. */
    List<Finding> left() {
      return Audit.of(inventory, options.whenDynamicIsFull(), clock.instant()).findings().stream()
          .filter(finding -> FOR_PEOPLE.contains(finding.kind()))
          .toList();
    }

    private void writeDownAddresses() {
      inventory
          .addressClaims()
          .forEach((address, claims) -> {
            var inRange =
                book.allocatorOf(address)
                    .filter(
                        allocator -> allocator.range().position(address) instanceof Position.Usable)
                    .isPresent();
            var isWrong =
                Audit.isMissing(claims, book.isWrittenDown(address))
                    || Audit.wrongOwner(book.ownerOnRecord(address), claims);
            if (inRange && isWrong && storedOne(claims).isPresent() && mayChangeMore()) {
              var claim = storedOne(claims).get();
              var owner = claim.claimant().claims().service();
              book.writeDown(address, owner, each -> ipAddress(each, owner));
              noteWrittenDown(address, claim);
            }
          });
    }

    private void writeDownPorts() {
      var allocator = book.nodePortAllocator();
      inventory
          .portClaims()
          .forEach((port, claims) -> {
            if (allocator.range().position(port) instanceof Position.Usable
                && Audit.isMissing(claims, allocator.isTaken(port))
                && mayChangeMore()) {
              var claim = storedOne(claims).orElseThrow();
              book.writeDown(port, claim.holder());
              noteWrittenDown(port, claim);
            }
          });
    }

    private static Optional<Claim> storedOne(List<Claim> claims) {
      return claims.stream().filter(claim -> claim.claimant().stored().isPresent()).findFirst();
    }

    private void noteWrittenDown(Object value, Claim claim) {
      // A Service that is deleted meanwhile would leave a leak.
      claim
          .claimant()
          .stored()
          .ifPresent(stored -> transaction.expect(stored.key(), stored.version()));
      writtenDown.add(
          Finding.of(
              Kind.NOT_ALLOCATED, value.toString(), List.of(claim.holding()), Audit.NOT_MARKED));
    }

    private void count(Finding finding) {
      var value = finding.value();
      if (!isFirst && finding.leak().isEmpty()) {
        return; // a newer one, for the next round
      }
      var leak =
          isFirst
              ? inventory.leaks().seenAgain(value, clock.instant().truncatedTo(ChronoUnit.SECONDS))
              : finding.leak().orElseThrow();
      if ((atOnce || leak.isDue()) && mayChangeMore()) {
        var address = IpAddress.parse(value);
        if (address == null) {
          book.freeLeaked(Integer.parseInt(value));
        } else {
          book.freeLeaked(address);
        }
        freed.add(leak);
      } else {
        waiting.put(value, leak);
      }
    }

    private boolean mayChangeMore() {
      var may = writtenDown.size() + freed.size() < changesMax;
      isUnfinished |= !may;
      return may;
    }
  }

  private ObjectNode ipAddress(IpAddress address, ServiceKey owner) {
    return AddressObjects.ipAddress(
        address,
        owner,
        Registry.newUid(random),
        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private Snapshot read() {
    return store.read(Inventory.KEYS, Inventory.PREFIXES);
  }

  private Inventory inventory(Snapshot snapshot) throws RefusedException {
    return Inventory.ofStore(
        snapshot,
        options,
        object -> Registry.encode(object, store),
        store::place,
        declaredElsewhere.get());
  }
}
