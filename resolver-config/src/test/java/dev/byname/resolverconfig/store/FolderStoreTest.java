package dev.byname.resolverconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderStoreTest extends StoreContract {
  @TempDir Path folder;

  @Override
  FolderStore open() {
    return FolderStore.open(folder.resolve("store"));
  }

  @Test
  void aValueIsTheFileOfItsKey() throws IOException {
    var store = open();
    put(store, WEB, "{}");
    assertThat(store.folder().resolve("services/specs/default/web.json")).hasContent("{}");
    assertThat(store.description()).isEqualTo("folder " + folder.resolve("store"));
    try (var left = Files.walk(store.folder()).filter(Files::isRegularFile)) {
      assertThat(left.map(file -> store.folder().relativize(file).toString()))
          .containsExactlyInAnyOrder(".byname/lock", "services/specs/default/web.json");
    }
  }

  @Test
  void anEditByHandIsAChangeLikeAnyOther() throws IOException {
    var store = open();
    var version = put(store, WEB, "{}");
    Files.writeString(store.folder().resolve("services/specs/default/web.json"), "{ }");
    var stale = Transaction.changing(WEB).expect(WEB, version).delete(WEB).build();
    assertThat(store.commit(stale)).isEqualTo(new Commit.Conflict(WEB));
  }

  @Test
  void filesOutsideOfKeysAreLeftAlone() throws IOException {
    var store = open();
    put(store, WEB, "{}");
    var namespace = store.folder().resolve("services/specs/default");
    Files.writeString(namespace.resolve("notes.txt"), "x");
    Files.writeString(namespace.resolve(".web.json.swp"), "x");
    Files.writeString(namespace.resolve("not a key.json"), "x");
    assertThat(store.read(Set.of(), Set.of("services/specs/")).below("services/"))
        .extracting(StoredValue::key)
        .containsExactly(WEB);
    assertThat(namespace.resolve("notes.txt")).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "..",
        "services/../../etc/passwd",
        "services//web",
        ".byname/journal",
        "a/.b",
        "a/b\0",
        "a b"
      })
  void aKeyNeverLeadsElsewhere(String key) {
    var store = open();
    assertThatIllegalArgumentException().isThrownBy(() -> store.read(Set.of(key), Set.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            store.commit(Transaction.changing(key).expect(key, 0).put(key, new byte[0]).build()));
  }

  @Test
  void aDamagedJournalIsReportedAndNotGuessedAbout() throws IOException {
    var store = open();
    put(store, WEB, "{}");
    Files.writeString(store.folder().resolve(".byname/journal"), "half a journ");
    assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(".byname/journal is damaged")
        .hasMessageContaining("delete the journal");
  }

  @Test
  void aFolderThatCannotBeMadeIsAnErrorThatSaysWhere() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> FolderStore.open(file.resolve("store")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("file/store");
  }
}
