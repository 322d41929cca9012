package dev.byname.resolverconfig.allocation;

import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** A set of unsigned offsets below a size, with a fast way to the next one that is not in it. */
sealed interface OffsetSet permits DenseOffsets, SparseOffsets {

  /** Up to here a bit per offset is the smaller form; a full IPv4 /12 takes 128 KiB. */
  long DENSE_SIZE_MAX = 1L << 20;

  /**
   * An empty set.
   *
   * @param size unsigned, at least 1
   */
  static OffsetSet ofSize(long size) {
    return Long.compareUnsigned(size, DENSE_SIZE_MAX) <= 0
        ? new DenseOffsets((int) size)
        : new SparseOffsets(size);
  }

  boolean contains(long offset);

  /** Returns whether it was not in the set. */
  boolean add(long offset);

  /** Returns whether it was in the set. */
  boolean remove(long offset);

  /** How many are in the set; unsigned. */
  long count();

  /** The lowest offset in {@code from…end-1} that is not in the set. */
  OptionalLong nextClear(long from, long end);

  /** Visits the set in ascending order. */
  void forEach(LongConsumer visitor);

  /** Steps taken by {@link #nextClear} so far, so that a test can hold it to its bound. */
  long probes();
}
