package dev.byname.query;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts queries and answers. An event loop counts into its own {@link Slab}, with plain additions;
 * whoever scrapes adds the slabs up. Counts belong to names (server, zone, view), so they go on
 * when a new configuration takes over.
 */
public final class QueryMetrics {
  /** The {@code zone} label of queries outside all server blocks. */
  public static final String DROPPED = "dropped";

  /**
   * @param server as CoreDNS writes it: {@code dns://:53}
   * @param zone with final dot
   * @param view empty without one
   */
  public record Key(String server, String zone, String view) {
    /** Of queries that did not come over a listener. */
    public static final Key NONE = new Key("", ".", "");
  }

  private final Map<Key, Zone> zones = new ConcurrentHashMap<>();
  private final Map<String, Integer> pluginIndex = new ConcurrentHashMap<>();
  private final List<String> pluginNames = new CopyOnWriteArrayList<>();
  private final LongAdder bugs = new LongAdder();

  public Zone zone(Key key) {
    return zones.computeIfAbsent(key, Zone::new);
  }

  public List<Zone> zones() {
    return List.copyOf(zones.values());
  }

  /**
   * A small number for the {@code plugin} label; the first {@link Slab#PLUGINS_MAX} names get one
   * of their own.
   */
  public int pluginIndex(String name) {
    return pluginIndex.computeIfAbsent(
        name,
        added -> {
          synchronized (pluginNames) {
            if (pluginNames.size() == Slab.PLUGINS_MAX) {
              return Slab.PLUGINS_MAX - 1;
            }
            pluginNames.add(added);
            return pluginNames.size() - 1;
          }
        });
  }

  public List<String> pluginNames() {
    return pluginNames;
  }

  /** Counts an error of our own that was caught: {@code coredns_panics_total}. */
  public void countBug() {
    bugs.increment();
  }

  public long bugs() {
    return bugs.sum();
  }

  /** The counts of one (server, zone, view). */
  public static final class Zone {
    private final Key key;
    private final List<Slab> slabs = new CopyOnWriteArrayList<>();
    private final Slab shared = new Slab(true);

    private Zone(Key key) {
      this.key = key;
      slabs.add(shared);
    }

    public Key key() {
      return key;
    }

    /** For one event loop; kept for the life of the process. */
    Slab newSlab() {
      var slab = new Slab(false);
      slabs.add(slab);
      return slab;
    }

    /** For answers that any thread may finish. */
    Slab shared() {
      return shared;
    }

    public long sum(int index) {
      long sum = 0;
      for (Slab slab : slabs) {
        sum += slab.get(index);
      }
      return sum;
    }
  }
}
