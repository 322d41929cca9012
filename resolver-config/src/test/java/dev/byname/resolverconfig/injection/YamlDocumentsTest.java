package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class YamlDocumentsTest {
  @Test
  void severalDocumentsAndJsonAreRead() {
    assertThat(parse("---\na: 1\n---\n---\n{\"b\": [true, \"x\"]}\n"))
        .isEqualTo(List.of(Map.of("a", 1), Map.of("b", List.of(true, "x"))));
  }

  @Test
  void aKeyTwiceIsRefusedWithItsLine() {
    refused("a: 1\nb: 1\na: 2\n", "f:3: found duplicate key a");
  }

  @Test
  void nestingIsBounded() {
    refused("[\n".repeat(100_000), "f:65: is nested more than 64 deep");
  }

  @Test
  void sizeIsBounded() {
    refused(" ".repeat(YamlDocuments.SIZE_LIMIT_BYTES + 1), "f: is larger than 4 MiB");
    assertThatThrownBy(() -> YamlDocuments.read(Path.of("/dev/zero")))
        .hasMessage("/dev/zero: is larger than 4 MiB");
  }

  @Test
  void whatIsNoTextIsRefused() {
    assertThatThrownBy(() -> YamlDocuments.parse("f", new byte[] {'a', ':', (byte) 0xFF}))
        .hasMessage("f: is not UTF-8");
    refused("a: \0\n", "f: is not YAML: ");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> YamlDocuments.read(Path.of("no/such/file")))
        .hasMessage("no/such/file: there is no such file");
  }

  private static List<Map<?, ?>> parse(String text) {
    return YamlDocuments.parse("f", text.getBytes(UTF_8));
  }

  private static void refused(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(message);
  }
}
