package dev.byname.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.source.DecodeOptions;
import dev.byname.source.Tree;
import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import dev.byname.source.Tree.Sequence;
import dev.byname.source.TreeSyntaxException;
import dev.byname.source.YamlTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code conf/demo} is the cluster of the listings in {@code test-fixtures/demo}. */
class DemoClusterTest {
  private static final Path ROOT = Path.of(System.getProperty("byname.root", ".."));
  private static final Path DEMO = ROOT.resolve("conf/demo");

  @Test
  void nothingIsWrongWithIt() {
    assertThat(ManifestsSource.check(DEMO, DecodeOptions.ALL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "kube-system"})
  void kubectlGetSvc(String namespace) throws Exception {
    List<String> listing =
        Files.readAllLines(ROOT.resolve("test-fixtures/demo/" + namespace + ".txt"));
    assertThat(rows(namespace))
        .containsExactlyElementsOf(
            listing.stream().skip(1).map(line -> line.replaceAll(" +", " ")).toList());
  }

  @Test
  void everyFileSaysWhatItIsFor() throws IOException {
    for (Path file : files()) {
      assertThat(Files.readString(file)).as(file.toString()).startsWith("# ");
    }
  }

  private static List<String> rows(String namespace) throws IOException, TreeSyntaxException {
    var rows = new ArrayList<String>();
    for (Path file : files()) {
      YamlTree.read(
          Files.readString(file),
          object -> {
            if (text(object, "kind").equals("Service")
                && text(object, "metadata", "namespace").equals(namespace)) {
              rows.add(row(object));
            }
          });
    }
    return rows.stream().sorted().toList();
  }

  private static String row(Tree service) {
    String type = text(service, "spec", "type");
    String ports =
        ((Sequence) get(get(service, "spec"), "ports"))
            .items().stream()
                .map(port ->
                    text(port, "port")
                        + (text(port, "nodePort").isEmpty() ? "" : ":" + text(port, "nodePort"))
                        + "/"
                        + (text(port, "protocol").isEmpty() ? "TCP" : text(port, "protocol")))
                .collect(Collectors.joining(","));
    return String.join(
        " ",
        text(service, "metadata", "name"),
        type.isEmpty() ? "ClusterIP" : type,
        text(service, "spec", "clusterIP"),
        "<none>",
        ports);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(DEMO)) {
      return files.sorted().toList();
    }
  }

  private static String text(Tree tree, String... path) {
    Tree at = tree;
    for (String field : path) {
      at = get(at, field);
    }
    return at instanceof Scalar scalar ? scalar.text() : "";
  }

  private static Tree get(Tree tree, String field) {
    return tree instanceof Mapping mapping ? mapping.fields().get(field) : null;
  }
}
