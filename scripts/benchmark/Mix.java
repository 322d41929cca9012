import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    mix.startByname("byname", "-Xlog:gc,safepoint:file=" + mix.stopsLog());
    for (Servers.Kind kind : mix.servers.peers()) {
      mix.add(lab.start(kind, new Servers.Task(Measure.freePort()), mix.mix.getFirst()));
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
    add(lab.startFloor(new Servers.Task(Measure.freePort()), mix.getFirst()));
  }

  private void startByname(String name, String... jvm) throws IOException, InterruptedException {
    var task = new Servers.Task(Measure.freePort());
    add(lab.startByname(servers, name, task, mix.getFirst(), jvm));
  }

  private void add(Lab.Server server) {
    if (server != null) {
      subjects.add(new Subject(server));
    }
  }

  private Object measure(String part) throws IOException, InterruptedException {
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
    int stopsBefore = stops().size();
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
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("servers", new Report(subjects, lab.options).write(part));
    if (Files.exists(stopsLog())) {
      List<Stop> stops = stops();
      stops = stops.subList(stopsBefore, stops.size());
      result.put("bynameStopsMillis", stops);
      System.out.printf(
          "Byname's JVM stopped its threads %d times meanwhile, at most for %.2f ms; to collect"
              + " garbage %d times, at most for %.2f ms.%n",
          stops.size(),
          stops.stream().mapToDouble(Stop::millis).max().orElse(0),
          stops.stream().filter(Stop::collection).count(),
          stops.stream().filter(Stop::collection).mapToDouble(Stop::millis).max().orElse(0));
    }
    return result;
  }

  private Path stopsLog() {
    return lab.folder.resolve("stops.log");
  }

  /**
   * A time in which no thread of the JVM ran Java code; a query that came meanwhile waited as long.
   *
   * @param why the JVM's name for it
   * @param millis until all had stopped, while they stood, and until they went on
   */
  record Stop(String why, boolean collection, double millis) {}

  private static final Pattern STOP = Pattern.compile("Safepoint \"([^\"]+)\".* Total: +(\\d+) ns");

  /** Byname's so far, from its log. */
  private List<Stop> stops() throws IOException {
    if (!Files.exists(stopsLog())) {
      return List.of();
    }
    return Files.readAllLines(stopsLog()).stream()
        .map(STOP::matcher)
        .filter(Matcher::find)
        .map(stop ->
            new Stop(
                stop.group(1),
                stop.group(1).contains("Collect"),
                Long.parseLong(stop.group(2)) / 1e6))
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
