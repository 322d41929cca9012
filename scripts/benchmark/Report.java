import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The numbers as a table on standard output, as {@code result.json} and as {@code result.svg}. */
final class Report {
  /** One server's medians. NaN becomes null in JSON: the floor is no name server. */
  record Row(
      String server,
      String version,
      double cpuMicrosPerQuery,
      Double cpuToFloor,
      Double cpuToBestPeer,
      double queriesPerSecond,
      double p50Micros,
      double p99Micros,
      double p999Micros,
      double cpuMicrosPerQueryAtRate,
      long lost,
      double memoryMib,
      double startSeconds,
      int differing,
      boolean generatorWasTheBottleneck) {}

  private final List<Bench.Subject> subjects;
  private final Bench.Options options;
  private final String machine;

  Report(List<Bench.Subject> subjects, Bench.Options options, String machine) {
    this.subjects = subjects;
    this.options = options;
    this.machine = machine;
  }

  void write() throws IOException {
    List<Row> rows = rows();
    print(rows);
    Files.createDirectories(options.out());
    var whole = new LinkedHashMap<String, Object>();
    whole.put("machine", machine);
    whole.put("rounds", options.rounds());
    whole.put("secondsEach", options.seconds());
    whole.put("servers", rows);
    Files.writeString(
        options.out().resolve("result.json"),
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(whole)
            + "\n");
    Files.writeString(options.out().resolve("result.svg"), Chart.of(rows, machine));
    System.out.println("\nwritten to " + options.out() + ": result.json, result.svg");
  }

  private List<Row> rows() {
    Optional<Bench.Subject> floor = named("floor");
    Optional<Bench.Subject> bestPeer =
        subjects.stream()
            .filter(s -> !s.name.equals("floor") && !s.name.equals("byname"))
            .min(
                Comparator.comparingDouble(s -> s.median(s.full, Measure.Load::cpuMicrosPerQuery)));
    List<Row> rows = new ArrayList<>();
    for (Bench.Subject s : subjects) {
      rows.add(
          new Row(
              s.name,
              s.version,
              rounded(s.median(s.full, Measure.Load::cpuMicrosPerQuery)),
              floor.map(f -> ratio(s, f)).orElse(null),
              bestPeer.map(p -> ratio(s, p)).orElse(null),
              Math.round(s.median(s.full, Measure.Load::queriesPerSecond)),
              rounded(s.median(s.steady, l -> l.percentileMicros(50))),
              rounded(s.median(s.steady, l -> l.percentileMicros(99))),
              rounded(s.median(s.steady, l -> l.percentileMicros(99.9))),
              rounded(s.median(s.steady, Measure.Load::cpuMicrosPerQuery)),
              s.full.stream().mapToLong(Measure.Load::lost).sum()
                  + s.steady.stream().mapToLong(Measure.Load::lost).sum(),
              rounded(s.memoryMib),
              rounded(s.startSeconds),
              s.differing,
              !Bench.busy(s.median(s.full, Measure.Load::serverBusy))));
    }
    return rows;
  }

  private Optional<Bench.Subject> named(String name) {
    return subjects.stream().filter(s -> s.name.equals(name)).findFirst();
  }

  /** The median of the rounds' ratios: what the machine did to a round, it did to both. */
  private static double ratio(Bench.Subject one, Bench.Subject other) {
    double[] ratios = new double[one.full.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = one.full.get(i).cpuMicrosPerQuery() / other.full.get(i).cpuMicrosPerQuery();
    }
    return rounded(Bench.median(ratios));
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private void print(List<Row> rows) {
    System.out.printf("%s; medians of %d rounds%n%n", machine, options.rounds());
    System.out.printf(
        "%-17s %8s %6s %6s %9s | %6s %6s %7s | %7s %7s %7s%n",
        "",
        "CPU µs/q",
        "/floor",
        "/best",
        "q/s",
        "p50 µs",
        "p99 µs",
        "p99.9",
        "RSS MiB",
        "start s",
        "differ");
    for (Row r : rows) {
      System.out.printf(
          "%-17s %8.2f %6s %6s %8d%s | %6.0f %6.0f %7.0f | %7.1f %7.2f %7s%n",
          (r.server + " " + r.version).strip(),
          r.cpuMicrosPerQuery,
          text(r.cpuToFloor),
          text(r.cpuToBestPeer),
          Math.round(r.queriesPerSecond),
          r.generatorWasTheBottleneck ? "*" : " ",
          r.p50Micros,
          r.p99Micros,
          r.p999Micros,
          r.memoryMib,
          r.startSeconds,
          r.server.equals("floor") ? "-" : "" + r.differing);
    }
    System.out.println(
        "\nCPU: of the server's process, user and system, per answered query, as many as it takes;"
            + "\nlatencies at 20,000 queries a second; differ: wrong answers of 500.");
    if (rows.stream().anyMatch(Row::generatorWasTheBottleneck)) {
      System.out.println("* the generator was the bottleneck: the server could do more.");
    }
    rows.stream()
        .filter(r -> r.lost > 0)
        .forEach(r -> System.out.println(r.server + " left " + r.lost + " queries unanswered"));
  }

  private static String text(Double ratio) {
    return ratio == null ? "-" : "%.2f".formatted(ratio);
  }
}
