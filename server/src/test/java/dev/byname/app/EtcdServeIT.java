package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.testkit.Dig;
import dev.byname.testkit.EtcdProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
      ShopInEtcd.put(etcd, "web", "10.0.0.80");
      etcd.etcdctl("put", "/skydns/local/skydns/www/a", "{\"host\": \"192.0.2.1\"}");
      etcd.etcdctl(
          "put", "/skydns/local/skydns/www/b", "{\"host\": \"web.shop.svc.cluster.local\"}");
      try (var server = new TestServer(folder, corefile(etcd))) {
        var dig = Dig.at(server.dns());
        dig.awaitBrief("10.0.0.80", "web.shop.svc.cluster.local");
        dig.awaitBrief("192.0.2.1\nweb.shop.svc.cluster.local.\n10.0.0.80", "www.skydns.local");

        ShopInEtcd.put(etcd, "db", "10.0.0.81");
        etcd.etcdctl("del", "/skydns/local/skydns/www/b");
        dig.awaitBrief("10.0.0.81", "db.shop.svc.cluster.local");
        dig.awaitBrief("192.0.2.1", "www.skydns.local");
        assertThat(dig.brief("-x", "10.0.0.81")).isEqualTo("db.shop.svc.cluster.local.");

        etcd.kill(0);
        assertThat(dig.brief("db.shop.svc.cluster.local")).isEqualTo("10.0.0.81");
        assertThat(dig.brief("www.skydns.local")).isEqualTo("192.0.2.1");
      }
      assertThat(folder.resolve("last")).isNotEmptyFile();

      // A start without etcd: the cluster from the snapshot, which is told, SkyDNS not at all.
      try (var server = new TestServer(folder, corefile(etcd))) {
        var dig = Dig.at(server.dns());
        assertThat(dig.full("db.shop.svc.cluster.local"))
            .contains("status: NOERROR", "10.0.0.81", STALE_ANSWER);
        assertThat(dig.full("db.shop.svc.cluster.local", "AAAA"))
            .contains("status: NOERROR", "ANSWER: 0", STALE_ANSWER);
        assertThat(dig.full("none.shop.svc.cluster.local"))
            .contains("status: NXDOMAIN", STALE_ANSWER);
        assertThat(dig.full("db.shop.svc.cluster.local", "+noedns"))
            .contains("10.0.0.81")
            .doesNotContain("EDE");
        assertThat(dig.full("www.skydns.local")).contains("status: SERVFAIL");
        assertThat(server.scrape()).contains("byname_source_stale 1");

        etcd.restart(0);
        etcd.awaitHealthy();
        ShopInEtcd.delete(etcd, "db");
        dig.awaitBrief("192.0.2.1", "www.skydns.local");
        dig.awaitBrief("", "db.shop.svc.cluster.local");
        assertThat(dig.full("db.shop.svc.cluster.local")).contains("status: NXDOMAIN");
        await("confirmed by etcd")
            .atMost(LIMIT)
            .untilAsserted(() ->
                assertThat(dig.full("web.shop.svc.cluster.local"))
                    .contains("10.0.0.80")
                    .doesNotContain("EDE"));
        assertThat(server.scrape()).contains("byname_source_stale 0");
      }
    }
  }

  @Test
  void waitsForEtcdOnlyAsLongAsItMay() throws IOException {
    try (var etcd = EtcdProcess.in(folder).start()) {
      ShopInEtcd.put(etcd, "web", "10.0.0.80");
      etcd.kill(0);
      try (var server = new TestServer(folder, corefile(etcd))) {
        var dig = Dig.at(server.dns());
        assertThat(dig.full("web.shop.svc.cluster.local"))
            .contains("status: SERVFAIL", "EDE: 14 (Not Ready)");
        assertThat(server.page("/ready").body())
            .contains("kubernetes: ", etcd.clientUrl(0).toString());
        etcd.restart(0);
        dig.awaitBrief("10.0.0.80", "web.shop.svc.cluster.local");
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
}
