import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Cluster names over UDP, beside the servers that a cluster could run instead, and beside a floor:
 * a C program that sends every datagram back. All run at once and are asked in turns, so that
 * whatever the machine does to one it does to all; ratios are taken within a round, and their
 * medians are what counts.
 */
final class Mix {
  static final int SAMPLE = 500;
  static final int RATE = 20_000;
  private static final int QUERIES = 100_000;
  private static final int ENDPOINTS = 20;

  /** What was seen of a server. */
  static final class Subject {
    final Lab.Server server;
    double memoryMib;
    int differing;

    /** A round each: dnsperf; load.c as fast as it goes; load.c at {@link #RATE}. */
    final List<Measure.Load> dnsperf = new ArrayList<>();

    final List<Measure.Load> full = new ArrayList<>();
    final List<Measure.Load> steady = new ArrayList<>();

    Subject(Lab.Server server) {
      this.server = server;
    }

    boolean isFloor() {
      return server.name().equals("floor");
    }

    boolean isByname() {
      return server.name().startsWith("byname");
    }
  }

  private final Lab lab;
  private final Cluster cluster = new Cluster(Bench.SERVICES, ENDPOINTS, 0);
  private final List<Cluster.Query> mix = cluster.queries(QUERIES, Bench.SEED);
  private final Servers servers;
  private final List<Subject> subjects = new ArrayList<>();

  private Mix(Lab lab) throws IOException {
    this.lab = lab;
    servers = new Servers(lab.folder.resolve("mix"), cluster);
  }

  static Object run(Lab lab) throws IOException, InterruptedException {
    var mix = new Mix(lab);
    mix.startFloor();
    mix.startByname("byname", "-Xlog:gc:file=" + mix.gcLog());
    for (Servers.Kind kind : mix.servers.peers()) {
      mix.add(lab.start(kind, Measure.freePort(), mix.mix.getFirst()));
    }
    return mix.measure("mix");
  }

  /** Byname alone, by each of the ways that it can do UDP. */
  static Object runTransports(Lab lab) throws IOException, InterruptedException {
    var mix = new Mix(lab);
    mix.startFloor();
    for (String way : List.of("foreign", "netty", "nio")) {
      mix.startByname("byname-" + way, "-Dbyname.udp=" + way);
    }
    return mix.measure("transports");
  }

  private void startFloor() throws IOException, InterruptedException {
    Path floor = lab.folder.resolve("floor");
    if (!Files.isExecutable(floor)) {
      Bench.say("floor: left out, no C compiler (cc) on the PATH");
    } else if (lab.wanted("floor")) {
      int port = Measure.freePort();
      add(
          lab.start(
              "floor", "", List.of("" + floor, "" + port), port, mix.getFirst(), answer -> true));
    }
  }

  private void startByname(String name, String... jvm) throws IOException, InterruptedException {
    if (lab.wanted(name)) {
      int port = Measure.freePort();
      List<String> command = servers.byname(lab.java(jvm), lab.ownFolder(name), port);
      add(lab.start(name, "", command, port, mix.getFirst()));
    }
  }

  private void add(Lab.Server server) {
    if (server != null) {
      subjects.add(new Subject(server));
    }
  }

  private List<Report.Row> measure(String part) throws IOException, InterruptedException {
    Path lines = lab.writeLines("queries", mix);
    Path messages = lab.writeMessages("messages", mix);
    Path load = lab.loadProgram();
    for (Subject subject : subjects) {
      subject.differing = subject.isFloor() ? 0 : differing(subject);
      // Caches fill, and Java's compiler, which shares the processor, is done with what every query
      // needs: it goes on for some hundred thousand queries.
      double seconds = (subject.isByname() ? 8 : 1) * (lab.options.quick() ? 0.5 : 1);
      Process process = subject.server.process();
      int port = subject.server.port();
      if (load == null) {
        Measure.dnsperf(process, port, lines, seconds, List.of());
      } else {
        Measure.load(process, port, load, messages, seconds, 0);
      }
    }
    List<Double> before = gcPausesMillis();
    double seconds = lab.options.seconds();
    for (int round = 1; round <= lab.options.rounds(); round++) {
      Bench.say("round %d of %d".formatted(round, lab.options.rounds()));
      for (Subject s : subjects) {
        Process process = s.server.process();
        int port = s.server.port();
        var more = List.of("-c", "8", "-q", "100");
        s.dnsperf.add(Measure.dnsperf(process, port, lines, seconds, more));
        if (load != null) {
          s.full.add(Measure.load(process, port, load, messages, seconds, 0));
          s.steady.add(Measure.load(process, port, load, messages, seconds, RATE));
        }
      }
    }
    for (Subject subject : subjects) {
      subject.memoryMib = Measure.memoryMib(subject.server.process());
    }
    List<Report.Row> rows = new Report(subjects, lab.options).write(part);
    List<Double> pauses = gcPausesMillis();
    if (Files.exists(gcLog())) {
      pauses = pauses.subList(before.size(), pauses.size());
      System.out.printf(
          "Byname's collector stopped it %d times meanwhile, at most for %.2f ms.%n",
          pauses.size(), pauses.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }
    return rows;
  }

  private Path gcLog() {
    return lab.folder.resolve("gc.log");
  }

  /** Of Byname so far, from its log: lines that end in {@code Pause … 0.871ms}. */
  private List<Double> gcPausesMillis() throws IOException {
    if (!Files.exists(gcLog())) {
      return List.of();
    }
    return Files.readAllLines(gcLog()).stream()
        .filter(line -> line.contains("Pause") && line.endsWith("ms"))
        .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1, line.length() - 2)))
        .toList();
  }

  private int differing(Subject subject) throws IOException {
    int differing = 0;
    for (Cluster.Query query : mix.subList(0, SAMPLE)) {
      if (!Measure.right(subject.server.port(), query)) {
        if (differing++ == 0) {
          Bench.say(
              "%s: another answer to %s %s"
                  .formatted(subject.server.name(), query.name(), query.type()));
        }
      }
    }
    return differing;
  }
}
