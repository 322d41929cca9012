package dev.byname.app;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The process's clocks, read nowhere else.
 *
 * @param nanoTime counts up, in nanoseconds
 * @param epochMillis wall clock, milliseconds since 1970
 */
record Clocks(LongSupplier nanoTime, LongSupplier epochMillis, InstantSource instants) {
  static Clocks system() {
    return new Clocks(System::nanoTime, System::currentTimeMillis, InstantSource.system());
  }
}
