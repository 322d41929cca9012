package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.testkit.NameServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code scripts/bench} compares equals: what its generator makes from a seed, as manifests and as
 * zone files, gets the same answers from every server. That the benchmark compiles and starts is
 * seen on the way.
 */
class BenchIT {
  private static final Path ROOT =
      Path.of(System.getProperty("byname.root", "..")).toAbsolutePath().normalize();

  @TempDir private Path folder;

  @Test
  void allServersGiveTheSameAnswers() throws Exception {
    for (String program : new String[] {"nsd", "dnsperf", "taskset"}) {
      assumeTrue(NameServerProcess.find(program).isPresent(), program + " is not installed");
    }
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "the benchmark needs two");
    var standIn = standInForCoreDns();
    var builder =
        new ProcessBuilder(
                ROOT.resolve("scripts/bench").toString(),
                "--part",
                "check",
                "--only",
                "byname,nsd,coredns",
                "--out",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    var environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("BENCH_CLASSPATH", System.getProperty("java.class.path"));
    environment.put("TMPDIR", folder.toString());
    environment.merge("PATH", standIn.getParent().toString(), (path, first) -> first + ":" + path);
    Process bench = builder.start();
    boolean ended = bench.waitFor(300, TimeUnit.SECONDS);
    if (!ended) {
      bench.destroy(); // it stops what it has started
      bench.waitFor();
    }

    var log = Files.readString(folder.resolve("log"));
    assertThat(ended).as(log).isTrue();
    assertThat(bench.exitValue()).as(log).isZero();
    var rows =
        JsonMapper.builder().build().readTree(folder.resolve("check.json").toFile()).get("result");
    assertThat(rows.values())
        .as(log)
        .extracting(row -> row.get("server").stringValue())
        .containsExactly("byname", "nsd", "coredns");
    assertThat(rows.values()).as(log).allSatisfy(BenchIT::hasNoDifference);
  }

  private static void hasNoDifference(JsonNode row) {
    assertThat(row.get("asked").intValue()).isPositive();
    assertThat(row.get("wrong").intValue()).isZero();
    assertThat(row.get("unlikeByname").intValue()).isZero();
  }

  /**
   * No package brings a coredns; Byname reads the Corefile that is written for it, which has
   * nothing but the zone files, in its place.
   */
  private Path standInForCoreDns() throws IOException {
    Path program = Files.createDirectory(folder.resolve("bin")).resolve("coredns");
    Files.writeString(
        program,
        """
        #!/bin/sh
        [ "$1" != -version ] || { echo CoreDNS-1.14.7; exit; }
        exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m \\
          --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
          -cp '%s' dev.byname.app.Byname serve "$@"
        """
            .formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }
}
