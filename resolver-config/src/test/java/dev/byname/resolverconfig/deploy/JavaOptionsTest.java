package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code scripts/java-options} makes of a control group's limits. */
class JavaOptionsTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  @BeforeAll
  static void shell() {
    Tool.assumeInstalled("sh", "-c", "true");
  }

  @ParameterizedTest
  @CsvSource({
    // limit in MiB, CPU quota, processors of the node, options
    "170, max 100000, 0-1, -Xmx80m",
    "170, max 100000, 0-63, -Xmx80m -XX:ActiveProcessorCount=4",
    "170, 50000 100000, 0-63, -Xmx80m", // the JVM counts by the quota
    "128, max 100000, 0, -XX:TieredStopAtLevel=1 -Xmx53m",
    "64, max 100000, 0, -XX:TieredStopAtLevel=1 -Xmx24m",
    "2048, max 100000, '0-3,6-7', -Xmx1536m"
  })
  void theLimitDecides(long mib, String quota, String online, String expected) throws IOException {
    Files.writeString(folder.resolve("memory.max"), mib * MIB + "\n");
    Files.writeString(folder.resolve("cpu.max"), quota + "\n");
    assertThat(options(online)).isEqualTo(expected);

    // The same said by control groups of version 1.
    Files.delete(folder.resolve("memory.max"));
    Files.delete(folder.resolve("cpu.max"));
    Files.createDirectories(folder.resolve("memory"));
    Files.createDirectories(folder.resolve("cpu"));
    Files.writeString(folder.resolve("memory/memory.limit_in_bytes"), mib * MIB + "\n");
    Files.writeString(
        folder.resolve("cpu/cpu.cfs_quota_us"),
        (quota.startsWith("max") ? "-1" : quota.substring(0, quota.indexOf(' '))) + "\n");
    assertThat(options(online)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"memory.max, max", "memory/memory.limit_in_bytes, 9223372036854771712", "none, ''"})
  void withoutALimitTheHeapHasOneAllTheSame(String file, String content) throws IOException {
    Files.createDirectories(folder.resolve("memory"));
    Files.writeString(folder.resolve(file), content + "\n");
    assertThat(options("0-63")).isEqualTo("-Xmx512m");
  }

  private String options(String online) throws IOException {
    var cpus = Files.writeString(folder.resolve("online"), online + "\n");
    var script =
        ". %s; cgroup=%s; cpus=%s; memory_options; echo \"$memory_options\""
            .formatted(Tool.ROOT.resolve("scripts/java-options"), folder, cpus);
    return Tool.run(List.of("sh", "-euc", script)).output().strip();
  }
}
