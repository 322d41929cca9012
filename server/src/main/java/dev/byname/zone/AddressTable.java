package dev.byname.zone;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From address to the services that hold it: what PTR queries and {@code pods verified} ask. Built
 * like {@link NameTable}; entries are immutable and replaced as a whole.
 */
final class AddressTable {
  /**
   * @param clusterIpOf services with this ClusterIP, sorted by key
   * @param endpointOf services with a published endpoint at this address, sorted by key
   */
  @SuppressWarnings({"ArrayRecordComponent", "ReferenceEquality"}) // compared by identity
  record Entry(boolean v6, long high, long low, ServiceSlot[] clusterIpOf, ServiceSlot[] endpointOf)
      implements Finding {
    private static final ServiceSlot[] NONE = {};
    private static final Entry TOMBSTONE = new Entry(false, -1, -1, NONE, NONE);

    boolean is(boolean otherV6, long otherHigh, long otherLow) {
      return low == otherLow && high == otherHigh && v6 == otherV6 && this != TOMBSTONE;
    }

    boolean isEmpty() {
      return clusterIpOf.length == 0 && endpointOf.length == 0;
    }
  }

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Entry[].class);

  private volatile @Nullable Entry[] slots = new Entry[16];
  private int used;
  private int live;
  private long entriesCopied;

  /** How many entries rebuilds have copied since the start. */
  long entriesCopied() {
    return entriesCopied;
  }

  @Nullable Entry find(boolean v6, long high, long low) {
    @Nullable Entry[] table = slots;
    int mask = table.length - 1;
    for (int i = hash(high, low) & mask; ; i = (i + 1) & mask) {
      Entry entry = (Entry) SLOT.getAcquire(table, i);
      if (entry == null || entry.is(v6, high, low)) {
        return entry;
      }
    }
  }

  void addClusterIp(boolean v6, long high, long low, ServiceSlot slot) {
    change(v6, high, low, slot, null, true);
  }

  void removeClusterIp(boolean v6, long high, long low, ServiceSlot slot) {
    change(v6, high, low, slot, null, false);
  }

  void addEndpoint(boolean v6, long high, long low, ServiceSlot slot) {
    change(v6, high, low, null, slot, true);
  }

  void removeEndpoint(boolean v6, long high, long low, ServiceSlot slot) {
    change(v6, high, low, null, slot, false);
  }

  @SuppressWarnings("ReferenceEquality") // there is one tombstone
  private void change(
      boolean v6,
      long high,
      long low,
      @Nullable ServiceSlot clusterIpOf,
      @Nullable ServiceSlot endpointOf,
      boolean add) {
    if ((used + 1) * 2 > slots.length) {
      rebuild();
    }
    @Nullable Entry[] table = slots;
    int mask = table.length - 1;
    int i = hash(high, low) & mask;
    int free = -1;
    Entry before = table[i];
    while (before != null && !before.is(v6, high, low)) {
      if (free < 0 && before == Entry.TOMBSTONE) {
        free = i;
      }
      i = (i + 1) & mask;
      before = table[i];
    }
    ServiceSlot[] clusterIps = before == null ? Entry.NONE : before.clusterIpOf;
    ServiceSlot[] endpoints = before == null ? Entry.NONE : before.endpointOf;
    var after =
        new Entry(
            v6,
            high,
            low,
            clusterIpOf == null ? clusterIps : with(clusterIps, clusterIpOf, add),
            endpointOf == null ? endpoints : with(endpoints, endpointOf, add));
    if (!after.isEmpty()) {
      if (before == null) {
        live++;
        if (free < 0) {
          used++;
        } else {
          i = free;
        }
      }
      SLOT.setRelease(table, i, after);
    } else if (before != null) {
      SLOT.setRelease(table, i, Entry.TOMBSTONE);
      live--;
      // As in NameTable: no tombstone where the next place is free.
      while (table[i] == Entry.TOMBSTONE && table[(i + 1) & mask] == null) {
        SLOT.setRelease(table, i, null);
        used--;
        i = (i - 1) & mask;
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // a service has one slot
  private static ServiceSlot[] with(ServiceSlot[] slots, ServiceSlot slot, boolean add) {
    // One service at an address is the usual case, and its array is always the same.
    if (slots == slot.alone) {
      return add ? slots : Entry.NONE;
    }
    if (add && slots.length == 0) {
      return slot.alone;
    }
    ServiceSlot[] rest =
        Arrays.stream(slots).filter(other -> other != slot).toArray(ServiceSlot[]::new);
    if (!add) {
      return rest.length == 1 ? rest[0].alone : rest;
    }
    ServiceSlot[] more = Arrays.copyOf(rest, rest.length + 1);
    more[rest.length] = slot;
    Arrays.sort(more, (a, b) -> a.service.compareTo(b.service));
    return more;
  }

  @SuppressWarnings("ReferenceEquality") // there is one tombstone
  private void rebuild() {
    entriesCopied += live;
    @Nullable Entry[] old = slots;
    int capacity = NameTable.capacityFor(live);
    @Nullable Entry[] table = new Entry[capacity];
    for (Entry entry : old) {
      if (entry != null && entry != Entry.TOMBSTONE) {
        int i = hash(entry.high, entry.low) & (capacity - 1);
        while (table[i] != null) {
          i = (i + 1) & (capacity - 1);
        }
        table[i] = entry;
      }
    }
    used = live;
    slots = table;
  }

  private static int hash(long high, long low) {
    long h = (low ^ high * 0x9e37_79b9_7f4a_7c15L) * 0xff51_afd7_ed55_8ccdL;
    return (int) (h ^ h >>> 32);
  }
}
