package dev.byname.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.source.DecodeOptions;
import dev.byname.source.ObjectDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code test-fixtures/manifests-errors} is one class of bad input (or of input that
 * only looks bad): its manifests, the file {@code problems} with what is told to the operator, and
 * the file {@code objects} with what is served all the same.
 */
class ManifestErrorsTest {
  private static final Path CASES =
      Path.of(System.getProperty("byname.root", ".."), "test-fixtures/manifests-errors");

  @TempDir Path temp;

  static Stream<String> cases() throws IOException {
    return Files.list(CASES).map(path -> path.getFileName().toString()).sorted();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isToldAndHarmsNothingElse(String name) throws IOException {
    var read = new ReadOnce(CASES.resolve(name));
    assertThat(read.problems).containsExactlyElementsOf(lines(name, "problems"));
    assertThat(read.sink.held().keySet()).containsExactlyElementsOf(lines(name, "objects"));
  }

  @Test
  void fileThatIsTooLong() throws IOException {
    Files.write(temp.resolve("long.yaml"), new byte[ManifestReader.FILE_BYTES_MAX + 1]);
    assertThat(new ReadOnce(temp).problems)
        .containsExactly("long.yaml: is longer than 8 MiB and is not read");
  }

  @Test
  void foldersThatAreTooDeep() throws IOException {
    Path deepest = temp;
    for (int i = 0; i <= ManifestFolder.DEPTH_MAX; i++) {
      deepest = Files.createDirectory(deepest.resolve("d"));
    }
    Files.writeString(deepest.resolve("a.yaml"), "a: b\n");
    assertThat(new ReadOnce(temp).problems)
        .containsExactly(
            "d/".repeat(ManifestFolder.DEPTH_MAX + 1)
                + ": is more than 32 folders deep and not read");
  }

  private static List<String> lines(String name, String file) throws IOException {
    return Files.readAllLines(CASES.resolve(name).resolve(file));
  }

  private static final class ReadOnce {
    final RecordingSink sink = new RecordingSink();
    final List<String> problems;

    ReadOnce(Path folder) {
      var files =
          new ManifestFolder(
              folder.toAbsolutePath(),
              new ManifestReader(new ObjectDecoder(DecodeOptions.ALL)),
              new ManifestObjects(sink),
              FolderWatch.none(),
              () -> 0,
              0);
      files.scan();
      problems = files.problems().stream().map(ManifestProblem::toString).toList();
    }
  }
}
