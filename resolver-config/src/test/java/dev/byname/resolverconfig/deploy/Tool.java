package dev.byname.resolverconfig.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs that the tests of this package run. */
final class Tool {
  /** The repository. */
  static final Path ROOT = Path.of(System.getProperty("byname.root", "..")).toAbsolutePath();

  /** How a command ended; output holds standard error, too. */
  record Run(int exitCode, String output) {}

  private Tool() {}

  /** Skips the calling test, with the reason, where a program cannot be started. */
  static void assumeInstalled(String... commandThatSucceeds) {
    try {
      new ProcessBuilder(commandThatSucceeds)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException missing) {
      System.out.println("skipped: " + commandThatSucceeds[0] + " is not on the PATH");
      Assumptions.abort("skipped: " + commandThatSucceeds[0] + " is not on the PATH");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Starts a main class of this class path in a JVM that is small. */
  static String[] java(Class<?> main, String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }

  /** What a command that must succeed printed on standard output; errors go to the test's own. */
  static String output(String... command) {
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Runs a command to its end, at most five minutes. */
  static Run run(List<String> command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("does not end: " + String.join(" ", command));
      }
      return new Run(process.exitValue(), output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
