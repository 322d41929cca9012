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
      boolean dnsperfWasTheBottleneck,
      double saturatedQueriesPerSecond,
      double p50Micros,
      double p99Micros,
      double p999Micros,
      long lost,
      double memoryMib,
      double startSeconds,
      int differing) {}

  private final List<Bench.Subject> subjects;
  private final Bench.Options options;
  private final String machine;
  private final double stolen;

  Report(List<Bench.Subject> subjects, Bench.Options options, String machine, double stolen) {
    this.stolen = stolen;
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
    whole.put("stolen", rounded(stolen));
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
                Comparator.comparingDouble(
                    s -> s.median(s.dnsperf, Measure.Load::cpuMicrosPerQuery)));
    List<Row> rows = new ArrayList<>();
    for (Bench.Subject s : subjects) {
      rows.add(
          new Row(
              s.name,
              s.version,
              rounded(s.median(s.dnsperf, Measure.Load::cpuMicrosPerQuery)),
              floor.map(f -> ratio(s, f)).orElse(null),
              bestPeer.map(p -> ratio(s, p)).orElse(null),
              rounded(s.median(s.dnsperf, Measure.Load::queriesPerSecond)),
              !Bench.busy(s.median(s.dnsperf, Measure.Load::serverBusy)),
              rounded(s.median(s.full, Measure.Load::queriesPerSecond)),
              rounded(s.median(s.steady, l -> l.latencies().p50())),
              rounded(s.median(s.steady, l -> l.latencies().p99())),
              rounded(s.median(s.steady, l -> l.latencies().p999())),
              s.dnsperf.stream().mapToLong(Measure.Load::lost).sum(),
              rounded(s.memoryMib),
              rounded(s.startSeconds),
              s.differing));
    }
    return rows;
  }

  private Optional<Bench.Subject> named(String name) {
    return subjects.stream().filter(s -> s.name.equals(name)).findFirst();
  }

  /** The median of the rounds' ratios: what the machine did to a round, it did to both. */
  private static double ratio(Bench.Subject one, Bench.Subject other) {
    double[] ratios = new double[one.dnsperf.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = one.dnsperf.get(i).cpuMicrosPerQuery() / other.dnsperf.get(i).cpuMicrosPerQuery();
    }
    return rounded(Bench.median(ratios));
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private void print(List<Row> rows) {
    System.out.printf("%s; medians of %d rounds%n%n", machine, options.rounds());
    System.out.printf(
        "%-16s %8s %6s %6s %9s %9s %6s %6s %6s %8s %7s %6s%n",
        "",
        "CPU µs/q",
        "/floor",
        "/best",
        "q/s",
        "max q/s",
        "p50 µs",
        "p99",
        "p99.9",
        "RSS MiB",
        "start s",
        "differ");
    for (Row r : rows) {
      System.out.printf(
          "%-16s %8.2f %6s %6s %8.0f%s %9.0f %6.0f %6.0f %6.0f %8.1f %7.2f %6s%n",
          (r.server + " " + r.version).strip(),
          r.cpuMicrosPerQuery,
          text(r.cpuToFloor),
          text(r.cpuToBestPeer),
          r.queriesPerSecond,
          r.dnsperfWasTheBottleneck ? "*" : " ",
          r.saturatedQueriesPerSecond,
          r.p50Micros,
          r.p99Micros,
          r.p999Micros,
          r.memoryMib,
          r.startSeconds,
          r.server.equals("floor") ? "-" : "" + r.differing);
    }
    System.out.printf(
        """

        CPU: of the server's process, user and system, per answered query of dnsperf; q/s: dnsperf's; max q/s: of a
        generator that only sends and receives (load.c); p50 to p99.9: the latencies that it sees at %d q/s;
        differ: wrong answers of %d. The host took %.1f %% of the processors' time away: latencies of milliseconds,
        which all servers then show, are its.
        """,
        Bench.RATE, Bench.SAMPLE, 100 * stolen);
    if (rows.stream().anyMatch(Row::dnsperfWasTheBottleneck)) {
      System.out.println("* dnsperf was the bottleneck: the server could do more.");
    }
    rows.stream()
        .filter(r -> r.lost > 0)
        .forEach(r -> System.out.println(r.server + " left " + r.lost + " queries unanswered"));
  }

  private static String text(Double ratio) {
    return ratio == null ? "-" : "%.2f".formatted(ratio);
  }
}
