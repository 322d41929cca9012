package dev.byname.resolverconfig.allocation;

import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Runs of neighbouring offsets, first to last. Runs never touch, so the offset after a run is free:
 * finding one takes a single look-up however full the set is.
 */
final class SparseOffsets implements OffsetSet {
  private final long size;
  private final TreeMap<Long, Long> lastByFirst = new TreeMap<>(Long::compareUnsigned);
  private long count;
  private long probes;

  SparseOffsets(long size) {
    this.size = size;
  }

  @Override
  public boolean contains(long offset) {
    var run = lastByFirst.floorEntry(checked(offset));
    return run != null && Long.compareUnsigned(offset, run.getValue()) <= 0;
  }

  @Override
  public boolean add(long offset) {
    if (contains(offset)) {
      return false;
    }
    var first = offset;
    var last = offset;
    var before = lastByFirst.floorEntry(offset);
    if (before != null && before.getValue() == offset - 1) {
      first = before.getKey();
    }
    // The offset after the highest one is no offset, but no run starts there either.
    var after = lastByFirst.remove(offset + 1);
    if (after != null) {
      last = after;
    }
    lastByFirst.put(first, last);
    count++;
    return true;
  }

  @Override
  public boolean remove(long offset) {
    var run = lastByFirst.floorEntry(checked(offset));
    if (run == null || Long.compareUnsigned(offset, run.getValue()) > 0) {
      return false;
    }
    lastByFirst.remove(run.getKey());
    if (run.getKey() != offset) {
      lastByFirst.put(run.getKey(), offset - 1);
    }
    if (run.getValue() != offset) {
      lastByFirst.put(offset + 1, run.getValue());
    }
    count--;
    return true;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public OptionalLong nextClear(long from, long end) {
    probes++;
    var run = lastByFirst.floorEntry(from);
    var clear =
        run == null || Long.compareUnsigned(from, run.getValue()) > 0 ? from : run.getValue() + 1;
    var limit = Long.compareUnsigned(end, size) < 0 ? end : size;
    return Long.compareUnsigned(clear, limit) < 0 ? OptionalLong.of(clear) : OptionalLong.empty();
  }

  @Override
  public void forEach(LongConsumer visitor) {
    lastByFirst.forEach((first, last) -> {
      for (long offset = first; ; offset++) {
        visitor.accept(offset);
        if (offset == last) {
          return;
        }
      }
    });
  }

  @Override
  public long probes() {
    return probes;
  }

  private long checked(long offset) {
    if (Long.compareUnsigned(offset, size) >= 0) {
      throw new IndexOutOfBoundsException(
          Long.toUnsignedString(offset) + " of " + Long.toUnsignedString(size));
    }
    return offset;
  }
}
