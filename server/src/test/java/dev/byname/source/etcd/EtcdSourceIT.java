package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.source.etcd.EtcdConnectionConfig.Credentials;
import dev.byname.source.etcd.EtcdConnectionConfig.Tls;
import dev.byname.testkit.EtcdProcess;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The source against Debian's etcd, which is killed, paused, compacted and set back. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdSourceIT {
  @TempDir Path folder;

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @Test
  void seesWritesAndOutlivesARestart() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start();
        var cluster = new LiveCluster(etcd.clientUrls())) {
      cluster.awaitSynced();
      put(etcd, "web", "10.0.0.1");
      put(etcd, "db", "10.0.0.2");
      cluster.awaitServices("db", "web");

      etcd.kill(0);
      cluster.await("the loss is noticed", () -> !cluster.source.status().connected());
      assertThat(cluster.serviceNames()).as("still answered").containsExactly("db", "web");

      etcd.restart(0);
      etcd.awaitHealthy();
      etcd.etcdctl("del", LiveCluster.key("db"));
      put(etcd, "web", "10.0.0.3");
      cluster.awaitServices("web");
      cluster.awaitClusterIp("web", "10.0.0.3");
      assertThat(cluster.source.status().relists()).isZero();
    }
  }

  @Test
  void startsWithoutEtcdAndSyncsWhenItComes() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start()) {
      put(etcd, "web", "10.0.0.1");
      etcd.kill(0);
      try (var cluster = new LiveCluster(etcd.clientUrls())) {
        cluster.await(
            "the reason is told", () -> cluster.source.status().detail().contains("refused"));
        assertThat(cluster.state.synced()).isFalse();
        etcd.restart(0);
        cluster.awaitSynced();
        assertThat(cluster.serviceNames()).containsExactly("web");
      }
    }
  }

  @Test
  void missesNothingWhenLeadersAreKilledUnderWrites() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        var cluster = new LiveCluster(etcd.clientUrls());
        var executor = Executors.newFixedThreadPool(2);
        var client =
            Client.builder().endpoints(etcd.clientUrls()).executorService(executor).build()) {
      cluster.awaitSynced();
      var acknowledged = new ArrayList<String>();
      for (int round = 0; round < 2; round++) {
        int leader = etcd.leader();
        for (int i = 0; i < 60; i++) {
          if (i == 20) {
            etcd.kill(leader);
          }
          var name = "svc-" + round + "-" + i;
          putUntilAcknowledged(client, name, "10.0.1." + i);
          acknowledged.add(name);
        }
        etcd.restart(leader);
        etcd.awaitHealthy();
      }
      cluster.awaitServices(acknowledged.toArray(String[]::new));
      cluster.awaitConnected();
    }
  }

  @Test
  void leavesAMemberThatHangs() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        var cluster = new LiveCluster(etcd.clientUrls())) {
      cluster.awaitSynced();
      int ours = memberOf(cluster, etcd);
      etcd.pause(ours);
      try {
        etcd.awaitHealthy((ours + 1) % 3);
        try (var executor = Executors.newFixedThreadPool(2);
            var client =
                Client.builder()
                    .endpoints(etcd.clientUrl((ours + 1) % 3))
                    .executorService(executor)
                    .build()) {
          LiveCluster.put(client, "web", "10.0.0.1").get(20, TimeUnit.SECONDS);
        }
        cluster.awaitServices("web");
        assertThat(memberOf(cluster, etcd)).isNotEqualTo(ours);
      } finally {
        etcd.resume(ours);
      }
    }
  }

  /** Restored from a backup: the same revisions will be counted again, for other changes. */
  @Test
  void followsAStoreThatWentBackInTime() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start();
        var cluster = new LiveCluster(etcd.clientUrls())) {
      put(etcd, "web", "10.0.0.1");
      cluster.awaitServices("web");
      etcd.kill(0);
      copy(folder.resolve("etcd-0"), folder.resolve("backup"));
      etcd.restart(0);
      etcd.awaitHealthy();
      for (int i = 0; i < 20; i++) {
        put(etcd, "later", "10.0.0." + (10 + i));
      }
      put(etcd, "web", "10.0.0.2");
      cluster.awaitServices("later", "web");
      cluster.awaitClusterIp("web", "10.0.0.2");

      etcd.kill(0);
      delete(folder.resolve("etcd-0"));
      copy(folder.resolve("backup"), folder.resolve("etcd-0"));
      etcd.restart(0);
      etcd.awaitHealthy();
      put(etcd, "new", "10.0.0.9");
      cluster.awaitServices("new", "web");
      cluster.awaitClusterIp("web", "10.0.0.1");
      assertThat(cluster.source.status().relists()).isEqualTo(1);
    }
  }

  @Test
  void readsAllAgainWhenItsRevisionWasCompactedMeanwhile() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        // Only one of the three, so that the others can go on without us.
        var cluster = new LiveCluster(List.of(etcd.clientUrl(0)))) {
      put(etcd, "stays", "10.0.0.1");
      put(etcd, "goes", "10.0.0.2");
      cluster.awaitServices("goes", "stays");
      etcd.kill(0);
      etcd.awaitHealthy();
      etcd.etcdctl("del", LiveCluster.key("goes"));
      put(etcd, "comes", "10.0.0.3");
      etcd.etcdctl("compact", Long.toString(etcd.revision()));
      etcd.restart(0);
      cluster.awaitServices("comes", "stays");
      assertThat(cluster.source.status().relists()).isEqualTo(1);
    }
  }

  @Test
  void takesTenThousandServicesAsFastAsEtcdDoes() throws Exception {
    int count = 10_000;
    try (var etcd = EtcdProcess.in(folder).start();
        var cluster = new LiveCluster(etcd.clientUrls());
        var executor = Executors.newFixedThreadPool(2);
        var client =
            Client.builder().endpoints(etcd.clientUrls()).executorService(executor).build()) {
      cluster.awaitSynced();
      var underWay = new Semaphore(500);
      var writes = new ArrayList<CompletableFuture<Void>>();
      for (int i = 0; i < count; i++) {
        underWay.acquire();
        writes.add(
            LiveCluster.put(client, "svc-" + i, "10.1." + i / 250 + "." + i % 250)
                .whenComplete((done, failed) -> underWay.release()));
      }
      for (var write : writes) {
        write.get(30, TimeUnit.SECONDS);
      }
      cluster.await("all services", () -> cluster.serviceNames().size() == count);
      cluster.awaitClusterIp("svc-9999", "10.1.39.249");

      // The same again as a list, in pages.
      try (var second = new LiveCluster(etcd.clientUrls())) {
        second.awaitSynced();
        assertThat(second.serviceNames()).hasSize(count);
      }
      assertThat(cluster.source.status().relists()).isZero();
    }
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

  private static int memberOf(LiveCluster cluster, EtcdProcess etcd) {
    cluster.awaitConnected();
    var detail = cluster.source.status().detail();
    for (int member = 0; member < etcd.memberCount(); member++) {
      if (detail.contains(etcd.clientUrl(member).toString())) {
        return member;
      }
    }
    throw new AssertionError(detail);
  }

  /** Without a leader etcd says "timed out", and then it may have written or not. */
  private static void putUntilAcknowledged(Client client, String name, String address) {
    Awaitility.await(name)
        .atMost(Duration.ofSeconds(40))
        .ignoreException(ExecutionException.class)
        .until(() -> {
          LiveCluster.put(client, name, address).get(10, TimeUnit.SECONDS);
          return true;
        });
  }

  private static void put(EtcdProcess etcd, String name, String address) {
    etcd.etcdctl("put", LiveCluster.key(name), LiveCluster.service(name, address));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
