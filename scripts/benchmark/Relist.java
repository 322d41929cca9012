import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Latencies at a fixed rate of queries while a source is read again from its beginning: 10,000
 * services with 100,000 endpoints, one of which changed in every tenth service; in etcd every key
 * was written anew. Beside it in turns a name server that reads its zone files again, and the
 * floor, which has nothing to read: what their latencies are is the machine's doing.
 *
 * <p>What feeds Byname shares the first processor with it, at a lower priority, because the
 * generator has the second one for itself. Run by root, servers and generator come before all else
 * that the machine does.
 */
final class Relist {
  static final int RATE = 10_000;
  private static final int SERVICES = Bench.SERVICES;
  private static final int ENDPOINTS_EACH = 10;

  /** From the beginning of the queries to that of the reading. */
  private static final long LEAD_MILLIS = 200;

  /** Makes the server read everything again; returns at once or goes on for a while. */
  private interface Reread {
    void start() throws Exception;
  }

  private interface Preparation {
    void run() throws Exception;
  }

  /** A server that is asked, and how it is made to read again; both null for the floor. */
  private static final class Subject {
    final Lab.Server server;
    final Preparation preparation;
    final Reread reread;
    final List<Measure.Load> steady = new ArrayList<>();
    final List<Measure.Load> reading = new ArrayList<>();

    Subject(Lab.Server server, Preparation preparation, Reread reread) {
      this.server = server;
      this.preparation = preparation;
      this.reread = reread;
    }
  }

  /**
   * Medians of the rounds, latencies in microseconds.
   *
   * @param worstP999 the highest of a round
   * @param cpuSeconds of the server in a round: what reading takes is the difference to steady
   */
  record Row(
      String server,
      String when,
      double p50,
      double p99,
      double p999,
      double max,
      double worstP999,
      double cpuSeconds,
      long lost) {}

  private final Lab lab;
  private final Cluster cluster = new Cluster(SERVICES, ENDPOINTS_EACH, ENDPOINTS_EACH);
  private final Cluster.Query first;
  private final Servers servers;
  private final Path folder;
  private final Path load;
  private final Path messages;
  private final double seconds;

  private Relist(Lab lab, Path load) throws IOException {
    this.lab = lab;
    this.load = load;
    folder = lab.folder.resolve("relist");
    servers = new Servers(folder, cluster);
    List<Cluster.Query> queries = cluster.queries(100_000, Bench.SEED);
    first = queries.getFirst();
    messages = lab.writeMessages("messages", queries);
    // A list from the API server takes this long, for its pages are asked for at a limited rate.
    seconds = Math.max(8, lab.options.seconds());
  }

  static Object run(Lab lab) throws Exception {
    Path load = lab.loadProgram();
    return load == null ? null : new Relist(lab, load).run();
  }

  private Object run() throws Exception {
    try {
      // Of this session (sched(7)): what else the machine does comes after it, where we may say so.
      Files.writeString(Path.of("/proc/self/autogroup"), "-20");
    } catch (IOException notAllowed) {
      Bench.say("not before other programs: " + notAllowed.getMessage());
    }
    List<Subject> beside = new ArrayList<>();
    Lab.Server floor = lab.startFloor(new Servers.Task(Measure.freePort()), first);
    if (floor != null) {
      beside.add(new Subject(floor, null, null));
    }
    Servers.Kind nsd = servers.peers("nsd").getFirst();
    Lab.Server peer = lab.start(nsd, new Servers.Task(Measure.freePort()), first);
    if (peer != null) {
      beside.add(
          new Subject(
              peer,
              () -> {},
              () -> {
                servers.touchZones();
                Lab.run("kill", "-HUP", "" + peer.process().pid());
              }));
    }
    List<Subject> all = new ArrayList<>();
    if (wanted("byname-manifests")) {
      all.add(measured(manifests(), beside));
    }
    if (wanted("byname-kubernetes")) {
      all.add(measured(api(), beside));
    }
    if (wanted("byname-etcd")) {
      all.add(measured(etcd(), beside));
    }
    all.addAll(beside);
    all.removeIf(subject -> subject == null);
    return report(all);
  }

