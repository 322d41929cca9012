package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.PluginRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Two pictures never share a file. */
class SnapshotFilesTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/snapshots",
        ParseOptions.DEFAULTS.withSupportedDirectives(PluginRegistry.names()),
        (corefile, problems) ->
            Configuration.of(Path.of("Corefile"), corefile, Path.of(""), problems));
  }

  @Test
  void onePictureForTwoZonesAndTwoFilesForTwoPictures() throws IOException {
    var corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            a.local {
              kubernetes {
                manifests folder
                snapshot last
                ttl 30
              }
            }
            b.local {
              kubernetes {
                manifests folder
                snapshot last
              }
            }
            c.local {
              kubernetes {
                manifests folder
                noendpoints
                snapshot other
              }
            }
            """);
    var problems = new Problems();
    Configuration.read(corefile, Map.of(), -1, problems);
    assertThat(problems.toString()).isEmpty();
  }
}
