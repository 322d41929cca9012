import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is known of a process from outside, and what dnsperf says. Linux only. */
final class Measure {
  /** The kernel counts CPU time in these, whatever its own clock does (proc(5)). */
  private static final double TICKS_PER_SECOND = 100;

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private Measure() {}

  // ---- processes

  /** User and system time of the process and its children, in microseconds. */
  static double cpuMicros(Process process) throws IOException {
    double ticks = 0;
    for (long pid : tree(process)) {
      String[] fields = statFields("/proc/" + pid + "/stat");
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / TICKS_PER_SECOND * 1e6;
  }

  /** Those behind the program's name, which may hold blanks: the first is the state. */
  private static String[] statFields(String file) throws IOException {
    try {
      String line = Files.readString(Path.of(file));
      return line.substring(line.lastIndexOf(')') + 2).split(" ");
    } catch (NoSuchFileException ended) {
      String[] zeros = new String[50];
      Arrays.fill(zeros, "0");
      return zeros;
    }
  }

  /** What the machine's processors did between two looks, as parts of their time. */
  record Elsewhere(double stolen, double others) {}

  /** Ticks of all processors since the machine started. */
  record Ticks(long all, long busy, long stolen, long own) {}

  static Ticks ticks() throws IOException {
    String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
    long[] n = Stream.of(fields).skip(1).limit(8).mapToLong(Long::parseLong).toArray();
    // Of ourselves, of children that have ended (the generators), and of those that live.
    String[] self = statFields("/proc/self/stat");
    long own = 0;
    for (int i = 11; i <= 14; i++) {
      own += Long.parseLong(self[i]);
    }
    for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
      String[] stat = statFields("/proc/" + child.pid() + "/stat");
      own += Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
    }
    return new Ticks(Arrays.stream(n).sum(), n[0] + n[1] + n[2] + n[5] + n[6], n[7], own);
  }

  /**
   * What was not ours of the processors' time since then: answers that take milliseconds while the
   * host gives the processors to others, or while somebody else works here, are no server's doing.
   */
  static Elsewhere elsewhere(Ticks since) throws IOException {
    Ticks now = ticks();
    double all = now.all - since.all;
    long others = now.busy - since.busy - (now.own - since.own);
    return new Elsewhere((now.stolen - since.stolen) / all, Math.max(0, others / all));
  }

