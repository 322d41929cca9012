package dev.byname.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.Service;
import dev.byname.source.DecodeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder as the kernel tells of it: real files, real events. */
class ManifestsSourceTest {
  @TempDir Path temp;

  private final RecordingSink sink = new RecordingSink();
  private final ClusterState state = new ClusterState(() -> 0);
  private final TestTime time = new TestTime();
  private Path folder;
  private ManifestsSource source;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temp.resolve("manifests"));
    source = new ManifestsSource(folder, DecodeOptions.ALL, sink, state, time);
  }

  @AfterEach
  void stop() {
    source.close();
  }

  @Test
  void readsEverythingThenSaysSynced() throws IOException {
    write("a.yaml", service("a", 80) + "---\n" + service("b", 80));
    write("deep/er/c.yml", service("c", 80));
    write("d.json", JSON_SERVICE_D);
    write("notes.txt", "not a manifest");
    write("kustomization.yaml", "resources: [a.yaml]");
    write("other.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\n");
    start();
    assertThat(sink.calls().getLast()).isEqualTo("synced");
    assertThat(sink.held())
        .containsOnlyKeys(
            "Service default/a", "Service default/b", "Service default/c", "Service default/d");
    assertThat(source.status().connected()).isTrue();
    assertThat(source.status().detail()).isEqualTo(folder + ": 4 objects in 4 files");
    assertThat(source.problems()).isEmpty();
  }

  @Test
  void emptyFolderIsComplete() {
    start();
    assertThat(sink.calls()).containsExactly("synced");
  }

  @Test
  void newChangedAndDeletedFiles() throws IOException {
    start();
    write("a.yaml", service("a", 80));
    eventually(() -> assertThat(port("a")).isEqualTo(80));
    write("a.yaml", service("a", 81));
    eventually(() -> assertThat(port("a")).isEqualTo(81));
    Files.delete(folder.resolve("a.yaml"));
    eventually(() -> assertThat(sink.held()).isEmpty());
  }

  @Test
  void onlyWhatDiffersIsHandedOver() throws IOException {
    write("a.yaml", service("a", 80) + "---\n" + service("b", 80) + "---\n" + service("c", 80));
    start();
    sink.forgetCalls();
    write("a.yaml", service("a", 80) + "---\n" + service("b", 81));
    eventually(() ->
        assertThat(sink.calls())
            .containsExactly("put Service default/b", "remove Service default/c"));
  }

  @Test
  void renamedFileIsNoChangeAtAll() throws IOException {
    write("a.yaml", service("a", 80));
    start();
    sink.forgetCalls();
    Files.move(folder.resolve("a.yaml"), folder.resolve("b.yaml"));
    write("marker.yaml", service("marker", 1));
    eventually(() -> assertThat(sink.held()).containsKey("Service default/marker"));
    assertThat(sink.calls()).containsExactly("put Service default/marker");
    assertThat(source.problems()).isEmpty();
  }

  @Test
  void fileReplacedByRenaming() throws IOException {
    write("a.yaml", service("a", 80));
    start();
    for (int port = 81; port < 101; port++) {
      int expected = port;
      replace("a.yaml", service("a", port));
      eventually(() -> assertThat(port("a")).isEqualTo(expected));
    }
  }

  @Test
  void foldersComeMoveAndGo() throws IOException {
    start();
    write("one/two/a.yaml", service("a", 80));
    eventually(() -> assertThat(port("a")).isEqualTo(80));
    Files.move(folder.resolve("one"), folder.resolve("uno"));
    write("uno/two/a.yaml", service("a", 81));
    eventually(() -> assertThat(port("a")).isEqualTo(81));
    Path outside = temp.resolve("outside");
    Files.createDirectories(outside.resolve("in"));
    Files.writeString(outside.resolve("in/b.yaml"), service("b", 80));
    Files.move(outside, folder.resolve("inside"));
    eventually(() -> assertThat(port("b")).isEqualTo(80));
    Files.move(folder.resolve("inside"), outside);
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/a"));
    deleteTree(folder.resolve("uno"));
    eventually(() -> assertThat(sink.held()).isEmpty());
  }

  @Test
  void folderReplacedByAnotherOfTheSameName() throws IOException {
    write("one/a.yaml", service("a", 80));
    start();
    write(".next/a.yaml", service("a", 81));
    Files.move(folder.resolve("one"), temp.resolve("old"));
    Files.move(folder.resolve(".next"), folder.resolve("one"));
    eventually(() -> assertThat(port("a")).isEqualTo(81));
    write("one/a.yaml", service("a", 82));
    eventually(() -> assertThat(port("a")).isEqualTo(82));
    Files.writeString(temp.resolve("old/a.yaml"), service("a", 99));
    write("marker.yaml", service("marker", 1));
    eventually(() -> assertThat(port("marker")).isEqualTo(1));
    assertThat(port("a")).isEqualTo(82);
  }

  /** As the kubelet does it: all files of a generation change at once, by renaming one link. */
  @Test
  void mountedConfigMap() throws IOException {
    generation("..2024_01", 80);
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2024_01"));
    Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
    Files.createSymbolicLink(folder.resolve("sub"), Path.of("..data/sub"));
    start();
    assertThat(port("a")).isEqualTo(80);
    assertThat(port("b")).isEqualTo(80);
    for (int port = 81; port < 91; port++) {
      int expected = port;
      String name = "..2024_" + port;
      generation(name, port);
      Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(name));
      Files.move(
          folder.resolve("..data_tmp"),
          folder.resolve("..data"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      deleteTree(folder.resolve(port == 81 ? "..2024_01" : "..2024_" + (port - 1)));
      eventually(() -> {
        assertThat(port("a")).isEqualTo(expected);
        assertThat(port("b")).isEqualTo(expected);
      });
    }
    assertThat(sink.calls()).noneMatch(call -> call.startsWith("remove"));
    assertThat(source.problems()).isEmpty();
  }

  @Test
  void targetOfALinkOutsideTheFolder() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("real.yaml"), service("a", 80));
    Files.createSymbolicLink(folder.resolve("a.yaml"), outside.resolve("real.yaml"));
    start();
    assertThat(port("a")).isEqualTo(80);
    Files.writeString(outside.resolve("real.yaml"), service("a", 81));
    eventually(() -> assertThat(port("a")).isEqualTo(81));
    Files.delete(outside.resolve("real.yaml"));
    eventually(() -> {
      assertThat(sink.held()).isEmpty();
      assertThat(source.problems())
          .extracting(ManifestProblem::toString)
          .containsExactly("a.yaml: is a link to something that is not there");
    });
    Files.delete(folder.resolve("a.yaml"));
    eventually(() -> assertThat(source.problems()).isEmpty());
  }

  @Test
  void linkBackToAFolderAroundItIsNotFollowed() throws IOException {
    write("one/a.yaml", service("a", 80));
    Files.createSymbolicLink(folder.resolve("one/loop"), folder);
    start();
    assertThat(sink.held()).containsOnlyKeys("Service default/a");
    assertThat(source.problems())
        .extracting(ManifestProblem::toString)
        .containsExactly("one/loop/: leads back to a folder that it is in and is not followed");
  }

  @Test
  void hiddenFilesAreNotRead() throws IOException {
    start();
    write(".hidden.yaml", service("hidden", 80));
    write(".git/x.yaml", service("hidden", 80));
    write("marker.yaml", service("marker", 80));
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/marker"));
  }

  @Test
  void brokenFileKeepsWhatItHeldUntilItIsMended() throws IOException {
    write("a.yaml", service("a", 80) + "---\n" + service("b", 80));
    start();
    write("a.yaml", service("a", 81) + "---\nkind: [\n");
    eventually(() ->
        assertThat(source.problems())
            .extracting(ManifestProblem::toString)
            .singleElement()
            .asString()
            .startsWith("a.yaml:11: no valid YAML: "));
    assertThat(sink.held()).containsOnlyKeys("Service default/a", "Service default/b");
    assertThat(port("a")).as("what is good in a broken file counts").isEqualTo(81);
    assertThat(source.status().undecodable()).isEqualTo(1);
    assertThat(source.status().detail())
        .startsWith(folder + ": 2 objects in 1 files; a.yaml:11: no valid YAML");
    write("a.yaml", service("a", 82));
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/a"));
    eventually(() -> assertThat(source.problems()).isEmpty());
  }

  @Test
  void emptiedFileKeepsWhatItHeld() throws IOException {
    write("a.yaml", service("a", 80));
    start();
    write("a.yaml", "");
    eventually(() ->
        assertThat(source.problems())
            .extracting(ManifestProblem::toString)
            .containsExactly(
                "a.yaml: is empty; what it held stays until the file is written or deleted"));
    assertThat(sink.held()).containsOnlyKeys("Service default/a");
    write("a.yaml", "# nothing any more\n");
    eventually(() -> assertThat(sink.held()).isEmpty());
  }

  @Test
  void fileWrittenInPiecesIsReadWhenItIsComplete() throws IOException {
    write("a.yaml", service("a", 80) + "---\n" + service("b", 80));
    start();
    sink.forgetCalls();
    String text = service("a", 81) + "---\n" + service("b", 81);
    try (var out =
        Files.newOutputStream(folder.resolve("a.yaml"), StandardOpenOption.TRUNCATE_EXISTING)) {
      for (int i = 0; i < text.length(); i++) {
        out.write(text.charAt(i));
        out.flush();
      }
    }
    eventually(() -> assertThat(port("b")).isEqualTo(81));
    assertThat(sink.calls()).noneMatch(call -> call.startsWith("remove"));
  }

  @Test
  void jsonFileThatIsWholeNeedNotSettle() throws IOException {
    start();
    time.stop();
    int half = JSON_SERVICE_D.length() / 2;
    write("d.json", JSON_SERVICE_D.substring(0, half));
    Files.writeString(
        folder.resolve("d.json"), JSON_SERVICE_D.substring(half), StandardOpenOption.APPEND);
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/d"));
    assertThat(source.problems()).isEmpty();
  }

  @Test
  void newJsonFileThatWasMovedInNeedNotSettle() throws IOException {
    start();
    time.stop();
    replace("d.json", JSON_SERVICE_D);
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/d"));
  }

  @Test
  void objectInTwoFilesIsTakenFromTheFirst() throws IOException {
    write("b.yaml", service("a", 82));
    start();
    assertThat(port("a")).isEqualTo(82);
    write("a.yaml", "# first\n" + service("a", 81));
    eventually(() -> assertThat(port("a")).isEqualTo(81));
    eventually(() ->
        assertThat(source.problems())
            .extracting(ManifestProblem::toString)
            .containsExactly("b.yaml:1: Service default/a is in a.yaml:2, too; that one is used"));
    sink.forgetCalls();
    Files.delete(folder.resolve("a.yaml"));
    eventually(() -> assertThat(port("a")).isEqualTo(82));
    assertThat(sink.calls()).containsExactly("put Service default/a");
    eventually(() -> assertThat(source.problems()).isEmpty());
  }

  @Test
  void missingFolderIsWaitedFor() throws IOException {
    source.close();
    Path missing = temp.resolve("not/yet/there");
    source = new ManifestsSource(missing, DecodeOptions.ALL, sink, state, time);
    source.start();
    eventually(() ->
        assertThat(source.status().detail())
            .isEqualTo("waiting: " + missing + ": there is no such folder"));
    assertThat(source.status().connected()).isFalse();
    assertThat(sink.calls()).isEmpty();
    Path prepared = Files.createDirectory(temp.resolve("prepared"));
    Files.writeString(prepared.resolve("a.yaml"), service("a", 80));
    Files.createDirectories(missing.getParent());
    Files.move(prepared, missing);
    eventually(() -> assertThat(sink.calls()).containsExactly("put Service default/a", "synced"));
    assertThat(source.status().connected()).isTrue();
  }

  @Test
  void fileInPlaceOfTheFolder() throws IOException {
    source.close();
    Path file = Files.writeString(temp.resolve("file"), "x");
    source = new ManifestsSource(file, DecodeOptions.ALL, sink, state, time);
    source.start();
    eventually(() ->
        assertThat(source.status().detail())
            .isEqualTo("waiting: " + file + " is a file, but must be a folder"));
  }

  @Test
  void whenTheFolderGoesEverythingStays() throws IOException {
    write("a.yaml", service("a", 80));
    start();
    Path elsewhere = temp.resolve("elsewhere");
    Files.move(folder, elsewhere);
    eventually(() -> assertThat(source.status().connected()).isFalse());
    assertThat(source.status().detail())
        .isEqualTo(folder + ": there is no such folder; the 1 objects from it stay");
    Files.writeString(elsewhere.resolve("a.yaml"), service("a", 99));
    Files.createDirectory(folder);
    write("b.yaml", service("b", 80));
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service default/b"));
    assertThat(source.status().connected()).isTrue();
    write("c.yaml", service("c", 80));
    eventually(() -> assertThat(port("c")).isEqualTo(80));
  }

  @Test
  void folderThatIsALinkIsFollowedWhereItLeads() throws IOException {
    source.close();
    Path one = Files.createDirectory(temp.resolve("one"));
    Path two = Files.createDirectory(temp.resolve("two"));
    Files.writeString(one.resolve("a.yaml"), service("a", 81));
    Files.writeString(two.resolve("a.yaml"), service("a", 82));
    Path link = Files.createSymbolicLink(temp.resolve("current"), one);
    source = new ManifestsSource(link, DecodeOptions.ALL, sink, state, time);
    start();
    assertThat(port("a")).isEqualTo(81);
    Files.createSymbolicLink(temp.resolve("next"), two);
    Files.move(temp.resolve("next"), link, StandardCopyOption.ATOMIC_MOVE);
    eventually(() -> assertThat(port("a")).isEqualTo(82));
    Files.writeString(two.resolve("a.yaml"), service("a", 83));
    eventually(() -> assertThat(port("a")).isEqualTo(83));
  }

  @Test
  void manyChangesAtOnceOverflowTheWatchAndAreFoundAllTheSame() throws IOException {
    start();
    for (int i = 0; i < 2000; i++) {
      write("s" + i + ".yaml", service("s" + i, 80));
    }
    eventually(() -> assertThat(sink.held()).hasSize(2000));
    for (int i = 0; i < 2000; i += 2) {
      Files.delete(folder.resolve("s" + i + ".yaml"));
    }
    eventually(() -> assertThat(sink.held()).hasSize(1000));
    assertThat(source.status().relists()).as("without reading everything again").isEqualTo(1);
  }

  @Test
  void rescanIsRepeatedUntilTheSourceIsClosed() {
    start();
    assertThat(time.repeats()).isTrue();
    time.rescanNow();
    eventually(() -> assertThat(source.status().relists()).isEqualTo(2));
    assertThat(source.status().repairs()).isZero();
    source.close();
    assertThat(time.repeats()).isFalse();
  }

  /** The companion's store: one object a file, written beside and renamed. */
  @Test
  void folderStoreOfTheCompanion() throws IOException {
    write(
        "ranges/serviceips.json",
        "{\"kind\":\"RangeAllocation\",\"apiVersion\":\"v1\",\"range\":\"10.0.0.0/24\",\"data\":\"AQ==\"}");
    write(".journal", "half");
    start();
    assertThat(sink.held()).isEmpty();
    assertThat(source.problems()).isEmpty();
    Files.createDirectories(folder.resolve("services/specs/shop"));
    replace("services/specs/shop/d.json", JSON_SERVICE_D.replace("\"default\"", "\"shop\""));
    eventually(() -> assertThat(sink.held()).containsOnlyKeys("Service shop/d"));
    Files.delete(folder.resolve("services/specs/shop/d.json"));
    eventually(() -> assertThat(sink.held()).isEmpty());
  }

  @Test
  void optionsAreHeeded() throws IOException {
    source.close();
    write(
        "slice.yaml",
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: a, labels: { kubernetes.io/service-name: a } }
        addressType: IPv4
        endpoints: [ { addresses: [10.0.0.1], targetRef: { kind: Pod, name: p } } ]
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: p }
        status: { podIP: 10.0.0.1 }
        """);
    source =
        new ManifestsSource(
            folder,
            new DecodeOptions(
                dev.byname.cluster.LabelSelector.EVERYTHING, true, false, false, true),
            sink,
            state,
            time);
    start();
    assertThat(sink.held()).containsOnlyKeys("EndpointSlice default/a");
    assertThat(((EndpointSlice) sink.held().get("EndpointSlice default/a")).podName(0)).isNull();
  }

  @Test
  void whatCameFromASnapshotAndIsNotInTheFolderGoes() throws IOException {
    var gone = new Namespace("gone", Map.of());
    var kept = new Namespace("kept", Map.of());
    state.apply(List.of(new Change.Put(gone), new Change.Put(kept), new Change.Restored()));
    write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: kept }\n");
    write("b.yaml", "apiVersion: v1\nkind: [");
    start();
    assertThat(sink.calls())
        .as("what the broken file held is not known")
        .doesNotContain("remove Namespace gone");
    write("b.yaml", service("b", 80));
    await().untilAsserted(() -> assertThat(sink.calls()).contains("remove Namespace gone"));
    assertThat(sink.calls()).doesNotContain("remove Namespace kept");
  }

  private static final String JSON_SERVICE_D =
      """
      {"apiVersion":"v1","kind":"Service","metadata":{"name":"d","namespace":"default"},
       "spec":{"clusterIP":"10.0.0.9","ports":[{"port":80}]}}
      """;

  private static String service(String name, int port) {
    return """
    apiVersion: v1
    kind: Service
    metadata:
      name: %s
    spec:
      clusterIP: 10.0.0.1
      ports:
      - port: %d
    """
        .formatted(name, port);
  }

  private void generation(String name, int port) throws IOException {
    write(name + "/a.yaml", service("a", port));
    write(name + "/sub/b.yaml", service("b", port));
  }

  private int port(String service) {
    var held = sink.held().get("Service default/" + service);
    return held == null ? -1 : ((Service) held).ports().getFirst().number();
  }

  private void start() {
    source.start();
    eventually(() -> assertThat(sink.calls()).contains("synced"));
    eventually(() -> assertThat(source.status().connected()).isTrue());
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void replace(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Path beside = path.resolveSibling("." + path.getFileName() + ".tmp");
    Files.writeString(beside, text);
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void deleteTree(Path tree) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(tree)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  private static void eventually(ThrowingRunnable assertion) {
    await().pollInterval(java.time.Duration.ofMillis(10)).untilAsserted(assertion);
  }
}
