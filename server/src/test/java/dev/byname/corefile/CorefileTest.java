package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CorefileTest {
  private static final Path DISTRIBUTIONS =
      CorefileCases.root().resolve("test-fixtures/corefile/distributions");

  @TestFactory
  Stream<DynamicTest> goodOnes() {
    return CorefileCases.in("corefile", ParseOptions.DEFAULTS, (corefile, problems) -> {});
  }

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/grammar", ParseOptions.DEFAULTS, (corefile, problems) -> {});
  }

  /** What clusters run today: a folder each, with what it prints and the warnings it deserves. */
  @TestFactory
  Stream<DynamicTest> distributions() throws IOException {
    try (var folders = Files.list(DISTRIBUTIONS)) {
      return folders.sorted().toList().stream()
          .map(folder ->
              DynamicTest.dynamicTest(
                  folder.getFileName().toString(), folder.toUri(), () -> distribution(folder)));
    }
  }

  private static void distribution(Path folder) throws IOException {
    var problems = new Problems();
    var corefile = Corefile.parse(folder.resolve("Corefile"), ParseOptions.DEFAULTS, problems);

    var expectedProblems = folder.resolve("problems");
    assertThat(problems.toString().replace(folder + "/", ""))
        .isEqualTo(
            Files.exists(expectedProblems) ? Files.readString(expectedProblems).strip() : "");
    assertThat(corefile.print()).isEqualTo(Files.readString(folder.resolve("prints")));
  }
}
