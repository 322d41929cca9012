package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * The real {@code dig}, which asks one server on loopback over UDP and never asks again by itself.
 */
public final class Dig {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Not the server's: dig shares ports (SO_REUSEPORT), and where both have one address it chooses
   * the server's own port once in 28,000 times and hears itself.
   */
  private static final String CLIENT_ADDRESS = "127.0.0.2";

  private final List<String> command;
  private final Function<List<String>, ProcessBuilder> where;

  private Dig(InetSocketAddress server, Function<List<String>, ProcessBuilder> where) {
    this.where = where;
    command =
        List.of(
            "dig",
            "@" + server.getAddress().getHostAddress(),
            "-p",
            Integer.toString(server.getPort()),
            "-b",
            CLIENT_ADDRESS,
            "+time=20",
            "+tries=1");
  }

  public static Dig at(InetSocketAddress server) {
    return new Dig(server, ProcessBuilder::new);
  }

  /**
   * @param where makes a process of a command, as {@link NetworkPair#right} does
   */
  public static Dig at(InetSocketAddress server, Function<List<String>, ProcessBuilder> where) {
    return new Dig(server, where);
  }

  /**
   * What {@code +short} prints: the data of the answers, a line each; empty when there are none.
   *
   * @param question names, each with a type and options behind it, as on the command line
   */
  public String brief(String... question) {
    return run(List.of("+short"), question).strip();
  }

  /** All that is printed: header, EDNS options, every section. */
  public String full(String... question) {
    return run(List.of(), question);
  }

  /**
   * The same as {@link #brief} for any number of names.
   *
   * @param names a file with a name in each line
   */
  public String brief(Path names) {
    return run(List.of("+short", "-f", names.toString())).strip();
  }

  /** Asks until {@link #brief} is as expected; a minute at most. */
  public void awaitBrief(String expected, String... question) {
    Awaitility.await(String.join(" ", question) + " is '" + expected + "'")
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> brief(question), expected::equals);
  }

  /** Begins to ask, from a thread of its own, and goes on until closed. */
  public Vigil expectAllTheTime(String expected, String... question) {
    return new Vigil(expected, question);
  }

  /** Asks the same question over and over. */
  public final class Vigil implements AutoCloseable {
    private static final int PAUSE_MILLIS = 100;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final List<String> others = new ArrayList<>();
    private int asked;

    private Vigil(String expected, String... question) {
      var _ =
          thread.scheduleWithFixedDelay(
              () -> {
                String answer;
                try {
                  answer = brief(question);
                } catch (UncheckedIOException failed) {
                  answer = failed.toString();
                }
                asked++;
                if (!answer.equals(expected)) {
                  others.add(answer);
                }
              },
              0,
              PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);
    }

    /**
     * Stops asking.
     *
     * @throws AssertionError when any answer was another one
     */
    @Override
    public void close() {
      thread.shutdown();
      try {
        if (!thread.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError("dig does not end");
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
      if (asked == 0 || !others.isEmpty()) {
        throw new AssertionError("of " + asked + " answers these were not as expected: " + others);
      }
    }
  }

  private String run(List<String> options, String... question) {
    var whole = new ArrayList<>(command);
    whole.addAll(options);
    whole.addAll(List.of(question));
    try {
      var process = where.apply(whole).redirectErrorStream(true).start();
      process.getOutputStream().close();
      try (var output = process.getInputStream()) {
        return new String(output.readAllBytes(), UTF_8);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
