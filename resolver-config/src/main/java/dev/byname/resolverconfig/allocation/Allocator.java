package dev.byname.resolverconfig.allocation;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Remembers which values of a range are taken, by whom where that is known, and picks free ones.
 *
 * <p>Picking takes a random start in the dynamic band, then the next free value with wrap-around;
 * when that band is used up the static one serves the same way, unless told to {@link
 * WhenDynamicIsFull#REFUSE}. Random, so that a freed value is not at once another service's while
 * clients still connect to the old one, and so that several writers rarely pick the same.
 *
 * <p>Not thread-safe: it belongs to the one who built it.
 *
 * @param <V> {@link dev.byname.cluster.IpAddress} or {@link Integer} (a port)
 */
public final class Allocator<V> {

  /** What becomes of a request without a value when the dynamic band has none left. */
  public enum WhenDynamicIsFull {
    /** It is served from the static band, as the API server does. */
    USE_STATIC,
    /** It fails, so that the static band stays for those who ask for a value by hand. */
    REFUSE
  }

  private final ValueRange<V> range;
  private final WhenDynamicIsFull whenDynamicIsFull;
  private final OffsetSet taken;

  /** Only offsets that are taken; those loaded from a stored bitmap have no holder at first. */
  private final Map<Long, Holder> holders = new TreeMap<>(Long::compareUnsigned);

  private long staticUsed;

  public Allocator(ValueRange<V> range) {
    this(range, WhenDynamicIsFull.USE_STATIC);
  }

  public Allocator(ValueRange<V> range, WhenDynamicIsFull whenDynamicIsFull) {
    this.range = range;
    this.whenDynamicIsFull = whenDynamicIsFull;
    this.taken = OffsetSet.ofSize(range.usable());
  }

  public ValueRange<V> range() {
    return range;
  }

  /** Asks for this very value. */
  public Allocation<V> allocate(V value, Holder holder) {
    return switch (range.position(value)) {
      case ValueRange.Position.NotUsable(var why) -> new Allocation.NotInRange<>(value, why, range);
      case ValueRange.Position.Usable(var offset) -> {
        if (taken.contains(offset)) {
          yield new Allocation.Held<>(
              value, Optional.ofNullable(holders.get(offset)), range, usage().free());
        }
        take(offset, holder);
        yield new Allocation.Given<>(value);
      }
    };
  }

  /** Asks for any value. */
  public Allocation<V> allocateNext(Holder holder, RandomGenerator random) {
    var found = pick(range.staticBand(), range.usable(), random);
    if (found.isEmpty() && whenDynamicIsFull == WhenDynamicIsFull.USE_STATIC) {
      found = pick(0, range.staticBand(), random);
    }
    if (found.isEmpty()) {
      return new Allocation.Full<>(range, usage());
    }
    take(found.getAsLong(), holder);
    return new Allocation.Given<>(range.valueAt(found.getAsLong()));
  }

  /**
   * Gives a value back. Only its holder can; a value whose holder is not known is anybody's to give
   * back.
   */
  public Release release(V value, Holder holder) {
    if (!(range.position(value) instanceof ValueRange.Position.Usable(var offset))
        || !taken.contains(offset)) {
      return new Release.WasFree();
    }
    var known = holders.get(offset);
    if (known != null && !known.isSameService(holder)) {
      return new Release.HeldByOther(known);
    }
    free(offset);
    return new Release.Released();
  }

  /**
   * Says who holds a value that is taken, or takes it, as a stored bitmap is joined with the
   * services it stands for.
   */
  public void setHolder(V value, Holder holder) {
    if (range.position(value) instanceof ValueRange.Position.Usable(var offset)) {
      take(offset, holder);
    }
  }

  /** Whether the value is taken; false for values outside of the range. */
  public boolean isTaken(V value) {
    return range.position(value) instanceof ValueRange.Position.Usable(var offset)
        && taken.contains(offset);
  }

  /** Who holds it, where that is known. */
  public Optional<Holder> holder(V value) {
    return range.position(value) instanceof ValueRange.Position.Usable(var offset)
        ? Optional.ofNullable(holders.get(offset))
        : Optional.empty();
  }

  public Usage usage() {
    return new Usage(
        range.usable() - range.staticBand(),
        taken.count() - staticUsed,
        range.staticBand(),
        staticUsed);
  }

  /** Visits all taken values in ascending order. */
  public void forEachTaken(Consumer<V> visitor) {
    taken.forEach(offset -> visitor.accept(range.valueAt(offset)));
  }

  /** The form the API server stores, of as many of the lowest offsets as that form can hold. */
  public RangeAllocation snapshot() {
    return RangeAllocation.of(range, taken);
  }

  /**
   * Takes everything a stored form has as taken, without holders.
   *
   * @throws IllegalArgumentException when it cannot be true: another range, values past the end
   */
  public void restore(RangeAllocation stored) {
    stored.forEachOffset(range, offset -> mark(offset));
  }

  /** Steps taken to find free values so far; for the test that holds them to their bound. */
  long probes() {
    return taken.probes();
  }

  private OptionalLong pick(long first, long end, RandomGenerator random) {
    if (first == end) {
      return OptionalLong.empty();
    }
    var start = first + nextLong(random, end - first);
    var found = taken.nextClear(start, end);
    return found.isPresent() ? found : taken.nextClear(first, start);
  }

  private void take(long offset, Holder holder) {
    mark(offset);
    holders.put(offset, holder);
  }

  private void mark(long offset) {
    if (taken.add(offset) && isStatic(offset)) {
      staticUsed++;
    }
  }

  private void free(long offset) {
    holders.remove(offset);
    if (taken.remove(offset) && isStatic(offset)) {
      staticUsed--;
    }
  }

  private boolean isStatic(long offset) {
    return Long.compareUnsigned(offset, range.staticBand()) < 0;
  }

  /**
   * @param bound unsigned, at least 1; {@link RandomGenerator#nextLong(long)} knows only signed
   *     ones
   */
  private static long nextLong(RandomGenerator random, long bound) {
    if (bound > 0) {
      return random.nextLong(bound);
    }
    // At least half of all numbers are below such a bound, so two draws do on average.
    while (true) {
      var number = random.nextLong();
      if (Long.compareUnsigned(number, bound) < 0) {
        return number;
      }
    }
  }
}
