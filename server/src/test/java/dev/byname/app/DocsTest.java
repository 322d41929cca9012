package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Problems;
import dev.byname.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every Corefile that our pages show is one that Byname reads without a complaint. */
class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("byname.root", ".."));
  private static final Pattern JAVADOC_BLOCK =
      Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* \\}</pre>", Pattern.DOTALL);
  private static final Pattern MARKDOWN_BLOCK =
      Pattern.compile("```corefile\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> corefilesInThePagesOfPluginsAreRead() throws IOException {
    Path plugins = ROOT.resolve("server/src/main/java/dev/byname/plugin");
    List<Path> pages;
    try (Stream<Path> files = Files.walk(plugins)) {
      pages =
          files
              .filter(f -> f.endsWith("package-info.java"))
              .filter(f -> !f.getParent().equals(plugins))
              .sorted()
              .toList();
    }
    return pages.stream()
        .map(page ->
            DynamicTest.dynamicTest(
                page.getParent().getFileName().toString(),
                () -> {
                  List<String> blocks = blocks(page, JAVADOC_BLOCK);
                  assertThat(blocks).as("Corefile blocks in " + page).isNotEmpty();
                  for (String block : blocks) {
                    check(block.replaceAll("(?m)^ \\* ?", ""));
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> corefilesInMarkdownAreRead() throws IOException {
    return Stream.of("README.md")
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () -> {
                  List<String> blocks = blocks(ROOT.resolve(name), MARKDOWN_BLOCK);
                  assertThat(blocks).isNotEmpty();
                  for (String block : blocks) {
                    check(block);
                  }
                }));
  }

  private static List<String> blocks(Path page, Pattern pattern) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher block = pattern.matcher(Files.readString(page));
    while (block.find()) {
      blocks.add(block.group(1));
    }
    return blocks;
  }

  private void check(String corefile) throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
    if (corefile.contains("tls server.pem")) {
      TestCertificates.create(folder, "127.0.0.1");
    }
    Path file = Files.writeString(folder.resolve("Corefile"), corefile);
    var problems = new Problems();
    Configuration.read(file, Map.of(), -1, problems);
    assertThat(problems.errors()).as(corefile).isEmpty();
  }
}
