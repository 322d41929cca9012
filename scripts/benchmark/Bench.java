import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Entry of {@code scripts/bench}: reads the arguments and runs the parts that are wanted. */
final class Bench {
  static final int SERVICES = 10_000;
  static final long SEED = 1;

  /** From here on a processor counts as the bottleneck. */
  private static final double BUSY = 0.93;

  /** See {@code scripts/bench --help}. */
  record Options(
      boolean quick, List<String> parts, int rounds, double seconds, List<String> only, Path out) {}

  /** One comparison. Prints its table and returns what goes into its JSON file. */
  private interface Part {
    Object run(Lab lab) throws Exception;
  }

  private static final Map<String, Part> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("mix", Mix::run);
    PARTS.put("transports", Mix::runTransports);
    PARTS.put("scale", Scale::run);
    PARTS.put("stream", Streams::run);
    PARTS.put("cache", Cached::run);
    PARTS.put("footprint", Footprint::run);
    PARTS.put("relist", Relist::run);
    PARTS.put("start", Start::run);
    PARTS.put("check", Check::run);
  }

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    Options options = options(arguments);
    Files.createDirectories(options.out());
    for (String part : options.parts()) {
      Path folder = Files.createDirectories(Path.of(System.getProperty("bench.folder")));
      try (var lab = new Lab(options, folder, System.getProperty("bench.classpath"))) {
        Measure.Ticks ticks = Measure.ticks();
        System.out.println("\n" + part + "\n");
        Object result = PARTS.get(part).run(lab);
        Measure.Elsewhere elsewhere = Measure.elsewhere(ticks);
        System.out.printf(
            "Of the processors' time the host took %.1f %% away, and %.1f %% went to other"
                + " work.%n%s%n",
            100 * elsewhere.stolen(), 100 * elsewhere.others(), machine());
        writeJson(options, part, elsewhere, result);
      }
    }
    System.out.println("\nwritten to " + options.out());
  }

  private static Options options(String[] arguments) {
    var given = new LinkedHashMap<String, String>();
    for (int i = 0; i < arguments.length; i++) {
      given.put(arguments[i], arguments[i].equals("--quick") ? "" : arguments[++i]);
    }
    boolean quick = given.containsKey("--quick");
    String parts = given.getOrDefault("--part", "mix");
    List<String> all = new ArrayList<>(PARTS.keySet());
    List<String> chosen = parts.equals("all") ? all : List.of(parts.split(","));
    if (!all.containsAll(chosen)) {
      say("--part " + parts + ": not all, and not of " + String.join(", ", all));
      System.exit(2);
    }
    return new Options(
        quick,
        chosen,
        Integer.parseInt(given.getOrDefault("--rounds", quick ? "1" : "5")),
        Double.parseDouble(given.getOrDefault("--seconds", quick ? "1" : "3")),
        given.containsKey("--only") ? List.of(given.get("--only").split(",")) : List.of(),
        Path.of(given.get("--out")));
  }

  private static void writeJson(
      Options options, String part, Measure.Elsewhere elsewhere, Object result) throws IOException {
    var whole = new LinkedHashMap<String, Object>();
    whole.put("part", part);
    whole.put("machine", machine());
    whole.put("stolenPercent", Math.round(1000 * elsewhere.stolen()) / 10.0);
    whole.put("otherWorkPercent", Math.round(1000 * elsewhere.others()) / 10.0);
    whole.put("rounds", options.rounds());
    whole.put("secondsEach", options.seconds());
    whole.put("result", result);
    var mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    Files.writeString(
        options.out().resolve(part + ".json"), mapper.writeValueAsString(whole) + "\n");
  }

  static String machine() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.substring(line.indexOf(':') + 2))
            .orElse(System.getProperty("os.arch"));
    return "%s, Linux %s, Java %s"
        .formatted(model, System.getProperty("os.version"), System.getProperty("java.version"));
  }

  static boolean busy(double part) {
    return part >= BUSY;
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  static void say(String line) {
    System.err.println("bench: " + line);
  }
}