  private boolean wanted(String name) {
    return lab.wanted("byname") || lab.wanted(name);
  }

  // ---- the sources

  private Subject manifests() throws Exception {
    Path own = lab.ownFolder("byname-manifests");
    Path manifests = folder.resolve("manifests");
    Lab.Server server = start("byname-manifests", own, "manifests " + manifests);
    return server == null ? null : new Subject(server, () -> {}, () -> touch(manifests));
  }

  private Subject api() throws Exception {
    int port = Measure.freePort();
    String url = "http://127.0.0.1:" + port;
    lab.startBeside(
        "api", lab.javaFromSource("ApiServer.java", "" + port, "" + SERVICES, "" + ENDPOINTS_EACH));
    Store.await("the API server", () -> Store.get(url + "/version") == 200);
    Lab.Server server = start("byname-kubernetes", lab.ownFolder("byname-api"), "endpoint " + url);
    return server == null ? null : new Subject(server, () -> {}, () -> Store.get(url + "/expire"));
  }

  private Subject etcd() throws Exception {
    Path program = Servers.find("etcd");
    if (program == null) {
      Bench.say("byname-etcd: left out, no etcd on the PATH");
      return null;
    }
    int port = Measure.freePort();
    String url = "http://127.0.0.1:" + port;
    String peerUrl = "http://127.0.0.1:" + Measure.freePort();
    lab.startBeside(
        "etcd",
        List.of(
            "" + program,
            "--data-dir=" + lab.ownFolder("etcd"),
            "--listen-client-urls=" + url,
            "--advertise-client-urls=" + url,
            "--listen-peer-urls=" + peerUrl,
            "--initial-advertise-peer-urls=" + peerUrl,
            "--initial-cluster=default=" + peerUrl));
    Store.await("etcd", () -> Store.get(url + "/health") == 200);
    var store = new Store(url);
    store.write(cluster, 0);
    int gatePort = Measure.freePort();
    Process gate =
        lab.startBeside("gate", lab.javaFromSource("Gate.java", "" + gatePort, "" + port));
    String gateUrl = "http://127.0.0.1:" + gatePort;
    Store.await("the way to etcd", () -> Store.get(gateUrl + "/health") == 200);
    Lab.Server server = start("byname-etcd", lab.ownFolder("byname-etcd"), "etcd " + gateUrl);
    int[] generation = {0};
    return server == null
        ? null
        : new Subject(
            server,
            () -> {
              // What happens while the connection is cut is compacted away: it must be listed.
              tell(gate, "shut");
              store.write(cluster, ++generation[0]);
              store.compact();
            },
            () -> tell(gate, "open"));
  }

