import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The numbers of {@link Mix}: as a table on standard output, as rows, and as a chart. */
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
      double sliceP99Micros,
      double p99Micros,
      double p999Micros,
      long lost,
      double memoryMib,
      double startSeconds,
      int differing) {}

  private final List<Mix.Subject> subjects;
  private final Bench.Options options;

  Report(List<Mix.Subject> subjects, Bench.Options options) {
    this.subjects = subjects;
    this.options = options;
  }

  /** Prints the table, writes the chart, and returns the rows. */
  List<Row> write(String part) throws IOException {
    List<Row> rows = rows();
    print(rows);
    Files.writeString(options.out().resolve(part + ".svg"), Chart.of(rows));
    return rows;
  }

  private List<Row> rows() {
    Optional<Mix.Subject> floor = named("floor");
    Optional<Mix.Subject> bestPeer =
        subjects.stream()
            .filter(s -> !s.isFloor() && !s.isByname())
            .min(
                Comparator.comparingDouble(
                    s -> Measure.median(s.dnsperf, Measure.Load::cpuMicrosPerQuery)));
    List<Row> rows = new ArrayList<>();
    for (Mix.Subject s : subjects) {
      rows.add(
          new Row(
              s.server.name(),
              s.server.version(),
              Measure.median(s.dnsperf, Measure.Load::cpuMicrosPerQuery),
              floor.map(f -> Measure.cpuRatio(s.dnsperf, f.dnsperf)).orElse(null),
              bestPeer.map(p -> Measure.cpuRatio(s.dnsperf, p.dnsperf)).orElse(null),
              Measure.median(s.dnsperf, Measure.Load::queriesPerSecond),
              !Bench.busy(Measure.median(s.dnsperf, Measure.Load::serverBusy)),
              Measure.median(s.full, Measure.Load::queriesPerSecond),
              Measure.median(s.steady, l -> l.latencies().p50()),
              Measure.median(s.steady, l -> l.latencies().sliceP99()),
              Measure.median(s.steady, l -> l.latencies().p99()),
              Measure.median(s.steady, l -> l.latencies().p999()),
              s.dnsperf.stream().mapToLong(Measure.Load::lost).sum(),
              Bench.rounded(s.memoryMib),
              Bench.rounded(s.server.startSeconds()),
              s.differing));
    }
    return rows;
  }

  private Optional<Mix.Subject> named(String name) {
    return subjects.stream().filter(s -> s.server.name().equals(name)).findFirst();
  }

  private void print(List<Row> rows) {
    System.out.printf("medians of %d rounds%n%n", options.rounds());
    System.out.printf(
        "%-16s %8s %6s %6s %9s %9s %6s %6s %6s %6s %8s %7s %6s%n",
        "",
        "CPU µs/q",
        "/floor",
        "/best",
        "q/s",
        "max q/s",
        "p50 µs",
        "p99",
        "all",
        "p99.9",
        "RSS MiB",
        "start s",
        "differ");
    for (Row r : rows) {
      System.out.printf(
          "%-16s %8.2f %6s %6s %8.0f%s %9.0f %6.0f %6.0f %6.0f %6.0f %8.1f %7.2f %6s%n",
          (r.server + " " + r.version).strip(),
          r.cpuMicrosPerQuery,
          text(r.cpuToFloor),
          text(r.cpuToBestPeer),
          r.queriesPerSecond,
          r.dnsperfWasTheBottleneck ? "*" : " ",
          r.saturatedQueriesPerSecond,
          r.p50Micros,
          r.sliceP99Micros,
          r.p99Micros,
          r.p999Micros,
          r.memoryMib,
          r.startSeconds,
          r.server.equals("floor") ? "-" : "" + r.differing);
    }
    System.out.printf(
        """

        CPU: of the server's process, user and system, per answered query of dnsperf; q/s: dnsperf's; max q/s: of a
        generator that only sends and receives (load.c); p50 to p99.9: the latencies that it sees at %d q/s; p99: the
        median of the p99 of every 2,000 answers, which leaves out the times when the host takes processors away;
        all: the p99 of all answers, with those times. differ: wrong answers of %d.
        """,
        Mix.RATE, Mix.SAMPLE);
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