  /**
   * Resident memory in MiB. Of a server with several processes, pages that they share count once
   * (proportional set size).
   */
  static double memoryMib(Process process) throws IOException {
    List<Long> pids = tree(process);
    String key = pids.size() == 1 ? "Rss:" : "Pss:";
    long kib = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
        if (line.startsWith(key)) {
          kib += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return kib / 1024.0;
  }

  private static List<Long> tree(Process process) {
    return Stream.concat(Stream.of(process.toHandle()), process.toHandle().descendants())
        .map(ProcessHandle::pid)
        .toList();
  }

  /** A port that was free for UDP and TCP a moment ago. */
  static int freePort() throws IOException {
    while (true) {
      try (var tcp = new ServerSocket(0, 1, LOOPBACK)) {
        try (var udp = new DatagramSocket(tcp.getLocalPort(), LOOPBACK)) {
          return udp.getLocalPort();
        } catch (java.net.BindException taken) {
          // another one
        }
      }
    }
  }

  // ---- questions

  /** Asks one question over UDP; null when no answer comes in time. */
  static Message ask(int port, String name, String type, Duration patience) throws IOException {
    byte[] query = query(name, type);
    try (var socket = new DatagramSocket(0, LOOPBACK)) {
      socket.setSoTimeout((int) patience.toMillis());
      socket.send(new DatagramPacket(query, query.length, LOOPBACK, port));
      var answer = new DatagramPacket(new byte[4096], 4096);
      socket.receive(answer);
      return new Message(Arrays.copyOf(answer.getData(), answer.getLength()));
    } catch (SocketTimeoutException silent) {
      return null;
    }
  }

  static byte[] query(String name, String type) throws IOException {
    var question = Record.newRecord(Name.fromString(name), Type.value(type), DClass.IN);
    return Message.newQuery(question).toWire();
  }

  /** Whether the server answers as the cluster says it must. */
  static boolean right(int port, Cluster.Query query) throws IOException {
    return right(ask(port, query.name(), query.type(), Duration.ofSeconds(2)), query);
  }

  static boolean right(Message answer, Cluster.Query query) {
    if (answer == null || !org.xbill.DNS.Rcode.string(answer.getRcode()).equals(query.rcode())) {
      return false;
    }
    return answer.getSection(Section.ANSWER).stream()
        .map(record -> record.rdataToString().toLowerCase(java.util.Locale.ROOT))
        .sorted()
        .toList()
        .equals(query.answers().stream().sorted().toList());
  }

  // ---- load

  /**
   * What one run of a generator showed of the server.
   *
   * @param answered queries
   * @param cpuMicrosPerQuery of the server, for each that was answered
   * @param serverBusy the part of the time that the server worked: about 1 when it was the
   *     bottleneck
   * @param latencies null where the generator tells none
   */
  record Load(
      long answered,
      long lost,
      double queriesPerSecond,
      double cpuMicrosPerQuery,
      double serverBusy,
      Latencies latencies) {}

  /**
   * In microseconds.
   *
   * @param sliceP99 the median of the p99 of short slices
   */
  record Latencies(double p50, double p99, double p999, double max, double sliceP99) {}

  private static final Pattern COMPLETED = Pattern.compile("Queries completed: +(\\d+)");
  private static final Pattern LOST = Pattern.compile("Queries lost: +(\\d+)");
  private static final Pattern RUN_TIME = Pattern.compile("Run time \\(s\\): +([0-9.]+)");

  /**
   * Lets dnsperf ask as fast as answers come.
   *
   * @param queries lines of name and type
   * @param more arguments for dnsperf
   */
  static Load dnsperf(Process server, int port, Path queries, double seconds, List<String> more)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("dnsperf", "-s", "127.0.0.1", "-p", "" + port));
    command.addAll(List.of("-d", "" + queries, "-l", "" + Math.max(1, Math.round(seconds))));
    command.addAll(List.of("-t", "2"));
    command.addAll(more);
    double before = cpuMicros(server);
    String output = generate(command);
    double serverMicros = cpuMicros(server) - before;
    long answered = Math.round(number(COMPLETED, output));
    double ranMicros = number(RUN_TIME, output) * 1e6;
    return new Load(
        answered,
        Math.round(number(LOST, output)),
        answered / ranMicros * 1e6,
        serverMicros / answered,
        serverMicros / ranMicros,
        null);
  }

  /**
   * Lets {@code load.c} ask.
   *
   * @param messages queries, each behind its length in two bytes
   * @param rate queries a second; 0 for as many as the server takes
   */
  static Load load(Process server, int port, Path program, Path messages, double seconds, int rate)
      throws IOException, InterruptedException {
    double before = cpuMicros(server);
    String output =
        generate(List.of("" + program, "" + port, "" + messages, "" + seconds, "" + rate));
    double serverMicros = cpuMicros(server) - before;
    double[] n = Stream.of(output.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
    return new Load(
        Math.round(n[0]),
        Math.round(n[1]),
        n[0] / n[2],
        serverMicros / n[0],
        serverMicros / n[2] / 1e6,
        new Latencies(n[3], n[4], n[5], n[6], n[7]));
  }

  /** The median over the rounds. */
  static double median(List<Load> loads, ToDoubleFunction<Load> value) {
    return Bench.rounded(Bench.median(loads.stream().mapToDouble(value).toArray()));
  }

  /**
   * The median of the rounds' ratios of CPU time per query: what the machine did to a round, it did
   * to both.
   */
  static double cpuRatio(List<Load> one, List<Load> other) {
    double[] ratios = new double[one.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = one.get(i).cpuMicrosPerQuery() / other.get(i).cpuMicrosPerQuery();
    }
    return Bench.rounded(Bench.median(ratios));
  }

  /** Runs a generator on the second processor and returns what it prints. */
  static String generate(List<String> command) throws IOException, InterruptedException {
    var pinned = new ArrayList<>(List.of("taskset", "-c", "1"));
    pinned.addAll(command);
    Process generator = new ProcessBuilder(pinned).redirectErrorStream(true).start();
    try {
      String output = new String(generator.getInputStream().readAllBytes());
      if (generator.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
      return output;
    } finally {
      generator.destroy();
    }
  }

  private static double number(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("no \"" + pattern + "\" in what dnsperf printed: " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
