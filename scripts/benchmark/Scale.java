import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How much a second processor and a second socket bring. On a machine with two processors a
 * generator would take what the second socket needs; so the queries wait in the sockets' receive
 * queues before the server may look at them, and nothing else runs while it answers (drain.c). Each
 * server is started twice, with one thread on one processor and with two on two, and both are
 * measured in turns.
 */
final class Scale {
  private static final int QUEUED = 60_000;
  private static final int TIMES = 2;

  private Scale() {}

  /** One server; medians of the rounds, in each of which the median of {@value #TIMES} counts. */
  record Row(
      String server,
      String version,
      double oneSocketQueriesPerSecond,
      double twoSocketsQueriesPerSecond,
      double factor,
      double factorMin,
      double factorMax,
      double oneSocketCpuMicrosPerQuery,
      double twoSocketsCpuMicrosPerQuery,
      int sockets,
      long lost) {}

  /** A server with one thread and with two. */
  private record Pair(Lab.Server one, Lab.Server two) {}

  /** The medians of one turn. */
  private record Drained(
      int sockets, long lost, double queriesPerSecond, double cpuMicrosPerQuery) {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    Path drain = lab.compiled("drain", "scale: left out");
    Path load = lab.loadProgram();
    if (drain == null || load == null) {
      return null;
    }
    var cluster = new Cluster(Bench.SERVICES, 20, 0);
    List<Cluster.Query> mix = cluster.queries(100_000, Bench.SEED);
    Cluster.Query first = mix.getFirst();
    Path messages = lab.writeMessages("messages", mix);
    var servers = new Servers(lab.folder.resolve("scale"), cluster);
    List<Pair> pairs = new ArrayList<>();
    add(pairs, lab.startFloor(task(1), first), lab.startFloor(task(2), first));
    add(
        pairs,
        lab.startByname(servers, "byname", task(1), first),
        lab.startByname(servers, "byname", task(2), first));
    for (Servers.Kind kind : servers.peers("nsd", "knot", "unbound")) {
      add(pairs, lab.start(kind, task(1), first), lab.start(kind, task(2), first));
    }
    for (Pair pair : pairs) {
      double seconds = pair.one.name().equals("byname") ? 8 : 1; // Java compiles what runs often
      Measure.load(pair.one.process(), pair.one.port(), load, messages, seconds, 0);
      Measure.load(pair.two.process(), pair.two.port(), load, messages, seconds, 0);
    }
    List<List<Drained>> ones = new ArrayList<>();
    List<List<Drained>> twos = new ArrayList<>();
    for (int round = 0; round < lab.options.rounds(); round++) {
      for (int i = 0; i < pairs.size(); i++) {
        if (round == 0) {
          ones.add(new ArrayList<>());
          twos.add(new ArrayList<>());
        }
        ones.get(i).add(drained(drain, messages, pairs.get(i).one));
        twos.get(i).add(drained(drain, messages, pairs.get(i).two));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      rows.add(row(pairs.get(i).one, ones.get(i), twos.get(i)));
    }
    print(rows);
    return rows;
  }

  private static Servers.Task task(int threads) throws IOException {
    return new Servers.Task(Measure.freePort(), threads, null, 0);
  }

  private static void add(List<Pair> pairs, Lab.Server one, Lab.Server two) {
    if (one != null && two != null) {
      pairs.add(new Pair(one, two));
    }
  }

  /** One turn: the lines that drain prints, see there. */
  private static Drained drained(Path drain, Path messages, Lab.Server server)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("" + drain, "" + server.port(), "" + messages));
    command.addAll(List.of("" + QUEUED, "" + TIMES));
    Stream.concat(Stream.of(server.process().toHandle()), server.process().descendants())
        .forEach(process -> command.add("" + process.pid()));
    List<double[]> lines =
        Measure.generate(command)
            .lines()
            .map(line -> Stream.of(line.split(" ")).mapToDouble(Double::parseDouble).toArray())
            .toList();
    return new Drained(
        (int) lines.getFirst()[0],
        lines.stream().mapToLong(n -> (long) n[2]).sum(),
        Bench.median(lines.stream().mapToDouble(n -> n[4] / n[5]).toArray()),
        Bench.median(lines.stream().mapToDouble(n -> 1e6 * n[3] / n[1]).toArray()));
  }

  private static Row row(Lab.Server server, List<Drained> one, List<Drained> two) {
    double[] factors = new double[one.size()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = two.get(i).queriesPerSecond / one.get(i).queriesPerSecond;
    }
    return new Row(
        server.name(),
        server.version(),
        Math.round(Bench.median(one.stream().mapToDouble(Drained::queriesPerSecond).toArray())),
        Math.round(Bench.median(two.stream().mapToDouble(Drained::queriesPerSecond).toArray())),
        Bench.rounded(Bench.median(factors)),
        Bench.rounded(java.util.Arrays.stream(factors).min().orElseThrow()),
        Bench.rounded(java.util.Arrays.stream(factors).max().orElseThrow()),
        Bench.rounded(Bench.median(one.stream().mapToDouble(Drained::cpuMicrosPerQuery).toArray())),
        Bench.rounded(Bench.median(two.stream().mapToDouble(Drained::cpuMicrosPerQuery).toArray())),
        two.getFirst().sockets,
        Stream.concat(one.stream(), two.stream()).mapToLong(Drained::lost).sum());
  }

  private static void print(List<Row> rows) {
    System.out.printf(
        "%-16s %11s %11s %7s %11s %9s %9s%n",
        "", "1: q/s", "2: q/s", "factor", "(min-max)", "1: µs/q", "2: µs/q");
    for (Row r : rows) {
      System.out.printf(
          "%-16s %11.0f %11.0f %7.2f %11s %9.2f %9.2f%n",
          (r.server + " " + r.version).strip(),
          r.oneSocketQueriesPerSecond,
          r.twoSocketsQueriesPerSecond,
          r.factor,
          "%.2f-%.2f".formatted(r.factorMin, r.factorMax),
          r.oneSocketCpuMicrosPerQuery,
          r.twoSocketsCpuMicrosPerQuery);
      if (r.sockets != 2 || r.lost > 0) {
        System.out.printf("  of its %d sockets; %d queries unanswered%n", r.sockets, r.lost);
      }
    }
    System.out.printf(
        """

        %d queries wait in the receive queues, as many on each socket, before the server may run; q/s: while all
        sockets are worked on, no generator running; µs/q: its processor time. factor: 2 threads to 1, round by round.
        The floor's factor is what the machine gives.
        """,
        QUEUED);
  }
}
