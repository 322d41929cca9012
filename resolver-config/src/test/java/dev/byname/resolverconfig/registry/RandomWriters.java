package dev.byname.resolverconfig.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Several {@link RandomWriter}s on one store, and what must hold when they have ended. */
final class RandomWriters implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path folder;
  private final String store;
  private final Random seeds;
  private final List<Process> processes = new ArrayList<>();

  RandomWriters(Path folder, String store, int count, Random seeds) {
    this.folder = folder;
    this.store = store;
    this.seeds = seeds;
    for (var i = 0; i < count; i++) {
      processes.add(launch(i));
    }
  }

  int count() {
    return processes.size();
  }

  long pid(int writer) {
    return processes.get(writer).pid();
  }

  boolean isAlive(int writer) {
    return processes.get(writer).isAlive();
  }

  /** {@code kill -9}. */
  void kill(int writer) {
    var process = processes.get(writer);
    assertAlive(writer);
    process.destroyForcibly();
    join(process);
  }

  /** A new process that goes on under the old name. */
  void restart(int writer) {
    processes.set(writer, launch(writer));
  }

  /** Requests that some writer has begun. */
  long begun(int writer) {
    return lines(writer).stream().filter(line -> line.startsWith("BEGIN ")).count();
  }

  private long ended() {
    var ended = 0L;
    for (var i = 0; i < count(); i++) {
      ended += lines(i).stream().filter(line -> line.startsWith("END ")).count();
    }
    return ended;
  }

  /** Waits until so many more requests have ended. */
  void awaitProgress(int requests) {
    var goal = ended() + requests;
    Awaitility.await("progress of writers")
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          for (var i = 0; i < count(); i++) {
            assertAlive(i);
          }
          return ended() >= goal;
        });
  }

  /** Waits until this writer begins another request. */
  void awaitBegin(int writer) {
    var before = begun(writer);
    Awaitility.await("writer " + writer)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> {
          assertAlive(writer);
          return begun(writer) > before;
        });
  }

  /** Lets all end what they have begun. */
  void finish() {
    for (var i = 0; i < count(); i++) {
      try {
        processes.get(i).getOutputStream().close();
      } catch (IOException ended) {
        // Said below.
      }
      join(processes.get(i));
      assertThat(processes.get(i).exitValue()).as(errors(i)).isZero();
    }
  }

  /**
   * No value is held twice, none is lost, and every Service holds what its writer was told.
   *
   * @return how many Services there were whose last word is known
   */
  int check(ObjectStore opened, String seed) throws RefusedException {
    var report =
        new Allocations(
                opened, RandomWriter.RANGES, InstantSource.system(), seeds, () -> Declared.NOTHING)
            .audit();
    assertThat(report.findings()).as(seed).isEmpty();
    var registry =
        new Registry(opened, RandomWriter.RANGES, InstantSource.system(), seeds, List::of);
    var listing = registry.list(Optional.empty());
    assertThat(listing.unreadable()).as(seed).isEmpty();
    var held = new HashMap<String, String>();
    var heldAt = new HashMap<String, String>();
    for (var service : listing.services()) {
      var key = new ServiceObject(service).key().toString();
      var version = service.at("/metadata/resourceVersion").stringValue();
      held.put(key, RandomWriter.held(service));
      heldAt.put(key + "@" + version, RandomWriter.held(service));
    }
    var checked = 0;
    for (var i = 0; i < count(); i++) {
      var told = new Told("w" + i, lines(i));
      assertThat(told.wrong).as(seed).isEmpty();
      for (var own : told.own.entrySet()) {
        var there = Optional.ofNullable(held.get(own.getKey()));
        assertThat(there)
            .as("%s, %s of writer %d", seed, own.getKey(), i)
            .isEqualTo(own.getValue());
        checked++;
      }
      told.atVersion.forEach((keyAtVersion, text) -> {
        if (heldAt.containsKey(keyAtVersion)) {
          assertThat(text).as("%s, %s", seed, keyAtVersion).isEqualTo(heldAt.get(keyAtVersion));
        }
      });
    }
    return checked;
  }

  @Override
  public void close() {
    processes.forEach(process -> {
      process.destroyForcibly();
      join(process);
    });
  }

  /** What one writer was told, read from its lines. */
  private static final class Told {
    /** The last word about its own Services; a Service of unknown fate is not in it. */
    final Map<String, Optional<String>> own = new HashMap<>();

    final Map<String, String> atVersion = new HashMap<>();
    final List<String> wrong = new ArrayList<>();

    Told(String name, List<String> lines) {
      for (var i = 0; i < lines.size(); i++) {
        var begin = lines.get(i).split(" ", 3);
        if (!begin[0].equals("BEGIN")) {
          continue;
        }
        var key = begin[2];
        var isOwn = key.startsWith(name + "/");
        var end = i + 1 < lines.size() ? lines.get(i + 1).split(" ", 5) : new String[] {""};
        // A writer that was killed has no end of its last request.
        var verdict = end[0].equals("END") ? end[2] : "UNKNOWN";
        switch (verdict) {
          case "APPLIED" -> {
            atVersion.put(key + "@" + end[3], end[4]);
            if (isOwn) {
              own.put(key, Optional.of(end[4]));
            }
          }
          case "GONE" -> {
            if (isOwn) {
              own.put(key, Optional.empty());
            }
          }
          case "UNKNOWN" -> own.remove(key);
          case "FAILED", "REPAIRED" -> {
            // Nothing has changed.
          }
          default -> wrong.add(lines.get(i + 1));
        }
      }
    }
  }

  private Process launch(int writer) {
    try {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "-XX:+UseSerialGC",
              "-Xmx128m",
              "--sun-misc-unsafe-memory-access=allow",
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              RandomWriter.class.getName(),
              store,
              Long.toString(seeds.nextLong()),
              "w" + writer,
              log(writer).toString())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.appendTo(errorLog(writer).toFile()))
          .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void assertAlive(int writer) {
    if (!processes.get(writer).isAlive()) {
      throw new AssertionError("writer " + writer + " ended by itself: " + errors(writer));
    }
  }

  private List<String> lines(int writer) {
    try {
      return Files.exists(log(writer)) ? Files.readAllLines(log(writer)) : List.of();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private String errors(int writer) {
    try {
      return Files.readString(errorLog(writer));
    } catch (IOException failed) {
      return failed.toString();
    }
  }

  private Path log(int writer) {
    return folder.resolve("writer-" + writer + ".log");
  }

  private Path errorLog(int writer) {
    return folder.resolve("writer-" + writer + ".err");
  }

  private static void join(Process process) {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
