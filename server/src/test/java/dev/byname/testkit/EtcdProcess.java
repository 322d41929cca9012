package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's etcd as processes of the test: one node or a cluster, each member with a data directory
 * that survives {@link #kill} and {@link #restart}.
 *
 * <p>The members listen on a loopback address that no other process uses (127.x.y.z, chosen at
 * random), always with the same ports, so a restarted member finds its port free whatever else runs
 * on the machine.
 *
 * <pre>{@code
 * EtcdProcess.assumeInstalled();
 * try (var etcd = EtcdProcess.in(temporaryFolder).members(3).start()) {
 *   var client = Client.builder().endpoints(etcd.clientUrls()).build();
 *   etcd.kill(etcd.leader());
 * }
 * }</pre>
 *
 * Used by one test thread, except that signals may be sent from another.
 */
public final class EtcdProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final int FIRST_CLIENT_PORT = 2379;
  private static final int FIRST_PEER_PORT = 12380;

  private final Path folder;
  private final String host;
  private final Function<List<String>, ProcessBuilder> where;
  private final int memberCount;
  private final @Nullable TestCertificates certificates;
  private final List<String> extraArguments;

  /** By member; the process that runs it or the last one that did. */
  private final Process[] processes;

  private EtcdProcess(Builder builder) {
    folder = builder.folder;
    memberCount = builder.memberCount;
    certificates = builder.certificates;
    extraArguments = List.copyOf(builder.extraArguments);
    host = builder.host == null ? freeLoopbackAddress(memberCount) : builder.host;
    where = builder.where;
    processes = new Process[memberCount];
  }

  /** Skips the calling test, with the reason, where there is no etcd or etcdctl on the PATH. */
  public static void assumeInstalled() {
    for (var program : List.of("etcd", "etcdctl")) {
      Assumptions.assumeTrue(
          find(program).isPresent(), () -> "skipped: " + program + " is not on the PATH");
    }
  }

  /**
   * @param folder an existing folder for the members' data and logs
   */
  public static Builder in(Path folder) {
    return new Builder(folder);
  }

  /** What a cluster is started with. */
  public static final class Builder {
    private final Path folder;
    private final List<String> extraArguments = new ArrayList<>();
    private int memberCount = 1;
    private @Nullable TestCertificates certificates;
    private @Nullable String host;
    private Function<List<String>, ProcessBuilder> where = ProcessBuilder::new;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /**
     * @param count 1, 3 or 5
     */
    public Builder members(int count) {
      memberCount = count;
      return this;
    }

    /** Serves clients over TLS and demands a certificate of the same authority from them. */
    public Builder tls() {
      host = freeLoopbackAddress(memberCount);
      certificates = TestCertificates.create(folder.resolve("certificates"), host);
      return this;
    }

    /** An argument of the etcd program, for all members. */
    public Builder argument(String argument) {
      extraArguments.add(argument);
      return this;
    }

    /**
     * Runs, with all its commands, in another network namespace.
     *
     * @param address of that namespace, where nobody else listens
     * @param namespace makes a process of a command, as {@link NetworkPair#left} does
     */
    public Builder at(String address, Function<List<String>, ProcessBuilder> namespace) {
      host = address;
      where = namespace;
      return this;
    }

    /** Starts all members and waits until the cluster has a leader. */
    public EtcdProcess start() {
      var etcd = new EtcdProcess(this);
      try {
        for (var member = 0; member < etcd.memberCount; member++) {
          etcd.launch(member);
        }
        etcd.awaitHealthy();
        return etcd;
      } catch (RuntimeException | Error failed) {
        etcd.close();
        throw failed;
      }
    }
  }

  public int memberCount() {
    return memberCount;
  }

  /** One URL per member, also of members that are down. */
  public List<URI> clientUrls() {
    return IntStream.range(0, memberCount).mapToObj(this::clientUrl).toList();
  }

  public URI clientUrl(int member) {
    var scheme = certificates == null ? "http" : "https";
    return URI.create(scheme + "://" + host + ":" + (FIRST_CLIENT_PORT + member));
  }

  /** Present when started with {@link Builder#tls}. */
  public TestCertificates certificates() {
    if (certificates == null) {
      throw new IllegalStateException("started without TLS");
    }
    return certificates;
  }

  /** {@code kill -9}; returns when the process is gone. */
  public void kill(int member) {
    var process = processes[member];
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGSTOP: the member keeps its connections and answers nothing. */
  public void pause(int member) {
    Signals.send("STOP", processes[member].pid());
  }

  /** SIGCONT. */
  public void resume(int member) {
    Signals.send("CONT", processes[member].pid());
  }

  public boolean isAlive(int member) {
    return processes[member].isAlive();
  }

  /** Starts a killed member again on its old data directory and port. */
  public void restart(int member) {
    if (processes[member].isAlive()) {
      throw new IllegalStateException("member " + member + " still runs");
    }
    launch(member);
  }

  /** Waits until every running member answers a linearizable read, so until there is a leader. */
  public void awaitHealthy() {
    for (var member = 0; member < memberCount; member++) {
      if (processes[member].isAlive()) {
        awaitHealthy(member);
      }
    }
  }

  /** Waits until this member answers a linearizable read. */
  public void awaitHealthy(int member) {
    Awaitility.await("etcd member " + member + " of " + folder)
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .pollDelay(Duration.ZERO)
        .until(() -> {
          if (!processes[member].isAlive()) {
            throw new IllegalStateException("etcd ended: " + lastLines(member));
          }
          return run(member, List.of("endpoint", "health")).exitCode() == 0;
        });
  }

  /** The member that leads at the moment. */
  public int leader() {
    for (var member = 0; member < memberCount; member++) {
      if (processes[member].isAlive()) {
        // Comma separated: endpoint, id, version, size, is leader, …
        var status = etcdctl(member, "endpoint", "status").strip().split(",\\s*");
        if (status[4].equals("true")) {
          return member;
        }
      }
    }
    throw new IllegalStateException("no running member leads");
  }

  /** The revision of the store, as the first running member knows it. */
  public long revision() {
    var json = etcdctl("get", "no-such-key", "-w", "json");
    var matcher = java.util.regex.Pattern.compile("\"revision\":(\\d+)").matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no revision in " + json);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Runs etcdctl (API version 3) against the first running member and returns what it printed. */
  public String etcdctl(String... arguments) {
    for (var member = 0; member < memberCount; member++) {
      if (processes[member].isAlive()) {
        return etcdctl(member, arguments);
      }
    }
    throw new IllegalStateException("no member runs");
  }

  private String etcdctl(int member, String... arguments) {
    var result = run(member, List.of(arguments));
    if (result.exitCode() != 0) {
      throw new IllegalStateException(
          "etcdctl " + String.join(" ", arguments) + ": " + result.output());
    }
    return result.output();
  }

  /** Ends all members; their data stays in the folder. */
  @Override
  public void close() {
    for (var member = 0; member < memberCount; member++) {
      if (processes[member] != null) {
        kill(member);
      }
    }
  }

  private void launch(int member) {
    var command = new ArrayList<String>();
    command.add("etcd");
    command.add("--name=m" + member);
    command.add("--data-dir=" + folder.resolve("etcd-" + member));
    command.add("--listen-client-urls=" + clientUrl(member));
    command.add("--advertise-client-urls=" + clientUrl(member));
    command.add("--listen-peer-urls=" + peerUrl(member));
    command.add("--initial-advertise-peer-urls=" + peerUrl(member));
    command.add("--initial-cluster-token=" + folder.getFileName());
    command.add(
        "--initial-cluster="
            + IntStream.range(0, memberCount)
                .mapToObj(other -> "m" + other + "=" + peerUrl(other))
                .collect(Collectors.joining(",")));
    // A tenth of the defaults: losing the leader then costs a test tenths of a second.
    command.add("--heartbeat-interval=20");
    command.add("--election-timeout=200");
    command.add("--logger=zap");
    if (certificates != null) {
      command.add("--cert-file=" + certificates.serverCertificate());
      command.add("--key-file=" + certificates.serverKey());
      command.add("--trusted-ca-file=" + certificates.authority());
      command.add("--client-cert-auth");
    }
    command.addAll(extraArguments);
    try {
      processes[member] =
          where
              .apply(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log(member).toFile()))
              .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Result run(int member, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add("etcdctl");
    command.add("--endpoints=" + clientUrl(member));
    command.add("--dial-timeout=2s");
    command.add("--command-timeout=3s");
    if (certificates != null) {
      command.add("--cacert=" + certificates.authority());
      command.add("--cert=" + certificates.clientCertificate());
      command.add("--key=" + certificates.clientKey());
    }
    command.addAll(arguments);
    var builder = where.apply(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    try {
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Result(-1, "no end within 30 s: " + output);
      }
      return new Result(process.exitValue(), output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Result(-1, "interrupted");
    }
  }

  private record Result(int exitCode, String output) {}

  private URI peerUrl(int member) {
    return URI.create("http://" + host + ":" + (FIRST_PEER_PORT + member));
  }

  private Path log(int member) {
    return folder.resolve("etcd-" + member + ".log");
  }

  private String lastLines(int member) {
    try (Stream<String> lines = Files.lines(log(member))) {
      var all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - 5), all.size()));
    } catch (IOException unreadable) {
      return "no log: " + unreadable.getMessage();
    }
  }

  static Optional<Path> find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String freeLoopbackAddress(int members) {
    for (var attempt = 0; attempt < 100; attempt++) {
      var random = new byte[2];
      ThreadLocalRandom.current().nextBytes(random);
      var address = "127.77.%d.%d".formatted(random[0] & 0xff, 1 + (random[1] & 0xff) % 254);
      if (IntStream.range(0, members)
          .allMatch(member ->
              isFree(address, FIRST_CLIENT_PORT + member)
                  && isFree(address, FIRST_PEER_PORT + member))) {
        return address;
      }
    }
    throw new IllegalStateException("no free loopback address for etcd found");
  }

  private static boolean isFree(String address, int port) {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(address), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
