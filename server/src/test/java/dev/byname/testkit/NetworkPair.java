package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Two network namespaces joined by one cable that can be pulled: what is sent meanwhile is lost in
 * silence, as behind a dead switch. Each side has its own loopback and an address of 10.77.0.0/24.
 */
public final class NetworkPair implements AutoCloseable {
  public static final String LEFT_ADDRESS = "10.77.0.1";
  public static final String RIGHT_ADDRESS = "10.77.0.2";

  private final String left;
  private final String right;

  private NetworkPair(String name) {
    left = name + "-l";
    right = name + "-r";
  }

  /** Skips the calling test, with the reason, where namespaces cannot be made. */
  public static void assumeAllowed() {
    Assumptions.assumeTrue(
        EtcdProcess.find("ip").isPresent(), "skipped: ip (iproute2) is not on the PATH");
    try {
      var pair = new NetworkPair(name());
      pair.run("ip", "netns", "add", pair.left);
      pair.run("ip", "netns", "del", pair.left);
    } catch (IllegalStateException refused) {
      Assumptions.abort(
          "skipped: network namespaces need root (CAP_SYS_ADMIN): " + refused.getMessage());
    }
  }

  /** Makes both namespaces and the cable. */
  public static NetworkPair create() {
    var pair = new NetworkPair(name());
    try {
      pair.run("ip", "netns", "add", pair.left);
      pair.run("ip", "netns", "add", pair.right);
      pair.run(
          "ip",
          "-n",
          pair.left,
          "link",
          "add",
          "cable",
          "type",
          "veth",
          "peer",
          "name",
          "cable",
          "netns",
          pair.right);
      pair.configure(pair.left, LEFT_ADDRESS);
      pair.configure(pair.right, RIGHT_ADDRESS);
      return pair;
    } catch (RuntimeException failed) {
      pair.close();
      throw failed;
    }
  }

  /** A command that runs in the left namespace. */
  public ProcessBuilder left(List<String> command) {
    return in(left, command);
  }

  /** A command that runs in the right namespace. */
  public ProcessBuilder right(List<String> command) {
    return in(right, command);
  }

  /** Pulls the cable; the right side is not told. */
  public void cut() {
    run("ip", "-n", left, "link", "set", "cable", "down");
  }

  /** Plugs it in again. */
  public void heal() {
    run("ip", "-n", left, "link", "set", "cable", "up");
  }

  /** Removes both; the processes in them are the test's to end. */
  @Override
  public void close() {
    for (String namespace : List.of(left, right)) {
      if (Path.of("/var/run/netns", namespace).toFile().exists()) {
        run("ip", "netns", "del", namespace);
      }
    }
  }

  private static String name() {
    return "byname-" + Integer.toString(ThreadLocalRandom.current().nextInt(0x1000000), 36);
  }

  private void configure(String namespace, String address) {
    run("ip", "-n", namespace, "link", "set", "lo", "up");
    run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "cable");
    run("ip", "-n", namespace, "link", "set", "cable", "up");
  }

  private static ProcessBuilder in(String namespace, List<String> command) {
    var whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    whole.addAll(command);
    return new ProcessBuilder(whole);
  }

  private void run(String... command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            String.join(" ", Stream.of(command).toList()) + ": " + output.strip());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
