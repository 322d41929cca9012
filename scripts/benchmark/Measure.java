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

  /** User and system time of the children of this process that have ended, in microseconds. */
  private static double endedChildrenCpuMicros() throws IOException {
    String[] fields = statFields("/proc/self/stat");
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND * 1e6;
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
    Name owner = Name.fromString(name);
    byte[] query = Message.newQuery(Record.newRecord(owner, Type.value(type), DClass.IN)).toWire();
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

  /** Whether the server answers as the cluster says it must. */
  static boolean right(int port, Cluster.Query query) throws IOException {
    Message answer = ask(port, query.name(), query.type(), Duration.ofSeconds(2));
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
   * What one run of dnsperf showed.
   *
   * @param completed queries that were answered
   * @param cpuMicrosPerQuery of the server
   * @param serverBusy the part of the time that the server's processor worked for it, about 1 when
   *     it was the bottleneck
   * @param latencyMicros sorted; empty unless they were asked for
   */
  record Load(
      long completed,
      long lost,
      double queriesPerSecond,
      double cpuMicrosPerQuery,
      double serverBusy,
      double generatorBusy,
      double[] latencyMicros) {
    double percentileMicros(double percentile) {
      int index = (int) Math.ceil(percentile / 100 * latencyMicros.length) - 1;
      return latencyMicros.length == 0 ? Double.NaN : latencyMicros[Math.max(0, index)];
    }
  }

  private static final Pattern COMPLETED = Pattern.compile("Queries completed: +(\\d+)");
  private static final Pattern LOST = Pattern.compile("Queries lost: +(\\d+)");
  private static final Pattern RUN_TIME = Pattern.compile("Run time \\(s\\): +([0-9.]+)");

  /**
   * Runs dnsperf on the second processor against a server.
   *
   * @param rate queries a second; 0 for as many as the server takes
   * @param more arguments for dnsperf
   */
  static Load load(
      Process server, int port, Path queries, double seconds, int rate, List<String> more)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of("taskset", "-c", "1", "dnsperf", "-s", "127.0.0.1", "-p", "" + port));
    command.addAll(List.of("-d", queries.toString(), "-l", "" + Math.max(1, Math.round(seconds))));
    command.addAll(List.of("-t", "2"));
    command.addAll(more);
    if (rate > 0) {
      command.addAll(List.of("-Q", "" + rate, "-v"));
    }
    Path output = Files.createTempFile("dnsperf", ".out");
    double serverBefore = cpuMicros(server);
    double generatorBefore = endedChildrenCpuMicros();
    Process dnsperf =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int exit = dnsperf.waitFor();
      double serverMicros = cpuMicros(server) - serverBefore;
      double generatorMicros = endedChildrenCpuMicros() - generatorBefore;
      List<String> lines = Files.readAllLines(output, java.nio.charset.StandardCharsets.ISO_8859_1);
      if (exit != 0) {
        throw new IOException(String.join(" ", command) + ": " + String.join("\n", lines));
      }
      String summary = String.join("\n", lines.stream().filter(l -> l.startsWith("  ")).toList());
      long completed = Math.round(number(COMPLETED, summary));
      double ranMicros = number(RUN_TIME, summary) * 1e6;
      return new Load(
          completed,
          Math.round(number(LOST, summary)),
          completed / ranMicros * 1e6,
          serverMicros / completed,
          serverMicros / ranMicros,
          generatorMicros / ranMicros,
          lines.stream()
              .filter(l -> l.startsWith("> "))
              .mapToDouble(Measure::latency)
              .sorted()
              .toArray());
    } finally {
      dnsperf.destroy();
      Files.delete(output);
    }
  }

  /** Of a line like {@code > NOERROR name A 0.000123}; a lost query counts as two seconds. */
  private static double latency(String line) {
    return line.startsWith("> T ")
        ? 2e6
        : Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) * 1e6;
  }

  private static double number(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("dnsperf did not print \"" + pattern + "\": " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
