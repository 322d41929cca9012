package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.testkit.Dig;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeAdmin;
import dev.byname.testkit.KubeApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
      create(admin, "doomed", "10.0.7.9");
      create(admin, "db", "None");
      admin.createEndpoints("db", "10.1.0.1");
      try (var byname = started(api)) {
        var dig = Dig.at(byname.dns());
        dig.awaitBrief("10.0.7.1", "web" + ZONE);
        assertThat(dig.brief("doomed" + ZONE)).isEqualTo("10.0.7.9");
        assertThat(dig.brief("db" + ZONE)).isEqualTo("10.1.0.1");
        assertThat(dig.brief("_http._tcp.db" + ZONE, "SRV"))
            .isEqualTo("0 100 80 10-1-0-1.db.default.svc.cluster.local.");
        assertThat(dig.brief("-x", "10.0.7.1")).isEqualTo("web.default.svc.cluster.local.");
        assertThat(dig.full("later" + ZONE)).contains("status: NXDOMAIN");

        create(admin, "later", "10.0.7.2");
        dig.awaitBrief("10.0.7.2", "later" + ZONE);
        admin.deleteEndpoints("db");
        admin.createEndpoints("db", "10.1.0.2");
        dig.awaitBrief("10.1.0.2", "db" + ZONE);
        admin.deleteService("later");
        dig.awaitBrief("", "later" + ZONE);
        assertThat(dig.full("later" + ZONE)).contains("status: NXDOMAIN");

        try (var _ = dig.expectAllTheTime("10.0.7.1", "web" + ZONE)) {
          api.kill();
          awaitMetric(byname, "byname_source_connected 0");
          assertThat(dig.brief("-x", "10.1.0.2"))
              .isEqualTo("10-1-0-2.db.default.svc.cluster.local.");
          changeBehindItsBack(etcd);
          assertThat(dig.full("web" + ZONE))
              .contains("status: NOERROR", "10.0.7.1")
              .doesNotContain("EDE");
          api.restart();
          dig.awaitBrief("10.0.7.3", "behind" + ZONE);
          dig.awaitBrief("", "doomed" + ZONE);
          assertThat(dig.brief("db" + ZONE)).isEqualTo("10.1.0.2");
          awaitMetric(byname, "byname_source_connected 1");
        }
      }
      api.kill();
      // A start without it: what was known last, which is told.
      try (var byname = started(api)) {
        var dig = Dig.at(byname.dns());
        assertThat(dig.full("behind" + ZONE)).contains("10.0.7.3", "EDE: 3 (Stale Answer)");
        assertThat(byname.server().synced()).isFalse();
        api.restart();
        await("the server's own list").atMost(LIMIT).until(byname.server()::synced);
        assertThat(dig.full("behind" + ZONE)).contains("10.0.7.3").doesNotContain("EDE");
      }
    }
  }

  /** Another server's writes, and a compaction that leaves no way to tell of it but a list. */
  private void changeBehindItsBack(EtcdProcess etcd) {
    try (var other = KubeApiServer.start(folder.resolve("other"), etcd);
        var admin = new KubeAdmin(other)) {
      create(admin, "behind", "10.0.7.3");
      admin.deleteService("doomed");
    }
    etcd.etcdctl("compact", Long.toString(etcd.revision()));
  }

  private static void awaitMetric(TestServer byname, String line) {
    await(line)
        .atMost(LIMIT)
        .until(() -> byname.scrape().lines().anyMatch(each -> each.startsWith(line)));
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

  private TestServer started(KubeApiServer api) throws IOException {
    return new TestServer(
        folder,
        """
        .:0 {
          bind 127.0.0.1
          errors
          prometheus 127.0.0.1:0
          kubernetes cluster.local in-addr.arpa {
            kubeconfig %s
            snapshot last
            startup_timeout 30s
          }
        }
        """
            .formatted(api.kubeconfig()));
  }
}
