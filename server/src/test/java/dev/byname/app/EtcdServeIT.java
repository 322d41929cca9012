package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.testkit.EtcdProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

/**
 * A real etcd feeds {@code kubernetes} and {@code etcd}; a real dig asks, also when etcd is gone.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdServeIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final String STALE_ANSWER = "EDE: 3 (Stale Answer)";

  @TempDir Path folder;

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @Test
  void answersFromEtcdAndWithoutIt() throws IOException {
    try (var etcd = EtcdProcess.in(folder).start()) {
      service(etcd, "web", "10.0.0.80");
      etcd.etcdctl("put", "/skydns/local/skydns/www/a", "{\"host\": \"192.0.2.1\"}");
      etcd.etcdctl(
          "put", "/skydns/local/skydns/www/b", "{\"host\": \"web.shop.svc.cluster.local\"}");
      var corefile = Files.writeString(folder.resolve("Corefile"), corefile(etcd));
      try (var server = started(corefile)) {
        awaitAnswer(server, "web.shop.svc.cluster.local", "10.0.0.80");
        awaitAnswer(
            server, "www.skydns.local", "192.0.2.1\nweb.shop.svc.cluster.local.\n10.0.0.80");

        service(etcd, "db", "10.0.0.81");
        etcd.etcdctl("del", "/skydns/local/skydns/www/b");
        awaitAnswer(server, "db.shop.svc.cluster.local", "10.0.0.81");
        awaitAnswer(server, "www.skydns.local", "192.0.2.1");
        assertThat(dig(server, "-x", "10.0.0.81")).isEqualTo("db.shop.svc.cluster.local.");

        etcd.kill(0);
        assertThat(dig(server, "db.shop.svc.cluster.local")).isEqualTo("10.0.0.81");
        assertThat(dig(server, "www.skydns.local")).isEqualTo("192.0.2.1");
      }
      assertThat(folder.resolve("last")).isNotEmptyFile();

      // A start without etcd: the cluster from the snapshot, which is told, SkyDNS not at all.
      try (var server = started(corefile)) {
        assertThat(digInFull(server, "db.shop.svc.cluster.local"))
            .contains("status: NOERROR", "10.0.0.81", STALE_ANSWER);
        assertThat(digInFull(server, "db.shop.svc.cluster.local", "AAAA"))
            .contains("status: NOERROR", "ANSWER: 0", STALE_ANSWER);
        assertThat(digInFull(server, "none.shop.svc.cluster.local"))
            .contains("status: NXDOMAIN", STALE_ANSWER);
        assertThat(digInFull(server, "db.shop.svc.cluster.local", "+noedns"))
            .contains("10.0.0.81")
            .doesNotContain("EDE");
        assertThat(digInFull(server, "www.skydns.local")).contains("status: SERVFAIL");
        assertThat(get(server, "/metrics")).contains("byname_source_stale 1");

        etcd.restart(0);
        etcd.awaitHealthy();
        etcd.etcdctl("del", "/registry/services/specs/shop/db");
        awaitAnswer(server, "www.skydns.local", "192.0.2.1");
        awaitAnswer(server, "db.shop.svc.cluster.local", "");
        assertThat(digInFull(server, "db.shop.svc.cluster.local")).contains("status: NXDOMAIN");
        await("confirmed by etcd")
            .atMost(LIMIT)
            .untilAsserted(() ->
                assertThat(digInFull(server, "web.shop.svc.cluster.local"))
                    .contains("10.0.0.80")
                    .doesNotContain("EDE"));
        assertThat(get(server, "/metrics")).contains("byname_source_stale 0");
      }
    }
  }

  @Test
  void waitsForEtcdOnlyAsLongAsItMay() throws IOException {
    try (var etcd = EtcdProcess.in(folder).start()) {
      service(etcd, "web", "10.0.0.80");
      etcd.kill(0);
      var corefile = Files.writeString(folder.resolve("Corefile"), corefile(etcd));
      try (var server = started(corefile)) {
        assertThat(digInFull(server, "web.shop.svc.cluster.local"))
            .contains("status: SERVFAIL", "EDE: 14 (Not Ready)");
        assertThat(get(server, "/ready")).contains("kubernetes: ", etcd.clientUrl(0).toString());
        etcd.restart(0);
        awaitAnswer(server, "web.shop.svc.cluster.local", "10.0.0.80");
      }
    }
  }

  private static String corefile(EtcdProcess etcd) {
    return """
    .:0 {
      bind 127.0.0.1
      errors
      ready 127.0.0.1:0
      prometheus 127.0.0.1:0
      kubernetes cluster.local in-addr.arpa {
        etcd %1$s
        snapshot last
        startup_timeout 100ms
      }
      etcd skydns.local {
        endpoint %1$s
      }
    }
    """
        .formatted(etcd.clientUrl(0));
  }

  private static BynameServer started(Path corefile) {
    var server = new BynameServer(corefile, -1, Map.of());
    server.start();
    return server;
  }

  private static void service(EtcdProcess etcd, String name, String address) {
    etcd.etcdctl(
        "put",
        "/registry/services/specs/shop/" + name,
        """
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s", "namespace": "shop"},
         "spec": {"clusterIP": "%s", "ports": [{"name": "http", "port": 80}]}}\
        """
            .formatted(name, address));
  }

  private static void awaitAnswer(BynameServer server, String name, String expected) {
    await(name + " is " + expected)
        .atMost(LIMIT)
        .until(() -> dig(server, name), answer -> answer.equals(expected));
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

  private static String get(BynameServer server, String page) throws IOException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://" + server.adminAddress(page))).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> command(BynameServer server) {
    int port = server.listeners().all().getFirst().address().getPort();
    return new ArrayList<>(
        List.of("dig", "@127.0.0.1", "-p", Integer.toString(port), "+time=5", "+tries=2"));
  }

  private static String run(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
