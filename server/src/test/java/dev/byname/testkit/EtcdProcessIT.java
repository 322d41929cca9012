package dev.byname.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit itself: what other tests rely on when they kill, pause and restart members. */
class EtcdProcessIT {
  @TempDir Path folder;

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @Test
  void aKilledNodeComesBackWithItsData() {
    try (var etcd = EtcdProcess.in(folder).start()) {
      etcd.etcdctl("put", "key", "value");
      etcd.kill(0);
      assertThat(etcd.isAlive(0)).isFalse();
      etcd.restart(0);
      etcd.awaitHealthy();
      assertThat(etcd.etcdctl("get", "key", "--print-value-only")).isEqualTo("value\n");
    }
  }

  @Test
  void aClusterOfThreeElectsAnotherLeaderWhenTheFirstIsPaused() {
    try (var etcd = EtcdProcess.in(folder).members(3).start()) {
      var leader = etcd.leader();
      etcd.pause(leader);
      var other = (leader + 1) % 3;
      etcd.awaitHealthy(other);
      etcd.resume(leader);
      etcd.awaitHealthy();
      assertThat(etcd.leader()).isNotEqualTo(leader);
    }
  }

  @Test
  void servesTlsToClientsWithACertificate() {
    try (var etcd = EtcdProcess.in(folder).tls().start()) {
      assertThat(etcd.clientUrl(0).getScheme()).isEqualTo("https");
      etcd.etcdctl("put", "key", "value");
      assertThat(etcd.revision()).isEqualTo(2);
    }
  }
}
