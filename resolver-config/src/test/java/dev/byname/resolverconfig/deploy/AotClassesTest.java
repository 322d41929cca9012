package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of classes from which AOT caches are made, beside the classes that there are. */
class AotClassesTest {
  /** A list that is a little old costs nothing that anybody would notice. */
  private static final double GONE_AT_MOST = 0.02;

  @Test
  void theListIsOfThisProgram() throws IOException {
    List<String[]> lines =
        Files.readAllLines(Tool.ROOT.resolve("scripts/aot/classes")).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" "))
            .toList();
    assertThat(lines)
        .hasSizeGreaterThan(1000)
        .allSatisfy(words ->
            assertThat(List.of(words).subList(1, words.length))
                .isNotEmpty()
                .isSubsetOf("pod", "manifests", "command"));
    var loader = AotClassesTest.class.getClassLoader();
    List<String> gone =
        lines.stream()
            .map(words -> words[0])
            .filter(name -> loader.getResource(name + ".class") == null)
            .toList();
    assertThat(gone.size())
        .as("classes that are no more; scripts/aot/record makes the list anew: " + gone)
        .isLessThan((int) (lines.size() * GONE_AT_MOST));
    assertThat(lines.stream().map(words -> words[0]))
        .contains("dev/byname/app/Byname", "dev/byname/zone/ClusterZone");
  }
}
