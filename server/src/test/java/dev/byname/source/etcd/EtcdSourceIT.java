package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.source.etcd.EtcdConnectionConfig.Credentials;
import dev.byname.source.etcd.EtcdConnectionConfig.Tls;
import dev.byname.testkit.EtcdProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What only the source shows of a real etcd: how it is let in, and what it costs. What it answers
 * is asked in {@code EtcdClusterServeIT}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdSourceIT {
  @TempDir Path folder;

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @Test
  void connectsWithClientCertificates() throws Exception {
    try (var etcd = EtcdProcess.in(folder).tls().start()) {
      var files = etcd.certificates();
      put(etcd, "web", "10.0.0.1");
      var config = EtcdConnectionConfig.of(etcd.clientUrl(0));
      var good = new Tls(files.authority(), files.clientCertificate(), files.clientKey(), null);
      try (var cluster = new LiveCluster(EtcdSourceConfig.of(config.withTls(good)))) {
        cluster.awaitServices("web");
      }
      var noCertificate = new Tls(files.authority(), null, null, null);
      try (var cluster = new LiveCluster(EtcdSourceConfig.of(config.withTls(noCertificate)))) {
        cluster.await(
            "the refusal is told",
            () -> cluster.source.status().detail().startsWith("etcd at https://"));
        assertThat(cluster.state.synced()).isFalse();
      }
      var missing = folder.resolve("missing.pem");
      var noFile = new Tls(missing, null, null, null);
      try (var cluster = new LiveCluster(EtcdSourceConfig.of(config.withTls(noFile)))) {
        cluster.await(
            "the file is named",
            () ->
                cluster
                    .source
                    .status()
                    .detail()
                    .endsWith("tls authority " + missing + ": no such file"));
      }
      // Another name than the certificate has.
      var otherName =
          new Tls(files.authority(), files.clientCertificate(), files.clientKey(), "other.example");
      try (var cluster = new LiveCluster(EtcdSourceConfig.of(config.withTls(otherName)))) {
        cluster.await(
            "the name is not accepted",
            () -> cluster.source.status().detail().contains("other.example"));
        assertThat(cluster.state.synced()).isFalse();
      }
    }
  }

  @Test
  void connectsWithUserAndPasswordAndOutlivesItsToken() throws Exception {
    try (var etcd = EtcdProcess.in(folder).argument("--auth-token-ttl=2").start()) {
      put(etcd, "web", "10.0.0.1");
      etcd.etcdctl("role", "add", "dns");
      etcd.etcdctl("role", "grant-permission", "dns", "read", "/registry/", "/registry0");
      etcd.etcdctl("user", "add", "dns:right");
      etcd.etcdctl("user", "grant-role", "dns", "dns");
      etcd.etcdctl("user", "add", "root:root");
      etcd.etcdctl("user", "grant-role", "root", "root");
      etcd.etcdctl("auth", "enable");
      var connection = EtcdConnectionConfig.of(etcd.clientUrl(0));
      var config =
          new EtcdSourceConfig(
              connection.withCredentials(new Credentials("dns", "right")),
              "/registry",
              Duration.ofSeconds(2));
      try (var cluster = new LiveCluster(config)) {
        cluster.awaitServices("web");
        // The store forgets the token; the next check needs a new one.
        etcd.kill(0);
        etcd.restart(0);
        Awaitility.await("etcd with authentication")
            .atMost(Duration.ofSeconds(20))
            .ignoreException(IllegalStateException.class)
            .until(() -> etcd.etcdctl("--user=root:root", "get", "x").isEmpty());
        etcd.etcdctl(
            "--user=root:root",
            "put",
            LiveCluster.key("db"),
            LiveCluster.service("db", "10.0.0.2"));
        cluster.awaitServices("db", "web");
      }
      var wrong = EtcdSourceConfig.of(connection.withCredentials(new Credentials("dns", "wrong")));
      try (var cluster = new LiveCluster(wrong)) {
        cluster.await(
            "the refusal is told",
            () -> cluster.source.status().detail().contains("invalid user ID or password"));
        assertThat(cluster.state.synced()).isFalse();
      }
      try (var cluster = new LiveCluster(EtcdSourceConfig.of(connection))) {
        cluster.await(
            "the missing user is told",
            () -> cluster.source.status().detail().contains("user name is empty"));
      }
    }
  }

  @Test
  void usesFewThreads() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start();
        var cluster = new LiveCluster(etcd.clientUrls())) {
      cluster.awaitSynced();
      for (int i = 0; i < 5; i++) {
        etcd.kill(0);
        cluster.await("the loss is noticed", () -> !cluster.source.status().connected());
        etcd.restart(0);
        cluster.awaitConnected();
      }
      var threads =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.contains("grpc") || name.contains("etcd"))
              .toList();
      assertThat(threads.size())
          .as("%s", threads)
          .isLessThanOrEqualTo(4 + 2 * Runtime.getRuntime().availableProcessors());
    }
  }

  private static void put(EtcdProcess etcd, String name, String address) {
    etcd.etcdctl("put", LiveCluster.key(name), LiveCluster.service(name, address));
  }
}
