package dev.byname.resolverconfig.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Table fixtures: each file under {@code test-fixtures/} is a list of cases, each with a {@code
 * case} that says what it shows. In any text {@code a{250}} stands for 250 times the letter.
 */
public final class YamlCases {
  private static final Pattern REPEATED = Pattern.compile("([a-z])\\{(\\d+)}");

  private YamlCases() {}

  /** One test for each case of one file; a file without cases is a mistake. */
  public static Stream<DynamicTest> tests(String file, Consumer<Map<String, Object>> test) {
    var cases = load(file);
    if (cases.isEmpty()) {
      throw new IllegalStateException(file + " has no cases");
    }
    return cases.stream()
        .map(row -> DynamicTest.dynamicTest(text(row, "case"), () -> test.accept(row)));
  }

  public static Path path(String file) {
    return Path.of(System.getProperty("byname.root"), "test-fixtures", file);
  }

  private static List<Map<String, Object>> load(String file) {
    try {
      var text = expand(Files.readString(path(file)));
      var rows = new ArrayList<Map<String, Object>>();
      for (var row : (List<?>) new Load(LoadSettings.builder().build()).loadFromString(text)) {
        rows.add(map(row));
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String expand(String text) {
    return REPEATED
        .matcher(text)
        .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
  }

  public static Map<String, Object> map(Object value) {
    return value == null
        ? Map.of()
        : ((Map<?, ?>) value)
            .entrySet().stream()
                .collect(Collectors.toMap(e -> (String) e.getKey(), Map.Entry::getValue));
  }

  public static String text(Map<String, Object> row, String key) {
    return (String) row.get(key);
  }

  public static List<String> texts(Map<String, Object> row, String key) {
    var list = (List<?>) row.get(key);
    return list == null ? List.of() : list.stream().map(String::valueOf).toList();
  }
}
