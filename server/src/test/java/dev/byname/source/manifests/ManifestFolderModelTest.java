package dev.byname.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.Service;
import dev.byname.source.DecodeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations on files, folders and links; after each the source must hold what a naive
 * reading of the whole folder gives.
 *
 * <p>A service's port is the version of its content, so that an old one is told from a new one.
 */
class ManifestFolderModelTest {
  private static final int STEPS = 80;
  private static final String[] FOLDERS = {"", "a/", "b/", "a/c/"};
  private static final String[] FILES = {"one.yaml", "two.yml", "three.json"};
  private static final String[] NAMES = {"ant", "bee", "cat", "dog", "eel"};

  @TempDir Path temp;

  private final RecordingSink sink = new RecordingSink();
  private final ClusterState state = new ClusterState(() -> 0);
  private Random random;
  private Path folder;

  /** What a file of this name last held when nothing was wrong with it; the memory of the model. */
  private final Map<String, Map<String, Integer>> lastGood = new HashMap<>();

  private int version;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 20261122})
  void afterEachStepAsANaiveRescan(long seed) throws IOException {
    random = new Random(seed);
    folder = Files.createDirectory(temp.resolve("manifests"));
    var history = new ArrayList<String>();
    try (var source = new ManifestsSource(folder, DecodeOptions.ALL, sink, state, new TestTime())) {
      source.start();
      for (int step = 0; step < STEPS; step++) {
        history.add(step());
        Map<String, Integer> expected = naive();
        await("seed " + seed + ", after " + history)
            .pollInterval(Duration.ofMillis(5))
            .untilAsserted(() -> assertThat(held()).isEqualTo(expected));
        await("problems, seed " + seed + ", after " + history)
            .pollInterval(Duration.ofMillis(5))
            .untilAsserted(() ->
                assertThat(
                        source.problems().stream()
                            .filter(problem -> problem.line() == 0)
                            .map(ManifestProblem::file)
                            .toList())
                    .isEqualTo(emptyFiles()));
      }
    }
  }

  /** Does something to the folder and says what. */
  private String step() throws IOException {
    String file = FOLDERS[random.nextInt(FOLDERS.length)] + FILES[random.nextInt(FILES.length)];
    Path path = folder.resolve(file);
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        Files.createDirectories(path.getParent());
        Files.writeString(path, content(file));
        return "write " + file;
      }
      case 2, 3 -> {
        Files.createDirectories(path.getParent());
        Path beside = Files.writeString(path.resolveSibling(".tmp"), content(file));
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
        return "replace " + file;
      }
      case 4 -> {
        Files.deleteIfExists(path);
        return "delete " + file;
      }
      case 5 -> {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "");
        return "empty " + file;
      }
      case 6 -> {
        List<Path> all = files();
        if (all.isEmpty()) {
          return "nothing";
        }
        Path from = all.get(random.nextInt(all.size()));
        String name = from.getFileName().toString();
        boolean json = name.endsWith(".json");
        Path to =
            folder.resolve(
                FOLDERS[random.nextInt(FOLDERS.length)]
                    + (json ? "three.json" : FILES[random.nextInt(2)]));
        Files.createDirectories(to.getParent());
        if (Files.size(from) == 0) {
          return "nothing"; // the model would have to know what the target held
        }
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        return "move " + folder.relativize(from) + " to " + folder.relativize(to);
      }
      case 7 -> {
        String name = FOLDERS[1 + random.nextInt(FOLDERS.length - 1)];
        deleteTree(folder.resolve(name));
        return "delete folder " + name;
      }
      case 8 -> {
        // A folder that was filled elsewhere takes the place of another.
        Path next = Files.createDirectory(temp.resolve("next" + version));
        for (String each : FILES) {
          if (random.nextBoolean()) {
            Files.writeString(next.resolve(each), content("a/" + each));
          }
        }
        deleteTree(folder.resolve("a"));
        Files.move(next, folder.resolve("a"));
        return "replace folder a/";
      }
      default -> {
        Path target = temp.resolve("target" + version);
        Files.writeString(target, content(file));
        Files.createDirectories(path.getParent());
        Path link = Files.createSymbolicLink(path.resolveSibling(".link"), target);
        Files.move(link, path, StandardCopyOption.ATOMIC_MOVE);
        return "link " + file;
      }
    }
  }

  private String content(String file) {
    version++;
    var services = new ArrayList<String>();
    for (String name : NAMES) {
      if (random.nextInt(4) == 0) {
        services.add(
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s"}, "spec": {"ports": [{"port": %d}]}}
            """
                .formatted(name, version));
      }
    }
    return file.endsWith(".json")
        ? "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": ["
            + String.join(",", services)
            + "]}"
        : "# version " + version + "\n" + String.join("---\n", services);
  }

  /** Reads everything again, the first file that has a service wins. */
  private Map<String, Integer> naive() throws IOException {
    var good = new HashMap<String, Map<String, Integer>>();
    for (Path path : files()) {
      String file = folder.relativize(path).toString();
      String text = Files.readString(path);
      good.put(file, text.isEmpty() ? lastGood.getOrDefault(file, Map.of()) : services(text));
    }
    lastGood.clear();
    lastGood.putAll(good);
    var expected = new TreeMap<String, Integer>();
    good.keySet().stream()
        .sorted(Comparator.reverseOrder())
        .forEach(file -> expected.putAll(good.get(file)));
    return expected;
  }

  private static Map<String, Integer> services(String text) {
    return java.util.regex.Pattern.compile("\"name\": \"(\\w+)\".*?\"port\": (\\d+)")
        .matcher(text)
        .results()
        .collect(
            Collectors.toMap(found -> found.group(1), found -> Integer.valueOf(found.group(2))));
  }

  private List<String> emptyFiles() throws IOException {
    var empty = new ArrayList<String>();
    for (Path path : files()) {
      if (Files.size(path) == 0) {
        empty.add(folder.relativize(path).toString());
      }
    }
    return empty;
  }

  private Map<String, Integer> held() {
    var held = new TreeMap<String, Integer>();
    sink.held()
        .values()
        .forEach(object ->
            held.put(object.key().name(), ((Service) object).ports().getFirst().number()));
    return held;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(tree)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
