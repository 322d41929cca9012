package dev.byname.resolverconfig.store;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Some of the store as of one moment; immutable. */
public final class Snapshot {
  private final NavigableMap<String, StoredValue> values;

  Snapshot(NavigableMap<String, StoredValue> values) {
    this.values = new TreeMap<>(values);
  }

  /** Of values that stand in no store; all have the version 1. */
  public static Snapshot of(Map<String, byte[]> values) {
    var stored = new TreeMap<String, StoredValue>();
    values.forEach((key, bytes) -> stored.put(key, new StoredValue(key, bytes.clone(), 1)));
    return new Snapshot(stored);
  }

  /** Empty when there is no such key, or it was not asked for. */
  public Optional<StoredValue> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * The version to expect of a key in a transaction: {@link Transaction#ABSENT} without a value.
   */
  public long version(String key) {
    return get(key).map(StoredValue::version).orElse(Transaction.ABSENT);
  }

  /** What is below a prefix, by key. */
  public List<StoredValue> below(String prefix) {
    return List.copyOf(values.subMap(prefix, prefix + Character.MAX_VALUE).values());
  }
}
