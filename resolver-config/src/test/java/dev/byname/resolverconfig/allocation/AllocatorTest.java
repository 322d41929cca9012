package dev.byname.resolverconfig.allocation;

import static dev.byname.resolverconfig.allocation.Addresses.ip;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.Allocation.Full;
import dev.byname.resolverconfig.allocation.Allocation.Given;
import dev.byname.resolverconfig.allocation.Allocation.Held;
import dev.byname.resolverconfig.allocation.Allocation.NotInRange;
import dev.byname.resolverconfig.allocation.Allocation.Refused;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AllocatorTest {
  private static final Holder WEB = new Holder("default", "web", "ClusterIP");
  private static final Holder CATALOG = new Holder("kube-system", "catalog-ui", "ClusterIP");

  private final Random random = new Random(7);

  @Test
  void picksFromTheDynamicBandUntilItIsUsedUpThenFromTheStaticOne() {
    var allocator = new Allocator<>(AddressRange.of("10.0.0.0/27")); // 16 static, 14 dynamic
    var dynamic = new TreeSet<IpAddress>();
    for (var i = 0; i < 14; i++) {
      dynamic.add(given(allocator.allocateNext(WEB, random)));
    }
    assertThat(dynamic.first()).hasToString("10.0.0.17");
    assertThat(dynamic.last()).hasToString("10.0.0.30");
    assertThat(allocator.usage()).isEqualTo(new Usage(14, 14, 16, 0));
    var fromStatic = new TreeSet<IpAddress>();
    for (var i = 0; i < 16; i++) {
      fromStatic.add(given(allocator.allocateNext(WEB, random)));
    }
    assertThat(fromStatic.first()).hasToString("10.0.0.1");
    assertThat(fromStatic.last()).hasToString("10.0.0.16");
    assertThat(refusal(allocator.allocateNext(WEB, random)))
        .isEqualTo(
            "addresses 10.0.0.0/27 are all in use (14 dynamic, 16 static); delete"
                + " services or widen the range");
  }

  @Test
  void theStaticBandCanBeKeptForRequestsByHand() {
    var allocator = new Allocator<>(PortRange.DEFAULT, WhenDynamicIsFull.REFUSE);
    for (var i = 0; i < 2682; i++) {
      given(allocator.allocateNext(WEB, random));
    }
    for (var i = 0; i < 45; i++) {
      allocator.allocate(30000 + i, WEB);
    }
    assertThat(refusal(allocator.allocateNext(WEB, random)))
        .isEqualTo(
            "node ports 30086-32767 are all in use (2682); 41 of 86 static ones are"
                + " free: give one by hand");
    assertThat(allocator.allocate(30080, WEB)).isEqualTo(new Given<>(30080));
  }

  @Test
  void aTakenValueOfAFullRangeHasAnotherRemedy() {
    var allocator = new Allocator<>(new PortRange(30000, 30000));
    assertThat(allocator.allocate(30000, CATALOG)).isEqualTo(new Given<>(30000));
    assertThat(refusal(allocator.allocate(30000, WEB)))
        .isEqualTo(
            "30000 is held by kube-system/catalog-ui (ClusterIP); nothing else is free: delete"
                + " services or widen the range");
  }

  @Test
  void aValueThatNobodyIsKnownToHoldCanBeRepaired() {
    var leaked = new Allocator<>(PortRange.DEFAULT);
    leaked.allocate(31357, CATALOG);
    var allocator = new Allocator<>(PortRange.DEFAULT);
    allocator.restore(leaked.snapshot());
    assertThat(refusal(allocator.allocate(31357, WEB)))
        .isEqualTo(
            "31357 is marked as taken though no service holds it (`byname allocation repair` gives"
                + " such values back); leave it out to be given one of 2767 free node ports, or"
                + " ask for another");
  }

  @Test
  void saysWhoHoldsWhatIsTaken() {
    var allocator = new Allocator<>(AddressRange.of("10.0.0.0/24"));
    var address = ip("10.0.0.76");
    assertThat(allocator.allocate(address, CATALOG)).isEqualTo(new Given<>(address));
    assertThat(refusal(allocator.allocate(address, WEB)))
        .isEqualTo(
            "10.0.0.76 is held by kube-system/catalog-ui (ClusterIP); leave it out to"
                + " be given one of 253 free addresses, or ask for another");
    assertThat(allocator.holder(address)).contains(CATALOG);
    assertThat(allocator.usage().used()).isEqualTo(1);
  }

  @Test
  void whatIsStoredAsTakenHasNoHolderUntilOneIsFound() {
    var allocator = new Allocator<>(PortRange.DEFAULT);
    allocator.restore(new RangeAllocation("30000-32767", new byte[] {0x03}));
    assertThat(allocator.allocate(30001, WEB))
        .isEqualTo(new Held<>(30001, Optional.empty(), PortRange.DEFAULT, 2766));
    assertThat(refusal(allocator.allocate(30001, WEB)))
        .contains("no service holds it", "ask for another");
    allocator.setHolder(30001, CATALOG);
    assertThat(allocator.holder(30001)).contains(CATALOG);
    assertThat(allocator.usage()).isEqualTo(new Usage(2682, 0, 86, 2));
  }

  @Test
  void valuesOutsideAreRefusedWithTheRange() {
    var allocator = new Allocator<>(AddressRange.of("10.0.0.0/24"));
    assertThat(refusal(allocator.allocate(ip("10.0.0.255"), WEB)))
        .isEqualTo(
            "10.0.0.255 is the broadcast address of 10.0.0.0/24 and never given out;"
                + " ask for one of 10.0.0.1-10.0.0.254, or leave it out to be given"
                + " one");
    assertThat(allocator.isTaken(ip("10.0.1.1"))).isFalse();
  }

  @Test
  void onlyTheHolderGivesAValueBack() {
    var allocator = new Allocator<>(PortRange.DEFAULT);
    allocator.allocate(30050, CATALOG);
    assertThat(allocator.release(30050, WEB)).isEqualTo(new Release.HeldByOther(CATALOG));
    assertThat(allocator.isTaken(30050)).isTrue();
    assertThat(allocator.release(30050, CATALOG)).isEqualTo(new Release.Released());
    assertThat(allocator.release(30050, CATALOG)).isEqualTo(new Release.WasFree());
    assertThat(allocator.release(1, CATALOG)).isEqualTo(new Release.WasFree());
    assertThat(allocator.usage().used()).isZero();
  }

  /** A full /12 but for one address: found in a few steps wherever the search starts. */
  @Test
  void findsTheLastFreeAddressOfASlash12InAFewSteps() {
    var range = AddressRange.of("10.96.0.0/12");
    var allocator = new Allocator<>(range);
    var all = new byte[(int) (range.usable() + 7) / 8];
    Arrays.fill(all, (byte) -1);
    all[0] = (byte) ((1 << range.usable() % 8) - 1);
    allocator.restore(new RangeAllocation(range.spec(), all));
    assertThat(allocator.usage().free()).isZero();
    assertThat(allocator.allocateNext(WEB, random)).isInstanceOf(Full.class);
    for (var round = 0; round < 2000; round++) {
      var offset = range.staticBand() + random.nextLong(range.usable() - range.staticBand());
      allocator.release(range.valueAt(offset), WEB);
      var before = allocator.probes();
      assertThat(allocator.allocateNext(WEB, random)).isEqualTo(new Given<>(range.valueAt(offset)));
      // Two searches (to the end, then from the start of the band) of at most word, block, four
      // words of full blocks and the word found.
      assertThat(allocator.probes() - before).isLessThanOrEqualTo(14);
    }
  }

  @Test
  void aSlash64IsPickedFromInOneStepAndAcrossItsWholeWidth() {
    var range = AddressRange.of("fd00::/64");
    var allocator = new Allocator<>(range);
    var upperHalf = 0;
    for (var i = 0; i < 10_000; i++) {
      var address = given(allocator.allocateNext(WEB, random));
      assertThat(address.high()).isEqualTo(range.base().high());
      assertThat(Long.compareUnsigned(address.low(), 256)).isPositive();
      upperHalf += address.low() < 0 ? 1 : 0;
    }
    assertThat(upperHalf).isBetween(4500, 5500);
    assertThat(allocator.probes()).isEqualTo(10_000);
    assertThat(allocator.usage().used()).isEqualTo(10_000);
    assertThat(Long.toUnsignedString(allocator.usage().free())).isEqualTo("18446744073709541615");
  }

  /** Against a map from value to holder. */
  @Test
  void randomOperationsDoWhatTheModelDoes() {
    var seed = new Random().nextLong();
    var steps = new Random(seed);
    var range = new PortRange(30000, 30199); // 16 static, 184 dynamic
    var allocator = new Allocator<>(range);
    var model = new HashMap<Integer, Holder>();
    var services = new Holder[] {WEB, CATALOG, new Holder("default", "db", "NodePort 5432/TCP")};
    for (var step = 0; step < 20_000; step++) {
      var holder = services[steps.nextInt(services.length)];
      var port = 29990 + steps.nextInt(220);
      switch (steps.nextInt(step / 4000 % 2 == 0 ? 4 : 6)) {
        case 0, 1 -> {
          var full = model.size() == 200;
          var dynamicFull = model.keySet().stream().filter(p -> p >= 30016).count() == 184;
          switch (allocator.allocateNext(holder, steps)) {
            case Given<Integer>(var given) -> {
              assertThat(given >= 30016).as("seed %d", seed).isEqualTo(!dynamicFull);
              assertThat(model.put(given, holder)).as("seed %d", seed).isNull();
            }
            case Full<Integer> refused -> assertThat(full).as("seed %d", seed).isTrue();
            case Held<Integer> held -> throw new AssertionError(held);
            case NotInRange<Integer> outside -> throw new AssertionError(outside);
          }
        }
        case 2 -> {
          switch (allocator.allocate(port, holder)) {
            case Given<Integer> given ->
                assertThat(model.put(port, holder)).as("seed %d", seed).isNull();
            case Held<Integer> held ->
                assertThat(held.holder()).as("seed %d", seed).contains(model.get(port));
            case NotInRange<Integer> outside ->
                assertThat(port).as("seed %d", seed).matches(p -> p < 30000 || p > 30199);
            case Full<Integer> full -> throw new AssertionError(full);
          }
        }
        default -> {
          var released = allocator.release(port, holder);
          var before = model.get(port);
          if (before == null) {
            assertThat(released).as("seed %d", seed).isEqualTo(new Release.WasFree());
          } else if (before.equals(holder)) {
            assertThat(released).as("seed %d", seed).isEqualTo(new Release.Released());
            model.remove(port);
          } else {
            assertThat(released).as("seed %d", seed).isEqualTo(new Release.HeldByOther(before));
          }
        }
      }
      var staticUsed = model.keySet().stream().filter(p -> p < 30016).count();
      assertThat(allocator.usage())
          .as("seed %d", seed)
          .isEqualTo(new Usage(184, model.size() - staticUsed, 16, staticUsed));
    }
    var taken = new HashSet<Integer>();
    allocator.forEachTaken(taken::add);
    assertThat(taken).as("seed %d", seed).isEqualTo(model.keySet());
  }

  private static String refusal(Allocation<?> outcome) {
    if (outcome instanceof Refused<?> refused) {
      return refused.message();
    }
    throw new AssertionError(outcome);
  }

  private static <V> V given(Allocation<V> outcome) {
    return switch (outcome) {
      case Given<V>(var value) -> value;
      case Held<V> held -> throw new AssertionError(held.message());
      case NotInRange<V> outside -> throw new AssertionError(outside.message());
      case Full<V> full -> throw new AssertionError(full.message());
    };
  }
}
