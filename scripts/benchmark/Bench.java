import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Measures Byname beside the servers that a cluster could run instead, and beside a floor: a C
 * program that sends every datagram back. All run at once, each on the first processor, and are
 * asked in turns from the second, so that whatever the machine does to one it does to all; the
 * ratios are taken within a round, and their medians are what counts.
 */
final class Bench {
  private static final int SERVICES = 10_000;
  private static final int ENDPOINTS = 20;
  private static final long SEED = 1;
  private static final int QUERIES = 100_000;
  static final int SAMPLE = 500;
  static final int RATE = 20_000;

  /** From here on a processor counts as the bottleneck. */
  private static final double BUSY = 0.93;

  /**
   * How Byname's JVM is started. One processor and a small heap are what a pod has; the serial
   * collector needs the least memory and, as nothing is allocated per query, has nothing to do.
   */
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-Xmx64m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  record Options(boolean quick, int rounds, double seconds, List<String> only, Path out) {}

  /** A server under test and what was seen of it. */
  static final class Subject {
    final String name;
    final String version;
    final Process process;
    final int port;
    double startSeconds;
    double memoryMib;
    int differing;

    /** A round each: dnsperf; load.c as fast as it goes; load.c at {@link #RATE}. */
    final List<Measure.Load> dnsperf = new ArrayList<>();

    final List<Measure.Load> full = new ArrayList<>();
    final List<Measure.Load> steady = new ArrayList<>();

    Subject(String name, String version, Process process, int port) {
      this.name = name;
      this.version = version;
      this.process = process;
      this.port = port;
    }

    double median(List<Measure.Load> loads, ToDoubleFunction<Measure.Load> value) {
      return Bench.median(loads.stream().mapToDouble(value).toArray());
    }
  }

  private final Options options;
  private final Path folder;
  private final String classPath;
  private final List<Subject> subjects = new ArrayList<>();

  private Bench(Options options, Path folder, String classPath) {
    this.options = options;
    this.folder = folder;
    this.classPath = classPath;
  }

  public static void main(String[] arguments) throws Exception {
    var bench =
        new Bench(
            options(arguments),
            Path.of(System.getProperty("bench.folder")),
            System.getProperty("bench.classpath"));
    // Also when interrupted: nothing that was started stays behind.
    Runtime.getRuntime().addShutdownHook(new Thread(bench::stop));
    bench.run();
  }

  private static Options options(String[] arguments) {
    var given = new LinkedHashMap<String, String>();
    for (int i = 0; i < arguments.length; i++) {
      given.put(arguments[i], arguments[i].equals("--quick") ? "" : arguments[++i]);
    }
    boolean quick = given.containsKey("--quick");
    return new Options(
        quick,
        Integer.parseInt(given.getOrDefault("--rounds", quick ? "1" : "5")),
        Double.parseDouble(given.getOrDefault("--seconds", quick ? "1" : "3")),
        given.containsKey("--only") ? List.of(given.get("--only").split(",")) : List.of(),
        Path.of(given.get("--out")));
  }

  private void run() throws IOException, InterruptedException {
    say("making %d services, seed %d".formatted(SERVICES, SEED));
    var cluster = new Cluster(SERVICES, ENDPOINTS, 0);
    var servers = new Servers(folder, cluster);
    List<Cluster.Query> mix = cluster.queries(QUERIES, SEED);
    Path queries = folder.resolve("queries");
    Files.write(
        queries, mix.stream().map(q -> Cluster.withoutDot(q.name()) + " " + q.type()).toList());
    Path messages = folder.resolve("messages");
    writeMessages(mix, messages);
    startAll(servers, mix);
    for (Subject subject : subjects) {
      subject.differing = subject.name.equals("floor") ? 0 : differing(subject, mix);
      warmUp(subject, queries);
    }
    Path load = folder.resolve("load");
    boolean compiled = Files.isExecutable(load);
    if (!compiled) {
      say("no latencies and no saturation: load.c needs a C compiler (cc) on the PATH");
    }
    long[] ticks = Measure.processorTicks();
    for (int round = 1; round <= options.rounds; round++) {
      say("round %d of %d".formatted(round, options.rounds));
      for (Subject s : subjects) {
        var perf = List.of("-c", "8", "-q", "100");
        s.dnsperf.add(Measure.dnsperf(s.process, s.port, queries, options.seconds, perf));
        if (compiled) {
          s.full.add(Measure.load(s.process, s.port, load, messages, options.seconds, 0));
          s.steady.add(Measure.load(s.process, s.port, load, messages, options.seconds, RATE));
        }
      }
    }
    for (Subject subject : subjects) {
      subject.memoryMib = Measure.memoryMib(subject.process);
    }
    new Report(subjects, options, machine(), Measure.stolen(ticks)).write();
  }