  private static void tell(Process process, String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes());
    process.getOutputStream().flush();
  }

  private Lab.Server start(String name, Path own, String source) throws Exception {
    var task = new Servers.Task(Measure.freePort());
    List<String> java = lab.java("-Xlog:gc:file=" + gcLog(name));
    return lab.start(name, "", Servers.bynameFrom(java, own, task, source), task, first);
  }

  private Path gcLog(String name) {
    return lab.folder.resolve(name + "-gc.log");
  }

  private static void touch(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      }
    }
  }

  // ---- the measurement

  private Subject measured(Subject subject, List<Subject> beside) throws Exception {
    if (subject == null) {
      return null;
    }
    for (int i = 0; i < 4; i++) { // what every query needs is compiled by then
      Measure.load(subject.server.process(), subject.server.port(), load, messages, 1.5, 0);
    }
    settle(subject.server.process());
    var turns = new ArrayList<>(beside);
    turns.addFirst(subject);
    for (int round = 1; round <= lab.options.rounds(); round++) {
      Bench.say("%s, round %d of %d".formatted(subject.server.name(), round, lab.options.rounds()));
      for (Subject each : turns) {
        each.steady.add(ask(each));
        if (each.reread != null) {
          each.preparation.run();
          each.reading.add(askWhileReading(each));
        }
      }
    }
    lab.stop(subject.server.process());
    return subject;
  }

  /** Until the compilers, which have much to do after a start on one processor, are done. */
  private static void settle(Process process) throws IOException, InterruptedException {
    double before = Measure.cpuMicros(process);
    for (int i = 0; i < 30; i++) {
      TimeUnit.SECONDS.sleep(1);
      double now = Measure.cpuMicros(process);
      if (now - before < 50_000) {
        return;
      }
      before = now;
    }
    Bench.say("the server does not come to rest");
  }

  private Measure.Load ask(Subject subject) throws IOException, InterruptedException {
    var server = subject.server;
    return Measure.load(server.process(), server.port(), load, messages, seconds, RATE);
  }

  private Measure.Load askWhileReading(Subject subject) throws Exception {
    var failure = new Exception[1];
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                TimeUnit.MILLISECONDS.sleep(LEAD_MILLIS);
                subject.reread.start();
              } catch (Exception e) {
                failure[0] = e;
              }
            });
    Measure.Load result = ask(subject);
    reader.join();
    if (failure[0] != null) {
      throw failure[0];
    }
    return result;
  }

  // ---- what is said

  private Object report(List<Subject> subjects) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Subject subject : subjects) {
      rows.add(row(subject, "steady", subject.steady));
      if (!subject.reading.isEmpty()) {
        rows.add(row(subject, "reading", subject.reading));
      }
    }
    System.out.printf(
        "%-18s %-8s %8s %8s %8s %8s %12s %6s %6s%n",
        "", "", "p50 µs", "p99", "p99.9", "max", "worst p99.9", "CPU s", "lost");
    for (Row r : rows) {
      System.out.printf(
          "%-18s %-8s %8.0f %8.0f %8.0f %8.0f %12.0f %6.2f %6d%n",
          r.server, r.when, r.p50, r.p99, r.p999, r.max, r.worstP999, r.cpuSeconds, r.lost);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("queriesPerSecond", RATE);
    result.put("rows", rows);
    Map<String, Double> pauses = new LinkedHashMap<>();
    for (Subject subject : subjects) {
      if (Files.exists(gcLog(subject.server.name()))) {
        pauses.put(subject.server.name(), longestPauseMillis(gcLog(subject.server.name())));
      }
    }
    result.put("longestGcPauseMillis", pauses);
    System.out.printf(
        "%nmedians of the rounds, at %d q/s for %.0f s each; longest pauses for garbage, start"
            + " included, in ms: %s%n",
        RATE, seconds, pauses);
    return result;
  }

  private Row row(Subject subject, String when, List<Measure.Load> loads) {
    return new Row(
        subject.server.label(),
        when,
        Measure.median(loads, l -> l.latencies().p50()),
        Measure.median(loads, l -> l.latencies().p99()),
        Measure.median(loads, l -> l.latencies().p999()),
        Measure.median(loads, l -> l.latencies().max()),
        loads.stream().mapToDouble(l -> l.latencies().p999()).max().orElse(Double.NaN),
        Bench.rounded(seconds * Measure.median(loads, Measure.Load::serverBusy)),
        loads.stream().mapToLong(Measure.Load::lost).sum());
  }

  private static final Pattern PAUSE = Pattern.compile("Pause.* ([0-9.]+)ms$");

  private static double longestPauseMillis(Path log) throws IOException {
    double longest = 0;
    for (String line : Files.readAllLines(log)) {
      Matcher pause = PAUSE.matcher(line);
      if (pause.find()) {
        longest = Math.max(longest, Double.parseDouble(pause.group(1)));
      }
    }
    return longest;
  }
}
