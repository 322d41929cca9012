package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.store.Snapshot;
import dev.byname.resolverconfig.store.Transaction;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What repairs remember from one run to the next: which values nobody held, since when and for how
 * many rounds. It stands in the store under a key of its own that no API server reads, as an object
 * of a kind of its own that a server watching a folder passes over.
 */
final class LeakRecord {
  static final String KEY = "byname/leaks";

  private final long version;
  private final long round;
  private final Map<String, Leak> leaks;

  private LeakRecord(long version, long round, Map<String, Leak> leaks) {
    this.version = version;
    this.round = round;
    this.leaks = Map.copyOf(leaks);
  }

  /**
   * Reads it; empty when no repair has found anything yet.
   *
   * @throws RefusedException when it is damaged
   */
  static LeakRecord read(Snapshot snapshot) throws RefusedException {
    var value = snapshot.get(KEY);
    if (value.isEmpty()) {
      return new LeakRecord(Transaction.ABSENT, 0, Map.of());
    }
    var object = RangeBook.decode(value.get());
    var leaks = new TreeMap<String, Leak>();
    try {
      for (var each : object.path("leaks")) {
        var leak =
            new Leak(
                each.path("value").stringValue(),
                Instant.parse(each.path("since").stringValue()),
                each.path("rounds").intValue());
        leaks.put(leak.value(), leak);
      }
      return new LeakRecord(value.get().version(), object.path("round").longValue(), leaks);
    } catch (DateTimeException | JacksonException damaged) {
      throw new RefusedException(
          "stored %s is damaged (%s); delete it, and the rounds begin anew"
              .formatted(KEY, damaged.getMessage()));
    }
  }

  boolean isEmpty() {
    return leaks.isEmpty();
  }

  Optional<Leak> of(String value) {
    return Optional.ofNullable(leaks.get(value));
  }

  /** What is remembered of a value when this round finds it unclaimed as well. */
  Leak seenAgain(String value, Instant now) {
    var before = leaks.get(value);
    return before == null
        ? new Leak(value, now, 1)
        : new Leak(value, before.since(), before.rounds() + 1);
  }

  /** The transaction's evidence: no two rounds write the same. */
  ObjectNode next(Map<String, Leak> now, Instant at) {
    var object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "byname.dev/v1").put("kind", "LeakRecord");
    object.putObject("metadata").put("name", "leaks");
    object.put("round", round + 1).put("at", at.toString());
    var list = object.putArray("leaks");
    now.values()
        .forEach(leak ->
            list.addObject()
                .put("value", leak.value())
                .put("since", leak.since().toString())
                .put("rounds", leak.rounds()));
    return object;
  }

  long version() {
    return version;
  }
}
