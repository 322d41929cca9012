package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeAdmin;
import dev.byname.testkit.KubeApiServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real kube-apiserver feeds {@code kubernetes}; a real dig asks at every step. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubernetesServeIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String ZONE = ".default.svc.cluster.local";

  @TempDir Path folder;

  @BeforeAll
  static void aServerIsThere() {
    KubeApiServer.assumeAvailable();
  }

  @Test
  void answersWhatTheServerHasAndWithoutItWhatItHad() throws IOException {
    try (var etcd = EtcdProcess.in(folder).start();
        var api = KubeApiServer.start(folder.resolve("api"), etcd, "--etcd-compaction-interval=0");
        var admin = new KubeAdmin(api)) {
      create(admin, "web", "10.0.7.1");
      create(admin, "db", "None");
      admin.createEndpoints("db", "10.1.0.1");
      try (var byname = started(api)) {
        awaitAnswer(byname, "10.0.7.1", "web" + ZONE);
        assertThat(dig(byname, "db" + ZONE)).isEqualTo("10.1.0.1");
        assertThat(dig(byname, "_http._tcp.db" + ZONE, "SRV"))
            .isEqualTo("0 100 80 10-1-0-1.db.default.svc.cluster.local.");
        assertThat(dig(byname, "-x", "10.0.7.1")).isEqualTo("web.default.svc.cluster.local.");
        assertThat(digInFull(byname, "later" + ZONE)).contains("status: NXDOMAIN");

        create(admin, "later", "10.0.7.2");
        awaitAnswer(byname, "10.0.7.2", "later" + ZONE);
        admin.deleteEndpoints("db");
        admin.createEndpoints("db", "10.1.0.2");
        awaitAnswer(byname, "10.1.0.2", "db" + ZONE);
        admin.deleteService("later");
        awaitAnswer(byname, "", "later" + ZONE);
        assertThat(digInFull(byname, "later" + ZONE)).contains("status: NXDOMAIN");

        api.kill();
        assertThat(dig(byname, "web" + ZONE)).isEqualTo("10.0.7.1");
        assertThat(dig(byname, "-x", "10.1.0.2"))
            .isEqualTo("10-1-0-2.db.default.svc.cluster.local.");
        changeBehindItsBack(etcd);
        assertThat(digInFull(byname, "web" + ZONE))
            .contains("status: NOERROR", "10.0.7.1")
            .doesNotContain("EDE");
        api.restart();
        awaitAnswer(byname, "10.0.7.3", "behind" + ZONE);
        assertThat(dig(byname, "db" + ZONE)).isEqualTo("10.1.0.2");
        assertThat(dig(byname, "web" + ZONE)).isEqualTo("10.0.7.1");
      }
      api.kill();
      // A start without it: what was known last, which is told.
      try (var byname = started(api)) {
        assertThat(digInFull(byname, "behind" + ZONE))
            .contains("10.0.7.3", "EDE: 3 (Stale Answer)");
        assertThat(byname.synced()).isFalse();
        api.restart();
        await("the server's own list").atMost(LIMIT).until(byname::synced);
        assertThat(digInFull(byname, "behind" + ZONE)).contains("10.0.7.3").doesNotContain("EDE");
      }
    }
  }

  /** Another server's write, and a compaction that leaves no way to tell of it but a list. */
  private void changeBehindItsBack(EtcdProcess etcd) {
    try (var other = KubeApiServer.start(folder.resolve("other"), etcd);
        var admin = new KubeAdmin(other)) {
      create(admin, "behind", "10.0.7.3");
    }
    etcd.etcdctl("compact", Long.toString(etcd.revision()));
  }

  private static void create(KubeAdmin admin, String name, String address) {
    admin.create(
        "/api/v1/namespaces/default/services",
        """
        {"metadata": {"name": "%s"},
         "spec": {"clusterIP": "%s", "ports": [{"name": "http", "port": 80}]}}
        """
            .formatted(name, address));
  }

  private BynameServer started(KubeApiServer api) throws IOException {
    var corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            .:0 {
              bind 127.0.0.1
              errors
              kubernetes cluster.local in-addr.arpa {
                kubeconfig %s
                snapshot last
                startup_timeout 30s
              }
            }
            """
                .formatted(api.kubeconfig()));
    var server = new BynameServer(corefile, -1, Map.of());
    server.start();
    return server;
  }

  private static void awaitAnswer(BynameServer server, String expected, String... question) {
    await(question[0] + " is " + expected)
        .atMost(LIMIT)
        .until(() -> dig(server, question), answer -> answer.equals(expected));
  }

  private static String dig(BynameServer server, String... question) throws IOException {
    var command = command(server);
    command.add("+short");
    command.addAll(List.of(question));
    return run(command).strip();
  }

  private static String digInFull(BynameServer server, String... question) throws IOException {
    var command = command(server);
    command.addAll(List.of(question));
    return run(command);
  }

  private static List<String> command(BynameServer server) {
    int port = server.listeners().all().getFirst().address().getPort();
    return new ArrayList<>(
        List.of("dig", "@127.0.0.1", "-p", Integer.toString(port), "+time=10", "+tries=2"));
  }

  private static String run(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
