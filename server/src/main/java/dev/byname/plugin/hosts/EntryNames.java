package dev.byname.plugin.hosts;

import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The names that the entries of {@code hosts} are about, looked up on the hot path without
 * allocating. Never changed after it was made.
 */
final class EntryNames {
  static final EntryNames NONE = new EntryNames(List.of());

  /** By length in bytes: whether there is a name of it at all, which settles most questions. */
  private final boolean[] lengths = new boolean[DomainName.BYTES_MAX + 1];

  /** Open addressing, at most half full; a power of two long. */
  private final byte[][] slots;

  /**
   * @param names for a wildcard {@code *.example.} the name {@code example.}, for all below it
   */
  EntryNames(Collection<DomainName> names) {
    slots = new byte[Integer.highestOneBit(names.size() | 1) << 2][];
    for (DomainName name : names) {
      byte[] wire = name.toLowerCase().toWire();
      lengths[wire.length] = true;
      int slot = slot(wire, 0, wire.length);
      while (slots[slot] != null) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = wire;
    }
  }

  /** Whether the name of the query, without its first {@code labels}, is among them. */
  boolean has(QueryView query, int labels) {
    if (query.labelCount < labels) {
      return false;
    }
    int from = query.labelOffset[labels];
    int to = query.nameLengthBytes;
    if (!lengths[to - from]) {
      return false;
    }
    int slot = slot(query.name, from, to);
    while (slots[slot] != null) {
      if (Arrays.equals(slots[slot], 0, slots[slot].length, query.name, from, to)) {
        return true;
      }
      slot = slot + 1 & slots.length - 1;
    }
    return false;
  }

  private int slot(byte[] name, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + name[i];
    }
    return (hash ^ hash >>> 16) & slots.length - 1;
  }
}
