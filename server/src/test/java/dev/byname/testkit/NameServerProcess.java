package dev.byname.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another name server (nsd, knotd, unbound, dnsmasq, …) in the foreground, on a loopback port. */
public final class NameServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final int port;

  private NameServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Where the program is; Debian keeps servers off the PATH of ordinary users. */
  public static Optional<Path> find(String program) {
    return Stream.concat(
            Stream.of("/usr/sbin", "/sbin"),
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":")))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A port of 127.0.0.1 that was free for UDP and TCP a moment ago. */
  public static int freePort() throws IOException {
    var loopback = InetAddress.getLoopbackAddress();
    while (true) {
      try (var tcp = new ServerSocket(0, 1, loopback);
          var _ = new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort()))) {
        return tcp.getLocalPort();
      } catch (BindException taken) {
        // by UDP; another one then
      }
    }
  }

  /**
   * Starts a server and waits until it takes TCP connections.
   *
   * @param log where its output goes, and what is shown when it does not come up
   */
  public static NameServerProcess start(List<String> command, int port, Path log)
      throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    var server = new NameServerProcess(process, port);
    try {
      await().atMost(PATIENCE).until(() -> server.accepts() || !process.isAlive());
    } catch (RuntimeException slow) {
      server.close();
      throw slow;
    }
    if (!process.isAlive()) {
      throw new IOException(command + " has ended: " + Files.readString(log));
    }
    return server;
  }

  public int port() {
    return port;
  }

  private boolean accepts() {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Ends the process and those that it has started. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException hurry) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
