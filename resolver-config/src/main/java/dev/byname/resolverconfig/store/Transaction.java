package dev.byname.resolverconfig.store;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes that are made together, under conditions; immutable.
 *
 * <p>Expect a version of every key that is changed: that is what makes a repeated attempt after a
 * lost answer harmless.
 */
public final class Transaction {
  /** The version of a key that has no value. */
  public static final long ABSENT = 0;

  private final NavigableMap<String, Long> expectedVersions;
  private final NavigableMap<String, byte[]> puts;
  private final Set<String> deletes;
  private final String evidence;

  private Transaction(Builder builder) {
    expectedVersions = new TreeMap<>(builder.expectedVersions);
    puts = new TreeMap<>(builder.puts);
    deletes = new TreeSet<>(builder.deletes);
    for (var key : puts.keySet()) {
      if (deletes.contains(key)) {
        throw new IllegalArgumentException(key + " is both put and deleted");
      }
    }
    for (var changed : changedKeys()) {
      if (!expectedVersions.containsKey(changed)) {
        throw new IllegalArgumentException(changed + " is changed without an expected version");
      }
    }
    evidence = builder.evidence;
    if (!changedKeys().contains(evidence)) {
      throw new IllegalArgumentException("evidence \"" + evidence + "\" is not changed");
    }
  }

  /**
   * Begins a transaction.
   *
   * @param evidence a key that it changes; when an answer got lost on the way, the value of this
   *     key tells whether the transaction took place. So choose one whose new value nobody else
   *     writes.
   */
  public static Builder changing(String evidence) {
    return new Builder(evidence);
  }

  /** Collects a transaction. */
  public static final class Builder {
    private final Map<String, Long> expectedVersions = new TreeMap<>();
    private final Map<String, byte[]> puts = new TreeMap<>();
    private final Set<String> deletes = new TreeSet<>();
    private final String evidence;

    private Builder(String evidence) {
      this.evidence = evidence;
    }

    /**
     * Makes the transaction depend on a key's version.
     *
     * @param version {@link #ABSENT} when the key must have no value
     */
    public Builder expect(String key, long version) {
      expectedVersions.put(key, version);
      return this;
    }

    /** Sets a value; the array is given away. */
    public Builder put(String key, byte[] value) {
      puts.put(key, value);
      return this;
    }

    public Builder delete(String key) {
      deletes.add(key);
      return this;
    }

    /**
     * Ends the collection.
     *
     * @throws IllegalArgumentException when a key is changed without an expected version, or twice,
     *     or the evidence is not changed
     */
    public Transaction build() {
      return new Transaction(this);
    }
  }

  NavigableMap<String, Long> expectedVersions() {
    return expectedVersions;
  }

  NavigableMap<String, byte[]> puts() {
    return puts;
  }

  String evidence() {
    return evidence;
  }

  Set<String> deletes() {
    return deletes;
  }

  Set<String> changedKeys() {
    var keys = new TreeSet<>(puts.keySet());
    keys.addAll(deletes);
    return keys;
  }
}
