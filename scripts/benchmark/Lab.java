import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Starts servers, as a rule on the first processor, and stops them whatever happens. */
final class Lab implements AutoCloseable {
  /**
   * How Byname's JVM is started. One processor and a small heap are what a pod has; the serial
   * collector needs the least memory and, as nothing is allocated per query, has nothing to do.
   */
  static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:-UsePerfData",
          "-Xmx64m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** A temporary folder that the script removes. */
  final Path folder;

  final Bench.Options options;
  final String classPath;
  private final List<Process> processes = new CopyOnWriteArrayList<>();

  /** A server under test. */
  record Server(String name, String version, Process process, int port, double startSeconds) {
    String label() {
      return (name + " " + version).strip();
    }

    /** The same process, asked at another of its ports. */
    Server at(int otherPort) {
      return new Server(name, version, process, otherPort, startSeconds);
    }
  }

  /** Whether an answer is the one that a started server gives. */
  interface Ready {
    boolean test(org.xbill.DNS.Message answer);
  }

  Lab(Bench.Options options, Path folder, String classPath) {
    this.options = options;
    this.folder = folder;
    this.classPath = classPath;
    // Also when interrupted: nothing that was started stays behind.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Byname's command up to the main class. */
  List<String> java(String... more) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(Arrays.asList(more));
    command.addAll(List.of("-cp", classPath));
    return command;
  }

  /** The command that runs a file beside this one. */
  List<String> javaFromSource(String file, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath));
    command.add(System.getProperty("bench.root") + "/scripts/benchmark/" + file);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Starts what a server under test needs, on its processor and at a lower priority; ends with the
   * others.
   */
  Process startBeside(String name, List<String> command) throws IOException {
    var pinned = new ArrayList<>(List.of("taskset", "-c", "0", "nice", "-n", "19"));
    pinned.addAll(command);
    Process process =
        new ProcessBuilder(pinned)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start();
    processes.add(process);
    return process;
  }

  /** Runs a command to its end; what it complains of is shown, and no more comes of it. */
  static void run(String... command) throws IOException, InterruptedException {
    new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
        .waitFor();
  }

  boolean wanted(String name) {
    return options.only().isEmpty() || options.only().contains(name);
  }

  Path ownFolder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** Starts a peer; null, with a line that says why, when it is not there or does not want. */
  Server start(Servers.Kind kind, Servers.Task task, Cluster.Query first)
      throws IOException, InterruptedException {
    if (!wanted(kind.name())) {
      return null;
    }
    Path program = Servers.find(kind.program());
    if (program == null) {
      Bench.say(kind.name() + ": left out, no " + kind.program() + " on the PATH");
      return null;
    }
    return start(
        kind.name(),
        Servers.version(program, kind.versionOption()),
        kind.start().command(program.toString(), ownFolder(kind.name() + task.port()), task),
        task,
        first);
  }

  /** Starts Byname for a task that is in {@code servers}. */
  Server startByname(
      Servers servers, String name, Servers.Task task, Cluster.Query first, String... jvm)
      throws IOException, InterruptedException {
    return wanted(name)
        ? start(
            name, "", servers.byname(java(jvm), ownFolder(name + task.port()), task), task, first)
        : null;
  }

  /** Starts the floor; null, with a line that says why, when it cannot be had. */
  Server startFloor(Servers.Task task, Cluster.Query first)
      throws IOException, InterruptedException {
    if (!wanted("floor")) {
      return null;
    }
    Path floor = folder.resolve("floor");
    if (!Files.isExecutable(floor)) {
      Bench.say("floor: left out, no C compiler (cc) on the PATH");
      return null;
    }
    var command = List.of("" + floor, "" + task.port(), "" + task.threads());
    return start("floor", "", command, task, first, answer -> true);
  }

  /**
   * Starts a server and waits until it answers a first question with records.
   *
   * @return null, with a line that says why, when it does not
   */
  Server start(
      String name, String version, List<String> command, Servers.Task task, Cluster.Query first)
      throws IOException, InterruptedException {
    return start(
        name,
        version,
        command,
        task,
        first,
        answer -> !answer.getSection(org.xbill.DNS.Section.ANSWER).isEmpty());
  }

  private Server start(
      String name,
      String version,
      List<String> command,
      Servers.Task task,
      Cluster.Query first,
      Ready ready)
      throws IOException, InterruptedException {
    int port = task.port();
    // The first processor, or the first ones.
    var pinned = new ArrayList<>(List.of("taskset", "-c", "0-" + (task.threads() - 1)));
    pinned.addAll(command);
    Path log = folder.resolve(name + port + ".log");
    long started = System.nanoTime();
    Process process =
        new ProcessBuilder(pinned)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(folder.toFile())
            .start();
    processes.add(process);
    while (true) {
      var answer = Measure.ask(port, first.name(), first.type(), Duration.ofMillis(5));
      if (answer != null && ready.test(answer)) {
        break;
      }
      boolean late = System.nanoTime() - started > TimeUnit.SECONDS.toNanos(120);
      if (late || !process.isAlive()) {
        Bench.say(
            name + ": left out, it " + (late ? "does not answer" : "ended") + ": " + tail(log));
        stop(process);
        return null;
      }
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    var server = new Server(name, version, process, port, seconds);
    Bench.say("%s answers after %.2f s".formatted(server.label(), seconds));
    return server;
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
  }

  /** The questions as lines, for dnsperf. */
  Path writeLines(String name, List<Cluster.Query> queries) throws IOException {
    return Files.write(
        folder.resolve(name),
        queries.stream().map(q -> Cluster.withoutDot(q.name()) + " " + q.type()).toList());
  }

  /** The questions as messages, for load.c. */
  Path writeMessages(String name, List<Cluster.Query> queries) throws IOException {
    Path file = folder.resolve(name);
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Cluster.Query query : queries) {
        byte[] message = Measure.query(query.name(), query.type());
        out.writeShort(message.length);
        out.write(message);
      }
    }
    return file;
  }

  /** The compiled load.c; null without a C compiler. */
  Path loadProgram() {
    return compiled("load", "no latencies and no saturation");
  }

  /** The compiled source of that name; null, and says what is missing then, without a compiler. */
  Path compiled(String name, String without) {
    Path program = folder.resolve(name);
    if (Files.isExecutable(program)) {
      return program;
    }
    Bench.say("%s: %s.c needs a C compiler (cc) on the PATH".formatted(without, name));
    return null;
  }

  void stop(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.toHandle().descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        all.forEach(ProcessHandle::destroyForcibly);
      }
    } catch (InterruptedException ending) {
      all.forEach(ProcessHandle::destroyForcibly);
    }
    processes.remove(process);
  }

  @Override
  public void close() {
    processes.forEach(this::stop);
  }
}
