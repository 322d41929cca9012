package dev.byname.resolverconfig.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.byname.resolverconfig.store.Commit.Committed;
import dev.byname.resolverconfig.store.Commit.Conflict;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What every store does; a subclass per store says how to open it. */
abstract class StoreContract {
  static final String WEB = "services/specs/default/web";
  static final String DNS = "services/specs/kube-system/kube-dns";
  static final String RANGE = "ranges/serviceips";

  /** Opens the same store each time within one test. */
  abstract ObjectStore open();

  @Test
  void whatIsCommittedIsReadBack() {
    try (var store = open()) {
      var committed =
          store.commit(
              Transaction.changing(WEB)
                  .expect(WEB, Transaction.ABSENT)
                  .put(WEB, bytes("web"))
                  .expect(RANGE, Transaction.ABSENT)
                  .put(RANGE, new byte[0])
                  .build());
      try (var again = open()) {
        var snapshot = again.read(Set.of(WEB, RANGE, DNS), Set.of());
        assertThat(snapshot.get(WEB).map(StoredValue::bytes)).contains(bytes("web"));
        assertThat(snapshot.get(RANGE).map(StoredValue::bytes)).contains(new byte[0]);
        assertThat(snapshot.get(DNS)).isEmpty();
        assertThat(snapshot.version(DNS)).isEqualTo(Transaction.ABSENT);
        assertThat(committed)
            .isEqualTo(
                new Committed(Map.of(WEB, snapshot.version(WEB), RANGE, snapshot.version(RANGE))));
      }
    }
  }

  @Test
  void aPrefixGivesAllBelowItInOrder() {
    try (var store = open()) {
      put(store, WEB, "1");
      put(store, DNS, "2");
      put(store, "services/specs/default/db", "3");
      put(store, "services/endpoints/default/web", "4");
      put(store, "services/specs-not/default/web", "5");
      var all = store.read(Set.of(), Set.of("services/specs/"));
      assertThat(all.below("services/specs/"))
          .extracting(StoredValue::key)
          .containsExactly("services/specs/default/db", WEB, DNS);
      var one = store.read(Set.of(RANGE), Set.of("services/specs/default/"));
      assertThat(one.below("services/specs/default/"))
          .extracting(StoredValue::key)
          .containsExactly("services/specs/default/db", WEB);
      assertThat(one.get(DNS)).isEmpty();
    }
  }

  @Test
  void manyValuesCanBeListed() {
    try (var store = open()) {
      for (var group = 0; group < 13; group++) {
        var transaction =
            Transaction.changing("services/specs/default/s%04d".formatted(group * 100));
        for (var i = 0; i < 100; i++) {
          var key = "services/specs/default/s%04d".formatted(group * 100 + i);
          transaction.expect(key, Transaction.ABSENT).put(key, bytes(key));
        }
        assertThat(store.commit(transaction.build())).isInstanceOf(Committed.class);
      }
      var all = store.read(Set.of(), Set.of("services/specs/")).below("services/specs/");
      assertThat(all).hasSize(1300);
      assertThat(all.get(1299).bytes()).isEqualTo(bytes("services/specs/default/s1299"));
    }
  }

  @Test
  void aFailedExpectationLeavesEverythingAsItWas() {
    try (var store = open()) {
      var first = put(store, WEB, "old");
      put(store, RANGE, "range");
      put(store, WEB, "new");
      var stale =
          Transaction.changing(WEB)
              .expect(WEB, first)
              .put(WEB, bytes("lost"))
              .expect(DNS, Transaction.ABSENT)
              .put(DNS, bytes("lost"))
              .expect(RANGE, store.read(Set.of(RANGE), Set.of()).version(RANGE))
              .delete(RANGE)
              .build();
      assertThat(store.commit(stale)).isEqualTo(new Conflict(WEB));
      var after = store.read(Set.of(WEB, DNS, RANGE), Set.of());
      assertThat(after.get(WEB).map(StoredValue::bytes)).contains(bytes("new"));
      assertThat(after.get(DNS)).isEmpty();
      assertThat(after.get(RANGE)).isPresent();
    }
  }

  @Test
  void expectationsCanBeAboutKeysThatStay() {
    try (var store = open()) {
      put(store, RANGE, "range");
      var blocked =
          Transaction.changing(WEB)
              .expect(RANGE, Transaction.ABSENT)
              .expect(WEB, Transaction.ABSENT)
              .put(WEB, bytes("x"))
              .build();
      assertThat(store.commit(blocked)).isEqualTo(new Conflict(RANGE));
    }
  }

  @Test
  void deletesAndRecreates() {
    try (var store = open()) {
      var version = put(store, WEB, "one");
      var delete = Transaction.changing(WEB).expect(WEB, version).delete(WEB).build();
      assertThat(store.commit(delete)).isEqualTo(new Committed(Map.of()));
      assertThat(store.commit(delete)).isEqualTo(new Conflict(WEB));
      assertThat(store.read(Set.of(WEB), Set.of("services/")).get(WEB)).isEmpty();
      put(store, WEB, "two");
    }
  }

  /** Each writer adds one to a number two hundred times; a lost update would show in the sum. */
  @Test
  void writersAtTheSameTimeLoseNoUpdate() throws Exception {
    var writers = 4;
    var rounds = 50;
    try (var store = open();
        var executor = Executors.newFixedThreadPool(writers)) {
      put(store, RANGE, "0");
      Callable<Integer> writer =
          () -> {
            var conflicts = 0;
            try (var own = open()) {
              for (var done = 0; done < rounds; ) {
                var current = own.read(Set.of(RANGE), Set.of()).get(RANGE).orElseThrow();
                var next = Integer.parseInt(new String(current.bytes(), UTF_8)) + 1;
                var outcome =
                    own.commit(
                        Transaction.changing(RANGE)
                            .expect(RANGE, current.version())
                            .put(RANGE, bytes(Integer.toString(next)))
                            .build());
                switch (outcome) {
                  case Committed committed -> done++;
                  case Conflict conflict -> conflicts++;
                }
              }
            }
            return conflicts;
          };
      for (var result : executor.invokeAll(List.of(writer, writer, writer, writer))) {
        result.get();
      }
      assertThat(store.read(Set.of(RANGE), Set.of()).get(RANGE).map(StoredValue::bytes))
          .contains(bytes(Integer.toString(writers * rounds)));
    }
  }

  @Test
  void aTransactionKnowsWhatItChanges() {
    var builder = Transaction.changing(WEB).put(WEB, bytes("x"));
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessage(WEB + " is changed without an expected version");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.expect(WEB, 1).delete(WEB).build())
        .withMessage(WEB + " is both put and deleted");
  }

  static long put(ObjectStore store, String key, String value) {
    var version = store.read(Set.of(key), Set.of()).version(key);
    var outcome =
        store.commit(Transaction.changing(key).expect(key, version).put(key, bytes(value)).build());
    return switch (outcome) {
      case Committed(var versions) -> versions.get(key);
      case Conflict conflict -> throw new AssertionError(conflict);
    };
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
