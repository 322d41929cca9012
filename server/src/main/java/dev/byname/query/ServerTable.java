package dev.byname.query;

import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server blocks of one listener: which of them a name belongs to. Immutable; a reload makes a
 * new one.
 */
public final class ServerTable {
  /** A zone of a block. */
  static final class Entry {
    final Block block;
    final String zone;
    final byte[] wire;
    final int labels;
    final QueryMetrics.Zone metrics;

    /** Its place in the table. */
    int index;

    Entry(Block block, String zone, QueryMetrics.Zone metrics) {
      this.block = block;
      this.zone = zone;
      this.metrics = metrics;
      DomainName name = DomainName.of(zone).toLowerCase();
      wire = name.toWire();
      labels = name.labelCount();
    }

    boolean holds(QueryView q) {
      if (q.labelCount < labels) {
        return false;
      }
      int from = q.labelOffset[q.labelCount - labels];
      return Arrays.equals(q.name, from, q.nameLengthBytes, wire, 0, wire.length);
    }
  }

  /** Longest zones first; of equal ones, in the order of the Corefile (views). */
  final List<Entry> entries;

  private final Entry[] array;
  final QueryMetrics.Zone dropped;

  /**
   * @param server the {@code server} label: {@code dns://:53}
   */
  public ServerTable(String server, List<Block> blocks, QueryMetrics metrics) {
    List<Entry> all = new ArrayList<>();
    for (Block block : blocks) {
      for (String zone : block.zones()) {
        all.add(
            new Entry(block, zone, metrics.zone(new QueryMetrics.Key(server, zone, block.view()))));
      }
    }
    all.sort((one, other) -> Integer.compare(other.labels, one.labels));
    for (int i = 0; i < all.size(); i++) {
      all.get(i).index = i;
    }
    entries = List.copyOf(all);
    array = all.toArray(Entry[]::new);
    dropped = metrics.zone(new QueryMetrics.Key(server, QueryMetrics.DROPPED, ""));
  }

  /** The zone with the most labels that the name is in; the first of several views. */
  @Nullable Entry find(QueryView q) {
    for (Entry entry : array) {
      if (entry.holds(q)) {
        return entry;
      }
    }
    return null;
  }
}
