package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * podman with storage of the test alone, and without an engine that a machine would have to have.
 */
final class Podman implements AutoCloseable {
  /** Not deleted by JUnit, which cannot: layers hold folders that are read-only. */
  private final Path storage;

  private int containers;

  Podman() {
    try {
      storage = Files.createTempDirectory("byname-podman");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loads an archive; the image's name. */
  String load(Path archive) {
    var loaded = run("load", "--quiet", "--input", archive.toString());
    var line = loaded.lines().filter(l -> l.startsWith("Loaded image")).findFirst().orElseThrow();
    return line.substring(line.indexOf(':') + 1).strip();
  }

  /** What a command that must succeed prints. */
  String run(String... arguments) {
    var run = Tool.run(command(arguments));
    assertThat(run.exitCode()).as(String.join(" ", arguments) + ": " + run.output()).isZero();
    return run.output();
  }

  private List<String> command(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                "podman",
                "--root=" + storage.resolve("root"),
                "--runroot=" + storage.resolve("run"),
                "--storage-driver=vfs",
                "--cgroup-manager=cgroupfs",
                "--runtime=runc"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Starts a container; closing it removes it. */
  Container start(
      NetworkNamespace network, String image, List<String> options, List<String> arguments) {
    var name = "byname-" + ProcessHandle.current().pid() + "-" + ++containers;
    var command =
        new ArrayList<>(
            List.of(
                "run",
                "--detach",
                "--name=" + name,
                "--network=ns:" + network.path(),
                // More than a container in a container may ask for is the default.
                "--ulimit=nofile=1024:20000",
                "--ulimit=nproc=1024:1024"));
    command.addAll(options);
    command.add(image);
    command.addAll(arguments);
    run(command.toArray(String[]::new));
    return new Container(name);
  }

  @Override
  public void close() {
    Tool.run(List.of("rm", "-rf", storage.toString()));
  }

  /** A container that was started. */
  final class Container implements AutoCloseable {
    private final String name;

    private Container(String name) {
      this.name = name;
    }

    String inspect(String format) {
      return run("inspect", "--format=" + format, name).strip();
    }

    String logs() {
      return Tool.run(command("logs", name)).output();
    }

    void assertRunning() {
      assertThat(inspect("{{.State.Running}}")).as(this::logs).isEqualTo("true");
    }

    /** SIGTERM, and waits for its end. */
    void stop() {
      run("stop", "--time=60", name);
    }

    @Override
    public void close() {
      Tool.run(command("rm", "--force", "--time=0", name));
    }
  }
}
