package dev.byname.resolverconfig.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A network of its own with nothing but loopback, and files of its own under {@code /etc}: what
 * {@code ip netns exec} mounts from {@code /etc/netns/NAME}. Needs root and iproute2.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Path etc;

  /** How a command ended. */
  public record Run(int exitCode, String output) {}

  private NetworkNamespace(String name) {
    this.name = name;
    this.etc = Path.of("/etc/netns", name);
  }

  /** A new namespace, or the test is skipped with the reason printed. */
  public static NetworkNamespace createOrSkip() {
    var name = "byname-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    var made = runOrSkip("ip", "netns", "add", name);
    skipUnless(made.exitCode() == 0, "no network namespace can be made: " + made.output().strip());
    var namespace = new NetworkNamespace(name);
    namespace.mustRun("ip", "link", "set", "lo", "up");
    return namespace;
  }

  /** The test is skipped, and says why, where a program is missing. */
  public static void skipWithout(String program, String... versionArguments) {
    var command = new ArrayList<>(List.of(program));
    command.addAll(List.of(versionArguments));
    runOrSkip(command.toArray(String[]::new));
  }

  private static void skipUnless(boolean possible, String reason) {
    if (!possible) {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    }
  }

  private static Run runOrSkip(String... command) {
    try {
      return finish(start(List.of(command)));
    } catch (IOException e) {
      skipUnless(false, command[0] + " is not installed");
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code ip netns} knows it. */
  public String name() {
    return name;
  }

  /** Where others find it. */
  public Path path() {
    return Path.of("/var/run/netns", name);
  }

  /** Gives loopback one more address. */
  public void addAddress(String address) {
    mustRun("ip", "addr", "add", address, "dev", "lo");
  }

  /** Writes a file that stands in for {@code /etc/NAME} in here. */
  public Path etcFile(String file, String content) {
    try {
      Files.createDirectories(etc);
      return Files.writeString(etc.resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command in here to its end. */
  public Run run(String... command) {
    try {
      return finish(start(inside(command)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command in here that must succeed; its output. */
  public String mustRun(String... command) {
    var run = run(command);
    if (run.exitCode() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + run.output());
    }
    return run.output();
  }

  /** Starts a command in here; standard output and error go to {@code log}. */
  public Process start(Path log, String... command) {
    try {
      return new ProcessBuilder(inside(command))
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> inside(String... command) {
    var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(List.of(command));
    return words;
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static Run finish(Process process) throws IOException {
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("does not end: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return new Run(process.exitValue(), output);
  }

  /** Removes the namespace and its files. */
  @Override
  public void close() {
    try {
      finish(start(List.of("ip", "netns", "delete", name)));
      if (Files.exists(etc)) {
        try (var files = Files.walk(etc)) {
          for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
