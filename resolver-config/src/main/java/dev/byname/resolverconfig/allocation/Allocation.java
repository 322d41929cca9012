package dev.byname.resolverconfig.allocation;

import java.util.Optional;

/** The outcome of asking an {@link Allocator} for a value. */
public sealed interface Allocation<V> {

  /** The value now belongs to the one who asked. */
  record Given<V>(V value) implements Allocation<V> {}

  /** It did not work, and the allocator is unchanged. */
  sealed interface Refused<V> extends Allocation<V> {
    /** What is wrong and what to do, in one line. */
    String message();
  }

  /**
   * Somebody has it.
   *
   * @param holder empty when it is marked as taken but nobody is known to hold it
   * @param free how many values of the range are; unsigned
   */
  record Held<V>(V value, Optional<Holder> holder, ValueRange<V> range, long free)
      implements Refused<V> {
    @Override
    public String message() {
      var who =
          holder
              .map(known -> "is held by " + known)
              .orElse(
                  "is marked as taken though no service holds it (`byname allocation repair` gives"
                      + " such values back)");
      var remedy =
          free == 0
              ? "nothing else is free: delete services or widen the range"
              : "leave it out to be given one of %s free %s, or ask for another"
                  .formatted(Long.toUnsignedString(free), range.plural());
      return "%s %s; %s".formatted(value, who, remedy);
    }

    /** The same with a holder that was found out later. */
    public Held<V> heldBy(Optional<Holder> known) {
      return new Held<>(value, known, range, free);
    }
  }

  /**
   * Not a value of this range.
   *
   * @param why {@code is not in 10.0.0.0/16}, {@code is the broadcast address of …}
   */
  record NotInRange<V>(V value, String why, ValueRange<V> range) implements Refused<V> {
    @Override
    public String message() {
      return "%s %s; ask for one of %s, or leave it out to be given one"
          .formatted(value, why, range.span(0, range.usable() - 1));
    }
  }

  /** Nothing is left to pick from. */
  record Full<V>(ValueRange<V> range, Usage usage) implements Refused<V> {
    @Override
    public String message() {
      if (usage.free() == 0) {
        return "%s %s are all in use (%s dynamic, %s static); delete services or widen the range"
            .formatted(
                range.plural(),
                range.spec(),
                Long.toUnsignedString(usage.dynamicSize()),
                usage.staticSize());
      }
      return "%s %s are all in use (%s); %d of %d static ones are free: give one by hand"
          .formatted(
              range.plural(),
              range.span(usage.staticSize(), range.usable() - 1),
              Long.toUnsignedString(usage.dynamicSize()),
              usage.staticFree(),
              usage.staticSize());
    }
  }
}
