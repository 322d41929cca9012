package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Runs a table of Corefiles: each entry has a {@code name}, the {@code corefile} text, and what
 * comes of it, the canonical text under {@code prints} and all problems under {@code problems}, a
 * line each. {@code environment} sets variables, {@code files} puts files beside the Corefile.
 * {@code prints} may be left out of a case with errors; {@code problems} left out means there are
 * none.
 */
public final class CorefileCases {
  private CorefileCases() {}

  /** The root of the checkout. */
  public static Path root() {
    return Path.of(System.getProperty("byname.root", ".."));
  }

  /** The cases of every table in a folder of {@code test-fixtures/}. */
  public static Stream<DynamicTest> in(
      String folder, ParseOptions options, BiConsumer<Corefile, Problems> readMore) {
    try (var tables = Files.list(root().resolve("test-fixtures").resolve(folder))) {
      var paths = tables.filter(path -> path.toString().endsWith(".yaml")).sorted().toList();
      assertThat(paths).as("tables in " + folder).isNotEmpty();
      return paths.stream().flatMap(path -> table(path, options, readMore));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * The cases of one table.
   *
   * @param readMore what plugins would read from the directives, adding their own problems
   */
  public static Stream<DynamicTest> table(
      Path table, ParseOptions options, BiConsumer<Corefile, Problems> readMore) {
    String yaml;
    try {
      yaml = Files.readString(table);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    var load = new Load(LoadSettings.builder().setLabel(table.toString()).build());
    var cases = (List<?>) load.loadFromString(yaml);
    return cases.stream()
        .map(entry -> (Map<?, ?>) entry)
        .map(entry ->
            DynamicTest.dynamicTest(
                table.getFileName() + ": " + entry.get("name"),
                table.toUri(),
                () -> check(entry, options, readMore)));
  }

  private static void check(
      Map<?, ?> entry, ParseOptions options, BiConsumer<Corefile, Problems> readMore)
      throws IOException {
    for (var key : entry.keySet()) {
      assertThat(List.of("name", "corefile", "environment", "files", "port", "prints", "problems"))
          .contains((String) key);
    }
    var folder = Files.createTempDirectory("corefile-case");
    try {
      var texts = texts(entry.get("files"));
      for (var file : texts.entrySet()) {
        var path = folder.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
      var problems = new Problems();
      var all = options.withEnvironment(texts(entry.get("environment")));
      if (entry.get("port") instanceof Integer port) {
        all = all.withDefaultPort(port);
      }
      var name = folder.resolve("Corefile");
      Files.writeString(name, (String) entry.get("corefile"));
      var corefile = Corefile.parse(name, all, problems);
      readMore.accept(corefile, problems);

      var found = problems.toString().replace(folder + "/", "");
      var expected = entry.get("problems");
      assertThat(found.strip()).isEqualTo(expected == null ? "" : ((String) expected).strip());
      var prints = entry.get("prints");
      if (prints != null || !problems.hasErrors()) {
        assertThat(corefile.print()).isEqualTo(prints);
      }
      if (!problems.hasErrors()) {
        var again = new Problems();
        var printed = Corefile.parse(corefile.print(), "printed", all, again);
        assertThat(again.errors()).as("problems of what was printed").isEmpty();
        assertThat(printed.print()).as("printed again").isEqualTo(corefile.print());
      }
    } finally {
      delete(folder);
    }
  }

  private static Map<String, String> texts(Object map) {
    if (map == null) {
      return Map.of();
    }
    var texts = new java.util.TreeMap<String, String>();
    ((Map<?, ?>) map).forEach((name, text) -> texts.put((String) name, (String) text));
    return texts;
  }

  private static void delete(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.toList().reversed()) {
        Files.delete(path);
      }
    }
  }
}
