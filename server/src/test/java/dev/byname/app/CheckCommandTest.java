package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code byname check} says about a Corefile and the manifests it names. */
class CheckCommandTest {
  @TempDir Path folder;
  private Path corefile;

  @BeforeEach
  void write() throws IOException {
    corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            ".:1053 {\n  kubernetes cluster.local {\n    manifests demo\n  }\n}\n");
    Files.createDirectory(folder.resolve("demo"));
  }

  private void manifest(String yaml) throws IOException {
    Files.writeString(folder.resolve("demo/web.yaml"), yaml);
  }

  @Test
  void goodOnesAreExplained() throws IOException {
    manifest("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    CommandOutput checked = CommandOutput.of("check", corefile.toString());
    assertThat(checked.err()).isEmpty();
    assertThat(checked.exitCode()).isZero();
    assertThat(checked.out()).contains("picture from manifests in", "precomputed  yes");
  }

  @Test
  void mistakesInManifestsAreTold() throws IOException {
    manifest("apiVersion: v1\nkind: Service\nmetadata: {name: UPPER, namespace: shop}\n");
    CommandOutput checked = CommandOutput.of("check", corefile.toString());
    assertThat(checked.exitCode()).isEqualTo(1);
    assertThat(checked.err()).contains("demo").contains("web.yaml").contains("UPPER");
    CommandOutput json = CommandOutput.of("check", "-o", "json", corefile.toString());
    assertThat(json.exitCode()).isEqualTo(1);
    assertThat(json.out()).contains("manifestProblems").contains("UPPER");
  }

  @Test
  void withoutACorefileServeSaysWhereToPutIt() {
    CommandOutput served = CommandOutput.of("serve", "-conf", folder.resolve("none").toString());
    assertThat(served.exitCode()).isEqualTo(1);
    assertThat(served.err()).contains("there is no such file; say with -conf");
  }
}
