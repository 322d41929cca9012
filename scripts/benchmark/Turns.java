import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Started servers, asked by dnsperf in turns and compared with one of them. */
final class Turns {
  private static final int WARM_UP_TURNS_MAX = 8;

  /** Medians of the rounds; the ratio is of CPU time per query, round by round. */
  record Row(
      String server,
      String version,
      double cpuMicrosPerQuery,
      Double cpuRatio,
      double queriesPerSecond,
      boolean dnsperfWasTheBottleneck) {}

  private Turns() {}

  /**
   * Java compiles what runs often, and TLS is much code: Byname is asked until that makes it no
   * faster any more.
   */
  private static void warmUp(Lab.Server server, Path lines, List<String> dnsperf, boolean quick)
      throws IOException, InterruptedException {
    boolean byname = server.name().equals("byname");
    double best = Double.MAX_VALUE;
    for (int turn = 0; turn < (byname && !quick ? WARM_UP_TURNS_MAX : 1); turn++) {
      double seconds = byname ? 4 : 1;
      double micros =
          Measure.dnsperf(server.process(), server.port(), lines, seconds, dnsperf)
              .cpuMicrosPerQuery();
      if (turn > 0 && micros > 0.95 * best) {
        return;
      }
      best = micros;
    }
  }

  /**
   * @param started those that did not start are null
   * @param dnsperf its arguments
   * @param yardstick the name of the server that the others are compared with
   */
  static List<Row> run(
      Lab lab, List<Lab.Server> started, Path lines, List<String> dnsperf, String yardstick)
      throws IOException, InterruptedException {
    started.removeIf(server -> server == null);
    List<List<Measure.Load>> loads = new ArrayList<>();
    for (Lab.Server server : started) {
      warmUp(server, lines, dnsperf, lab.options.quick());
      loads.add(new ArrayList<>());
    }
    for (int round = 0; round < lab.options.rounds(); round++) {
      for (int i = 0; i < started.size(); i++) {
        Lab.Server s = started.get(i);
        var load = Measure.dnsperf(s.process(), s.port(), lines, lab.options.seconds(), dnsperf);
        loads.get(i).add(load);
      }
    }
    int yardstickIndex = started.stream().map(Lab.Server::name).toList().indexOf(yardstick);
    List<Row> rows = new ArrayList<>();
    System.out.printf("%-16s %8s %8s %9s%n", "", "CPU µs/q", "/" + yardstick, "q/s");
    for (int i = 0; i < started.size(); i++) {
      List<Measure.Load> own = loads.get(i);
      var row =
          new Row(
              started.get(i).name(),
              started.get(i).version(),
              Measure.median(own, Measure.Load::cpuMicrosPerQuery),
              yardstickIndex < 0 ? null : Measure.cpuRatio(own, loads.get(yardstickIndex)),
              Measure.median(own, Measure.Load::queriesPerSecond),
              !Bench.busy(Measure.median(own, Measure.Load::serverBusy)));
      System.out.printf(
          "%-16s %8.2f %8s %8.0f%s%n",
          started.get(i).label(),
          row.cpuMicrosPerQuery,
          row.cpuRatio == null ? "-" : "%.2f".formatted(row.cpuRatio),
          row.queriesPerSecond,
          row.dnsperfWasTheBottleneck ? "*" : "");
      rows.add(row);
    }
    System.out.println("\n* dnsperf was the bottleneck: the server could do more");
    return rows;
  }
}
