package dev.byname.resolverconfig.resolvconf;

import static dev.byname.resolverconfig.testkit.YamlCases.text;
import static dev.byname.resolverconfig.testkit.YamlCases.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.testkit.YamlCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class NodeResolvConfTest {
  @TestFactory
  Stream<DynamicTest> readsAsTheKubelet() {
    return YamlCases.tests("resolv-conf/node-file.yaml", NodeResolvConfTest::check);
  }

  private static void check(Map<String, Object> row) {
    var content = text(row, "file").getBytes(UTF_8);
    if (row.containsKey("refused")) {
      assertThatThrownBy(() -> NodeResolvConf.parse("node", content))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused ->
                  assertThat(refused.problems().stream().map(Problem::toString))
                      .isEqualTo(texts(row, "refused")));
      return;
    }
    var file = NodeResolvConf.parse("node", content);
    assertThat(words(file.nameservers())).isEqualTo(texts(row, "nameservers"));
    assertThat(words(file.searches())).isEqualTo(texts(row, "searches"));
    assertThat(words(file.options())).isEqualTo(texts(row, "options"));
    assertThat(file.warnings().stream().map(Warning::text).toList())
        .isEqualTo(texts(row, "warnings"));
  }

  private static List<String> words(List<Entry> entries) {
    return entries.stream().map(Entry::text).toList();
  }

  @Test
  void anEntryKnowsItsLine() {
    var file = NodeResolvConf.parse("/etc/resolv.conf", "#\nnameserver 10.1.1.1\n".getBytes(UTF_8));

    assertThat(file.nameservers())
        .containsExactly(new Entry("10.1.1.1", Origin.NODE, "/etc/resolv.conf:2"));
  }

  @Test
  void tenMebibytesAreTooMuchAndOneByteLessIsRead(@TempDir Path folder) throws IOException {
    var content = new byte[NodeResolvConf.SIZE_LIMIT_BYTES];
    Arrays.fill(content, (byte) '\n');
    var file = folder.resolve("resolv.conf");
    Files.write(file, content);

    assertThatThrownBy(() -> NodeResolvConf.read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessage(file + ": is 10 MiB or more; a resolv.conf is smaller");

    Files.write(file, Arrays.copyOf(content, content.length - 1));
    assertThat(NodeResolvConf.read(file).nameservers()).isEmpty();
  }

  @Test
  void aFileWithoutEndIsRefused() {
    assertThatThrownBy(() -> NodeResolvConf.read(Path.of("/dev/zero")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/dev/zero: is 10 MiB or more");
  }

  @Test
  void bytesThatAreNoTextAreRefusedWithTheirLine() {
    byte[] content = {'#', '\n', 's', (byte) 0xC3, '(', '\n'};

    assertThatThrownBy(() -> NodeResolvConf.parse("node", content))
        .isInstanceOf(RefusedException.class)
        .hasMessage("node:2: is not text (bytes that are not UTF-8)");
  }

  @Test
  void aMissingFileAndAFolderAreNamed(@TempDir Path folder) {
    var missing = folder.resolve("none");

    assertThatThrownBy(() -> NodeResolvConf.read(missing))
        .hasMessage(missing + ": cannot be read: there is no such file");
    assertThatThrownBy(() -> NodeResolvConf.read(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(folder + ": cannot be read: ");
  }

  @Test
  void problemsAreBounded() {
    var content = "nameserver\n".repeat(1000).getBytes(UTF_8);

    assertThatThrownBy(() -> NodeResolvConf.parse("node", content))
        .isInstanceOfSatisfying(
            RefusedException.class, refused -> assertThat(refused.problems()).hasSize(20));
  }
}
