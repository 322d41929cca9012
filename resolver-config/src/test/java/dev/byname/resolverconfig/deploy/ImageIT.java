package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image that {@code scripts/image} builds from the jars of this build, run by podman as the
 * manifests run it, in a network of its own.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path IMAGE = Tool.ROOT.resolve("resolver-config/target/image");

  @TempDir Path folder;
  private String reference;

  /** Not deleted by JUnit, which cannot: layers hold folders that are read-only. */
  private Path storage;

  @BeforeAll
  void build() throws IOException {
    Tool.assumeInstalled("podman", "--version");
    Tool.assumeInstalled("runc", "--version");
    Tool.assumeInstalled("dpkg-deb", "--version");
    Assumptions.assumeTrue(
        Tool.run(List.of("id", "-u")).output().strip().equals("0"),
        "skipped: containers with a network namespace of the test need root");
    try (Stream<Path> files = Files.list(Tool.ROOT.resolve("resolver-config/target"))) {
      Assumptions.assumeTrue(
          files.anyMatch(file -> file.getFileName().toString().endsWith(".jar")),
          "skipped: there are no jars; mvn package makes them");
    }
    var built = Tool.run(List.of(Tool.ROOT.resolve("scripts/image").toString(), "--built"));
    assertThat(built.exitCode()).as(built.output()).isZero();
    storage = Files.createTempDirectory("byname-podman");
    var loaded = podman("load", "--quiet", "--input", IMAGE.resolve("byname.tar").toString());
    var line = loaded.lines().filter(l -> l.startsWith("Loaded image")).findFirst().orElseThrow();
    reference = line.substring(line.indexOf(':') + 1).strip();
  }

  @AfterAll
  void remove() {
    if (storage != null) {
      Tool.run(List.of("rm", "-rf", storage.toString()));
    }
  }

  @Test
  void asThePodIsGivenTheCapabilityByCriO() throws Exception {
    answersOnPort53(true);
  }

  @Test
  void asThePodIsGivenTheSysctl() throws Exception {
    answersOnPort53(false);
  }

  @Test
  void itTellsWhatIsInIt() throws IOException {
    var parts = new JsonMapper().readTree(IMAGE.resolve("sbom.cdx.json").toFile());
    assertThat(parts.path("bomFormat").asString()).isEqualTo("CycloneDX");
    var names = new ArrayList<String>();
    for (var component : parts.path("components")) {
      names.add(component.path("name").asString());
      assertThat(component.path("version").asString()).as(component.toString()).isNotBlank();
      assertThat(component.path("purl").asString()).startsWith("pkg:");
    }
    try (Stream<Path> jars = Files.list(IMAGE.resolve("app/opt/byname/lib"))) {
      assertThat(names).hasSizeGreaterThan((int) jars.count());
    }
    assertThat(names).contains("byname-server", "byname-resolver-config", "libc6", "java-runtime");
    var labels = podman("inspect", "--format", "{{.Labels}} {{.User}}", reference);
    assertThat(labels).contains("org.opencontainers.image.revision:", "65532:65532");
  }

  private void answersOnPort53(boolean capability) throws Exception {
    var config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("Corefile"),
        """
        .:53 {
            errors
            health
            ready
            kubernetes cluster.local in-addr.arpa {
                manifests /demo
            }
            prometheus :9153
            loadbalance
        }
        """);
    for (var path : List.of(folder, config)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    try (var network = NetworkNamespace.createOrSkip()) {
      network.addAddress("10.0.0.10/32");
      var name = "byname-" + ProcessHandle.current().pid() + "-" + System.identityHashCode(network);
      var options = new ArrayList<String>();
      if (capability) {
        options.add("--cap-add=NET_BIND_SERVICE");
      } else {
        network.mustRun("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start");
      }
      options.addAll(
          List.of(
              "--network=ns:" + network.path(),
              "--read-only",
              "--read-only-tmpfs=false",
              "--cap-drop=all",
              "--security-opt=no-new-privileges",
              "--memory=170m",
              "--ulimit=nofile=1024:20000",
              "--ulimit=nproc=1024:1024",
              // A JVM that cannot use the AOT cache ends instead of being slow.
              "--env=JDK_JAVA_OPTIONS=-XX:AOTMode=on",
              "--volume=" + config + ":/etc/byname:ro",
              "--volume=" + Tool.ROOT.resolve("conf/demo") + ":/demo:ro"));
      var run = new ArrayList<>(List.of("run", "--detach", "--name=" + name));
      run.addAll(options);
      run.add(reference);
      podman(run.toArray(String[]::new));
      try {
        await("an answer")
            .atMost(LIMIT)
            .until(() -> {
              assertThat(podman("inspect", "--format={{.State.Running}}", name).strip())
                  .as(() -> Tool.run(command("logs", name)).output())
                  .isEqualTo("true");
              return network
                  .run(
                      "dig",
                      "@10.0.0.10",
                      "+short",
                      "+tries=1",
                      "reviews.default.svc.cluster.local")
                  .output()
                  .strip()
                  .equals("10.0.0.157");
            });
        assertThat(
                network.mustRun("dig", "@10.0.0.10", "+tcp", "+short", "-x", "10.0.0.46").strip())
            .isEqualTo("mongodb.kube-system.svc.cluster.local.");

        var pid = podman("inspect", "--format={{.State.Pid}}", name).strip();
        var status = Files.readString(Path.of("/proc", pid, "status"));
        assertThat(status).containsPattern("Uid:\\s+65532\\s+65532").contains("NoNewPrivs:\t1");
        assertThat(status)
            .as("no capability but NET_BIND_SERVICE (bit 10)")
            .containsPattern("CapBnd:\\s+0000000000000[04]00\n");
        assertThat(Files.readString(Path.of("/proc", pid, "cmdline")).split("\0"))
            .contains("/opt/byname/jre/bin/java", "-Xmx80m");

        podman("stop", "--time=60", name);
        assertThat(podman("inspect", "--format={{.State.OOMKilled}} {{.State.ExitCode}}", name))
            .as("ended by SIGTERM, as told")
            .isEqualTo("false 143\n");
        assertThat(Tool.run(command("logs", name)).output()).contains("BynameServer: stopped");
      } finally {
        Tool.run(command("rm", "--force", "--time=0", name));
      }
    }
  }

  private String podman(String... arguments) {
    var run = Tool.run(command(arguments));
    assertThat(run.exitCode()).as(String.join(" ", arguments) + ": " + run.output()).isZero();
    return run.output();
  }

  /** Storage of the test alone, and no engine that a machine would have to have. */
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
}
