package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadableTest {
  @TempDir Path folder;
  private Path left;
  private Path right;
  private int made;

  @BeforeEach
  void writeFiles() throws IOException {
    left = Files.writeString(folder.resolve("left"), "1");
    right = Files.writeString(folder.resolve("right"), "1");
  }

  @Test
  void sameContentIsNotMadeAgain() throws IOException {
    var value = reloadable();
    Files.writeString(left, "1");

    value.poll();

    assertThat(made).isEqualTo(1);
  }

  /** As a certificate and its key that are replaced one after the other. */
  @Test
  void halfAChangeKeepsTheOldValueUntilTheOtherHalfComes() throws IOException {
    var value = reloadable();
    Files.writeString(left, "2");
    value.poll();
    assertThat(value.get()).isEqualTo("1=1");

    Files.writeString(right, "2");
    value.poll();
    assertThat(value.get()).isEqualTo("2=2");
  }

  @Test
  void aMissingFileKeepsTheOldValue() throws IOException {
    var value = reloadable();
    Files.delete(right);
    value.poll();
    assertThat(value.get()).isEqualTo("1=1");

    Files.writeString(left, "3");
    Files.writeString(right, "3");
    value.poll();
    assertThat(value.get()).isEqualTo("3=3");
  }

  /** A mounted Secret changes by a link that is put over another. */
  @Test
  void aSwappedLinkIsNoticed() throws IOException {
    var data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("left"));
    var value =
        new Reloadable<>("test", List.of(data), files -> new String(files.getFirst(), UTF_8));
    Files.writeString(folder.resolve("next"), "next");
    Files.createSymbolicLink(folder.resolve("..new"), Path.of("next"));
    Files.move(folder.resolve("..new"), data, StandardCopyOption.ATOMIC_MOVE);

    value.poll();

    assertThat(value.get()).isEqualTo("next");
  }

  @Test
  void theFirstValueMustBeGood() throws IOException {
    Files.writeString(left, "2");

    assertThatThrownBy(this::reloadable).isInstanceOf(RefusedException.class);
  }

  private Reloadable<String> reloadable() {
    return new Reloadable<>(
        "test",
        List.of(left, right),
        files -> {
          made++;
          var one = new String(files.get(0), UTF_8);
          var other = new String(files.get(1), UTF_8);
          if (!one.equals(other)) {
            throw new RefusedException("left", one + " does not fit " + other);
          }
          return one + "=" + other;
        });
  }
}
