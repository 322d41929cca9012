package dev.byname.source.kubernetes;

import dev.byname.cluster.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys and versions of the objects that one reader has handed in: all that is needed to find out
 * what a new list, or a comparison with the API, changes. About 90 bytes an object; keys are shared
 * with the picture.
 *
 * <p>A list or a comparison is a <em>round</em>: entries met in it are marked with its number, so
 * that those left over are known without a second set of keys. Safe from any thread: the watch
 * writes while a comparison reads.
 */
final class KnownObjects {
  /** An object of a snapshot from before the start: any listed version replaces it. */
  static final long VERSION_UNKNOWN = Long.MIN_VALUE;

  private static final int REMOVED_MAX = 10_000;

  private static final class Entry {
    final ObjectKey key;
    long version;
    int round;
    int parts;

    Entry(ObjectKey key) {
      this.key = key;
    }
  }

  /** An object that is gone, and how many objects of the picture it was. */
  record Leftover(ObjectKey key, int parts) {}

  private final Map<ObjectKey, Entry> entries = new HashMap<>();

  /** Removed since the comparison began; null while there is none. */
  private @Nullable Set<ObjectKey> removed;

  private int round;

  /** From the beginning of a list until one is complete: marks belong to it alone. */
  private boolean listing;

  /** Something is in the picture already; the first list decides whether it stays. */
  synchronized void seed(ObjectKey key, int parts) {
    Entry entry = entries.computeIfAbsent(key, Entry::new);
    entry.version = VERSION_UNKNOWN;
    entry.parts = Math.max(entry.parts, parts);
  }

  /** Begins a list; a comparison that is under way loses its sense. */
  synchronized int beginList() {
    listing = true;
    removed = null;
    return ++round;
  }

  /** Begins a comparison; 0 when there is no complete list to compare with. */
  synchronized int beginComparison() {
    if (listing) {
      return 0;
    }
    removed = new HashSet<>();
    return ++round;
  }

  /** True when no list has begun since. */
  synchronized boolean current(int comparison) {
    return round == comparison && removed != null;
  }

  synchronized void endComparison(int comparison) {
    if (round == comparison) {
      removed = null;
    }
  }

  /** As {@link #meet}, for an object of a comparison; true, too, when that has lost its sense. */
  synchronized boolean meetCompared(int comparison, ObjectKey key, long version) {
    return round != comparison || meet(key, version);
  }

  /** True when exactly this version is known; then it counts as met. */
  synchronized boolean meet(ObjectKey key, long version) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return false;
    }
    entry.round = round;
    return entry.version == version && version != VERSION_UNKNOWN;
  }

  /** The version known under the key; {@link #VERSION_UNKNOWN} when there is none. */
  synchronized long version(ObjectKey key) {
    Entry entry = entries.get(key);
    return entry == null ? VERSION_UNKNOWN : entry.version;
  }

  /**
   * Whether the object was removed since the comparison began (or so much was that we cannot tell).
   */
  synchronized boolean removedMeanwhile(ObjectKey key) {
    return removed == null || removed.contains(key) || removed.size() >= REMOVED_MAX;
  }

  /**
   * Notes a version.
   *
   * @param parts objects of the picture it is now; negative to keep the number
   * @return how many it was before; 0 when unknown
   */
  synchronized int put(ObjectKey key, long version, int parts) {
    Entry entry = entries.computeIfAbsent(key, Entry::new);
    int before = entry.parts;
    entry.version = version;
    entry.round = round;
    if (parts >= 0) {
      entry.parts = parts;
    }
    return before;
  }

  /** Forgets the object and tells how many objects of the picture it was; 0 when unknown. */
  synchronized int remove(ObjectKey key) {
    Entry entry = entries.remove(key);
    if (removed != null && removed.size() < REMOVED_MAX) {
      removed.add(key);
    }
    return entry == null ? 0 : entry.parts;
  }

  /** Completes a list: forgets, and returns, what it has not met. */
  synchronized List<Leftover> sweep(int ofRound) {
    listing = false;
    var gone = new ArrayList<Leftover>();
    entries
        .values()
        .removeIf(entry -> {
          if (entry.round == ofRound) {
            return false;
          }
          gone.add(new Leftover(entry.key, entry.parts));
          return true;
        });
    return gone;
  }

  /** Keys and versions that the comparison has not met. */
  synchronized Map<ObjectKey, Long> unmet(int comparison, int max) {
    var unmet = new HashMap<ObjectKey, Long>();
    for (Entry entry : entries.values()) {
      if (entry.round != comparison && unmet.size() < max) {
        unmet.put(entry.key, entry.version);
      }
    }
    return unmet;
  }

  /** Forgets everything and returns it. */
  synchronized Collection<Leftover> clear() {
    List<Leftover> all =
        entries.values().stream().map(entry -> new Leftover(entry.key, entry.parts)).toList();
    entries.clear();
    return all;
  }

  synchronized int size() {
    return entries.size();
  }
}
