package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.app.Byname;
import dev.byname.resolverconfig.resolvconf.Limits;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The seed's pod: a network of its own, a resolv.conf that Byname rendered, Byname at 10.0.0.10,
 * and the resolvers of libc and busybox.
 */
class RenderedResolvConfIT {
  @TempDir Path folder;
  private NetworkNamespace pod;
  private Process server;

  @BeforeEach
  void startByname() throws Exception {
    pod = NetworkNamespace.createOrSkip();
    pod.addAddress("10.0.0.10/32");
    pod.etcFile("nsswitch.conf", "hosts: files dns\n");
    pod.etcFile("hosts", "127.0.0.1 localhost\n");
    var node =
        new NodeDns(
            List.of("10.0.0.10"), "cluster.local", Optional.empty(), List.of(), Limits.CURRENT);
    pod.etcFile("resolv.conf", PodResolvConf.build(PodDns.clusterFirst("default"), node).render());
    var corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            .:53 {
                bind 10.0.0.10
                errors
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                    manifests %s
                }
            }
            """
                .formatted(Path.of(System.getProperty("byname.root"), "conf", "demo")));
    var log = folder.resolve("log");
    server =
        pod.start(
            log,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Byname.class.getName(),
            "serve",
            "-conf",
            corefile.toString());
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> {
          assertThat(server.isAlive()).as(() -> read(log)).isTrue();
          return pod.run("getent", "hosts", "kubernetes").exitCode() == 0;
        });
  }

  @AfterEach
  void stopByname() throws InterruptedException {
    if (server != null) {
      server.descendants().forEach(ProcessHandle::destroy);
      server.destroy();
      server.waitFor();
    }
    if (pod != null) {
      pod.close();
    }
  }

  @Test
  void theSeedsNamesResolveAsInThePod() {
    assertThat(pod.mustRun("getent", "hosts", "reviews").split("\\s+"))
        .containsExactly("10.0.0.157", "reviews.default.svc.cluster.local");
    assertThat(pod.mustRun("getent", "hosts", "mongodb.kube-system").split("\\s+"))
        .containsExactly("10.0.0.46", "mongodb.kube-system.svc.cluster.local");

    NetworkNamespace.skipWithout("busybox", "true");
    // busybox goes through the search list for names without a dot, and asks others as given.
    assertThat(pod.run("busybox", "nslookup", "reviews").output())
        .contains("Name:\treviews.default.svc.cluster.local\nAddress: 10.0.0.157\n");
    assertThat(pod.run("busybox", "nslookup", "mongodb.kube-system.svc.cluster.local").output())
        .contains("Name:\tmongodb.kube-system.svc.cluster.local\nAddress: 10.0.0.46\n");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
