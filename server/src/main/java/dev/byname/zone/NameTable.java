package dev.byname.zone;

import dev.byname.wire.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from lower-case labels to entries: one thread writes, any number look up without
 * waiting and without allocating. Open addressing with linear probing; an entry carries its key and
 * never changes it, so a reader that races with a removal sees the entry or does not, never another
 * one's.
 *
 * <p>At most half full, tombstones included; filling up rebuilds the array and publishes it. What a
 * change costs does not depend on the table's size: a removal takes back the tombstones that
 * nothing lies behind, an addition takes the first one on its way, and a rebuild leaves room for a
 * third as many entries again, so that each addition pays for three copies at most.
 */
final class NameTable<E extends NameTable.Entry> {
  /** What the table holds: {@code key} are one or more length-prefixed labels in lower case. */
  abstract static class Entry {
    final byte[] key;
    final int hash;

    Entry(byte[] key) {
      this.key = key;
      hash = NameTable.hash(key, 0, key.length);
    }
  }

  private static final class Tombstone extends Entry {
    Tombstone() {
      super(new byte[0]);
    }
  }

  private static final Entry TOMBSTONE = new Tombstone();
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Entry[].class);

  private volatile @Nullable Entry[] slots = new Entry[16];
  private int used; // entries and tombstones
  private int live;
  private long entriesCopied;

  /** How many entries rebuilds have copied since the start. */
  long entriesCopied() {
    return entriesCopied;
  }

  /** The entry whose key is {@code name[from, to)}, or null. */
  @SuppressWarnings("unchecked")
  @Nullable E find(byte[] name, int from, int to) {
    @Nullable Entry[] table = slots;
    int mask = table.length - 1;
    int hash = hash(name, from, to);
    for (int i = hash & mask; ; i = (i + 1) & mask) {
      Entry entry = (Entry) SLOT.getAcquire(table, i);
      if (entry == null) {
        return null;
      }
      if (entry.hash == hash
          && entry.key.length == to - from
          && Arrays.equals(entry.key, 0, entry.key.length, name, from, to)) {
        return entry == TOMBSTONE ? null : (E) entry;
      }
    }
  }

  @Nullable E find(byte[] key) {
    return find(key, 0, key.length);
  }

  /** Adds an entry whose key is not there yet. */
  void add(E entry) {
    if ((used + 1) * 2 > slots.length) {
      rebuild();
    }
    @Nullable Entry[] table = slots;
    int mask = table.length - 1;
    int i = entry.hash & mask;
    while (table[i] != null && table[i] != TOMBSTONE) {
      i = (i + 1) & mask;
    }
    if (table[i] == null) {
      used++;
    }
    SLOT.setRelease(table, i, entry);
    live++;
  }

  void remove(byte[] key) {
    @Nullable Entry[] table = slots;
    int mask = table.length - 1;
    int hash = hash(key, 0, key.length);
    for (int i = hash & mask; table[i] != null; i = (i + 1) & mask) {
      if (table[i] != TOMBSTONE && Arrays.equals(table[i].key, key)) {
        SLOT.setRelease(table, i, TOMBSTONE);
        live--;
        // Where the next place is free, nobody looks further: no tombstone is needed.
        while (table[i] == TOMBSTONE && table[(i + 1) & mask] == null) {
          SLOT.setRelease(table, i, null);
          used--;
          i = (i - 1) & mask;
        }
        return;
      }
    }
  }

  private void rebuild() {
    entriesCopied += live;
    @Nullable Entry[] old = slots;
    int capacity = capacityFor(live);
    @Nullable Entry[] table = new Entry[capacity];
    for (Entry entry : old) {
      if (entry != null && entry != TOMBSTONE) {
        int i = entry.hash & (capacity - 1);
        while (table[i] != null) {
          i = (i + 1) & (capacity - 1);
        }
        table[i] = entry;
      }
    }
    used = live;
    slots = table;
  }

  /** The smallest power of two of which {@code live} entries and one more are at most 3/8. */
  static int capacityFor(int live) {
    int capacity = 16;
    while ((live + 1) * 8L > capacity * 3L) {
      capacity *= 2;
    }
    return capacity;
  }

  /**
   * Eight bytes a step. The names come from the API server, which is trusted not to look for
   * collisions.
   */
  static int hash(byte[] bytes, int from, int to) {
    long h = (to - from) * 0x9e37_79b9_7f4a_7c15L;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      h = (h ^ Bytes.i64(bytes, i)) * 0xff51_afd7_ed55_8ccdL;
      h ^= h >>> 32;
    }
    long tail = 0;
    for (; i < to; i++) {
      tail = tail << 8 | (bytes[i] & 0xff);
    }
    h = (h ^ tail) * 0xc4ce_b9fe_1a85_ec53L;
    return (int) (h ^ h >>> 32);
  }
}
