package dev.byname.resolverconfig.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A store in memory for tests: with etcd's versions, and a hook for other writers. */
public final class MemoryStore implements ObjectStore {
  private final TreeMap<String, StoredValue> values = new TreeMap<>();
  private final boolean isFolder;
  private long revision = 100;
  private int commits;
  private int fullReads;
  private int operationsMax;
  private Consumer<MemoryStore> beforeNextCommit = store -> {};

  public MemoryStore(boolean isFolder) {
    this.isFolder = isFolder;
  }

  /** Something that another writer does between the next reading and writing; once. */
  public void beforeNextCommit(Consumer<MemoryStore> otherWriter) {
    beforeNextCommit = otherWriter;
  }

  /** Sets a value as somebody else would. */
  public void put(String key, String value) {
    put(key, value.getBytes(UTF_8));
  }

  /** Sets a value as somebody else would. */
  public void put(String key, byte[] value) {
    revision++;
    values.put(key, new StoredValue(key, value, revision));
  }

  public void remove(String key) {
    revision++;
    values.remove(key);
  }

  /** The text of a value, or "" without one. */
  public String text(String key) {
    var value = values.get(key);
    return value == null ? "" : new String(value.bytes(), UTF_8);
  }

  public Set<String> keys() {
    return Set.copyOf(values.keySet());
  }

  /** How many transactions were made. */
  public int commits() {
    return commits;
  }

  /** Of the largest transaction, as etcd counts them. */
  public int operationsMax() {
    return operationsMax;
  }

  /** How often all Services were read. */
  public int fullReads() {
    return fullReads;
  }

  @Override
  public Snapshot read(Set<String> keys, Set<String> prefixes) {
    var found = new TreeMap<String, StoredValue>();
    fullReads += prefixes.contains("services/specs/") ? 1 : 0;
    values.forEach((key, value) -> {
      if (keys.contains(key) || prefixes.stream().anyMatch(key::startsWith)) {
        found.put(key, value);
      }
    });
    return new Snapshot(found);
  }

  @Override
  public Commit commit(Transaction transaction) {
    operationsMax =
        Math.max(
            operationsMax,
            Math.max(transaction.expectedVersions().size(), transaction.changedKeys().size()));
    var other = beforeNextCommit;
    beforeNextCommit = store -> {};
    other.accept(this);
    for (var expected : transaction.expectedVersions().entrySet()) {
      var value = values.get(expected.getKey());
      if ((value == null ? Transaction.ABSENT : value.version()) != expected.getValue()) {
        return new Commit.Conflict(expected.getKey());
      }
    }
    commits++;
    revision++;
    var versions = new TreeMap<String, Long>();
    transaction
        .puts()
        .forEach((key, value) -> {
          values.put(key, new StoredValue(key, value, revision));
          versions.put(key, revision);
        });
    values.keySet().removeAll(transaction.deletes());
    return new Commit.Committed(versions);
  }

  @Override
  public boolean isFolder() {
    return isFolder;
  }

  @Override
  public String description() {
    return "memory";
  }

  @Override
  public String place(String key) {
    return "memory:" + key;
  }

  @Override
  public void close() {}
}