  private static void writeMessages(List<Cluster.Query> mix, Path file) throws IOException {
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Cluster.Query query : mix) {
        byte[] message = Measure.query(query.name(), query.type());
        out.writeShort(message.length);
        out.write(message);
      }
    }
  }

  private void startAll(Servers servers, List<Cluster.Query> mix)
      throws IOException, InterruptedException {
    Path floor = folder.resolve("floor");
    if (!wanted("floor")) {
      // not asked for
    } else if (Files.isExecutable(floor)) {
      int port = Measure.freePort();
      start("floor", "", List.of(floor.toString(), "" + port), port, mix.getFirst());
    } else {
      say("floor: left out, no C compiler (cc) on the PATH");
    }
    if (wanted("byname")) {
      int port = Measure.freePort();
      Path own = Files.createDirectories(folder.resolve("byname"));
      var java =
          new ArrayList<>(
              List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
      java.addAll(JVM);
      java.addAll(List.of("-cp", classPath));
      start(
          "byname", "", servers.byname(java, own, port, Measure.freePort()), port, mix.getFirst());
    }
    for (Servers.Kind kind : servers.peers()) {
      if (!wanted(kind.name())) {
        continue;
      }
      Path program = Servers.find(kind.program());
      if (program == null) {
        say(kind.name() + ": left out, no " + kind.program() + " on the PATH");
        continue;
      }
      int port = Measure.freePort();
      Path own = Files.createDirectories(folder.resolve(kind.name()));
      start(
          kind.name(),
          Servers.version(program, kind.versionCommand()),
          kind.start().command(program.toString(), own, port),
          port,
          mix.getFirst());
    }
  }

  private boolean wanted(String name) {
    return options.only.isEmpty() || options.only.contains(name);
  }

  private void start(
      String name, String version, List<String> command, int port, Cluster.Query first)
      throws IOException, InterruptedException {
    var pinned = new ArrayList<>(List.of("taskset", "-c", "0"));
    pinned.addAll(command);
    Path log = folder.resolve(name + ".log");
    long started = System.nanoTime();
    Process process =
        new ProcessBuilder(pinned)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(folder.toFile())
            .start();
    var subject = new Subject(name, version, process, port);
    subjects.add(subject);
    while (!answers(subject, first)) {
      boolean late = System.nanoTime() - started > TimeUnit.SECONDS.toNanos(60);
      if (late || !process.isAlive()) {
        say(name + ": left out, it " + (late ? "does not answer" : "ended") + ": " + tail(log));
        process.destroy();
        subjects.remove(subject);
        return;
      }
    }
    subject.startSeconds = (System.nanoTime() - started) / 1e9;
    say("%s %s answers after %.2f s".formatted(name, version, subject.startSeconds));
  }

  private static boolean answers(Subject subject, Cluster.Query first) throws IOException {
    var answer = Measure.ask(subject.port, first.name(), first.type(), Duration.ofMillis(5));
    return answer != null
        && (subject.name.equals("floor")
            || !answer.getSection(org.xbill.DNS.Section.ANSWER).isEmpty());
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
  }

  private int differing(Subject subject, List<Cluster.Query> mix) throws IOException {
    int differing = 0;
    for (Cluster.Query query : mix.subList(0, SAMPLE)) {
      if (!Measure.right(subject.port, query)) {
        if (differing++ == 0) {
          say("%s: another answer to %s %s".formatted(subject.name, query.name(), query.type()));
        }
      }
    }
    return differing;
  }

  /** Caches fill, and Java's compiler is done with what every query needs. */
  private void warmUp(Subject subject, Path queries) throws IOException, InterruptedException {
    double seconds = subject.name.equals("byname") ? 5 : 1;
    Measure.dnsperf(subject.process, subject.port, queries, seconds, List.of());
  }

  private void stop() {
    for (Subject subject : subjects) {
      List<ProcessHandle> processes =
          java.util.stream.Stream.concat(
                  subject.process.toHandle().descendants(),
                  java.util.stream.Stream.of(subject.process.toHandle()))
              .toList();
      processes.forEach(ProcessHandle::destroy);
      try {
        if (!subject.process.waitFor(3, TimeUnit.SECONDS)) {
          processes.forEach(ProcessHandle::destroyForcibly);
        }
      } catch (InterruptedException ending) {
        processes.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static String machine() throws IOException {
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

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static void say(String line) {
    System.err.println("bench: " + line);
  }
}
