package dev.byname.resolverconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.store.Commit.Committed;
import dev.byname.resolverconfig.store.Commit.Conflict;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.TcpProxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real etcd, and what only a network can do to a transaction. */
class EtcdStoreIT extends StoreContract {
  @TempDir static Path folder;
  private static EtcdProcess etcd;

  /** Every test has its own keys. */
  private final String prefix = "/" + UUID.randomUUID();

  @BeforeAll
  static void startEtcd() {
    EtcdProcess.assumeInstalled();
    etcd = EtcdProcess.in(folder).start();
  }

  @AfterAll
  static void stopEtcd() {
    if (etcd != null) {
      etcd.close();
    }
  }

  @Override
  ObjectStore open() {
    return EtcdStore.open(config(etcd.clientUrl(0)));
  }

  private EtcdConfig config(URI endpoint) {
    return config(List.of(endpoint), Optional.empty());
  }

  private EtcdConfig config(List<URI> endpoints, Optional<EtcdConfig.Credentials> credentials) {
    return new EtcdConfig(
        endpoints,
        prefix,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        credentials,
        Duration.ofSeconds(2),
        5);
  }

  @Test
  void keysAreThoseOfTheApiServer() {
    try (var store = EtcdStore.open(EtcdConfig.of(etcd.clientUrls()))) {
      put(store, WEB, "{}");
      assertThat(etcd.etcdctl("get", "--prefix", "/registry/"))
          .isEqualTo("/registry/services/specs/default/web\n{}\n");
      etcd.etcdctl("del", "--prefix", "/registry/");
    }
  }

  /** etcd did the work, the answer got lost: the second attempt finds out. */
  @Test
  void aLostAnswerIsFoundOutToBeACommit() {
    try (var proxy = proxy();
        var store = EtcdStore.open(config(through(proxy)))) {
      put(store, RANGE, "0");
      var before = etcd.revision();
      proxy.swallowAnswers();
      var commit =
          CompletableFuture.supplyAsync(() ->
              store.commit(
                  Transaction.changing(WEB)
                      .expect(WEB, Transaction.ABSENT)
                      .put(WEB, bytes("uid 1"))
                      .build()));
      Awaitility.await().until(() -> etcd.revision() > before);
      proxy.cut();
      assertThat(commit.join()).isEqualTo(new Committed(Map.of(WEB, before + 1)));
      assertThat(etcd.revision()).as("written once").isEqualTo(before + 1);
    }
  }

  @Test
  void aLostDeleteIsFoundOutToBeACommit() {
    try (var proxy = proxy();
        var store = EtcdStore.open(config(through(proxy)))) {
      var version = put(store, WEB, "uid 1");
      var before = etcd.revision();
      proxy.swallowAnswers();
      var commit =
          CompletableFuture.supplyAsync(() ->
              store.commit(Transaction.changing(WEB).expect(WEB, version).delete(WEB).build()));
      Awaitility.await().until(() -> etcd.revision() > before);
      proxy.cut();
      assertThat(commit.join()).isEqualTo(new Committed(Map.of()));
    }
  }

  /** The answer got lost, and so did the race: somebody else's value is there. */
  @Test
  void aLostAnswerAfterALostRaceIsAConflict() {
    try (var proxy = proxy();
        var store = EtcdStore.open(config(through(proxy)))) {
      var version = put(store, WEB, "uid 1");
      put(store, WEB, "uid 2");
      proxy.swallowAnswers();
      var commit =
          CompletableFuture.supplyAsync(() ->
              store.commit(
                  Transaction.changing(WEB).expect(WEB, version).put(WEB, bytes("uid 3")).build()));
      Awaitility.await().until(() -> proxy.swallowedBytes() > 0);
      proxy.cut();
      assertThat(commit.join()).isEqualTo(new Conflict(WEB));
    }
  }

  @Test
  void anEtcdThatCannotBeReachedIsAnErrorThatNamesIt() {
    try (var store = EtcdStore.open(config(URI.create("http://127.77.0.254:1")))) {
      assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
          .isInstanceOfSatisfying(
              StoreException.class, failed -> assertThat(failed.outcomeUnknown()).isFalse())
          .hasMessageMatching(
              "cannot read from etcd at http://127.77.0.254:1: Connection refused[^\n]*");
    }
  }

  @Test
  void aMemberThatStopsIsPassedBy(@TempDir Path data) {
    try (var cluster = EtcdProcess.in(data).members(3).start();
        var store = EtcdStore.open(config(cluster.clientUrls(), Optional.empty()))) {
      put(store, WEB, "1");
      for (var member = 0; member < 3; member++) {
        cluster.pause(member);
        put(store, WEB, "with member " + member + " paused");
        cluster.resume(member);
        cluster.awaitHealthy();
      }
      var leader = cluster.leader();
      cluster.kill(leader);
      put(store, WEB, "without the leader");
      cluster.restart(leader);
      cluster.awaitHealthy();
      assertThat(store.read(Set.of(WEB), Set.of()).get(WEB).map(StoredValue::bytes))
          .contains(bytes("without the leader"));
    }
  }

  @Test
  void aRestartOnOldDataKeepsWhatWasCommitted(@TempDir Path data) {
    try (var node = EtcdProcess.in(data).start();
        var store = EtcdStore.open(config(node.clientUrl(0)))) {
      var version = put(store, WEB, "1");
      node.kill(0);
      node.restart(0);
      assertThat(store.read(Set.of(WEB), Set.of()).version(WEB)).isEqualTo(version);
    }
  }

  @Test
  void usersAndPasswordsAreUsed(@TempDir Path data) {
    try (var node = EtcdProcess.in(data).start()) {
      node.etcdctl("user", "add", "root:s3cret");
      node.etcdctl("user", "grant-role", "root", "root");
      node.etcdctl("auth", "enable");
      var good = Optional.of(new EtcdConfig.Credentials("root", "s3cret"));
      try (var store = EtcdStore.open(config(node.clientUrls(), good))) {
        put(store, WEB, "1");
      }
      var bad = Optional.of(new EtcdConfig.Credentials("root", "guess"));
      try (var store = EtcdStore.open(config(node.clientUrls(), bad))) {
        assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
            .hasMessageContaining("authentication failed, invalid user ID or password");
      }
      try (var store = EtcdStore.open(config(node.clientUrls(), Optional.empty()))) {
        assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
            .hasMessageContaining("user name is empty");
      }
      assertThat(good.get()).hasToString("root");
    }
  }

  @Test
  void tlsWithClientCertificatesIsUsed(@TempDir Path data) throws Exception {
    try (var node = EtcdProcess.in(data).tls().start()) {
      var files = node.certificates();
      try (var store =
          EtcdStore.open(
              tls(node, Optional.of(files.authority()), Optional.of(files.clientCertificate())))) {
        put(store, WEB, "1");
        assertThat(store.description()).startsWith("etcd at https://");
      }
      try (var store =
          EtcdStore.open(tls(node, Optional.of(files.authority()), Optional.empty()))) {
        assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
            .isInstanceOf(StoreException.class);
      }
      try (var store =
          EtcdStore.open(tls(node, Optional.empty(), Optional.of(files.clientCertificate())))) {
        assertThatThrownBy(() -> store.read(Set.of(WEB), Set.of()))
            .hasMessageContaining("unable to find valid certification path");
      }
      var missing = data.resolve("missing.pem");
      assertThatThrownBy(() -> EtcdStore.open(tls(node, Optional.of(missing), Optional.empty())))
          .hasMessage(missing + ": no such file");
      var nonsense = Files.writeString(data.resolve("nonsense.pem"), "nonsense");
      assertThatThrownBy(() ->
              EtcdStore.open(tls(node, Optional.of(files.authority()), Optional.of(nonsense))))
          .hasMessage(nonsense + ": holds no PEM certificate");
    }
  }

  private EtcdConfig tls(EtcdProcess node, Optional<Path> authority, Optional<Path> certificate) {
    return new EtcdConfig(
        node.clientUrls(),
        prefix,
        authority,
        certificate,
        certificate.map(any -> node.certificates().clientKey()),
        Optional.empty(),
        Duration.ofSeconds(2),
        2);
  }

  private static TcpProxy proxy() {
    var url = etcd.clientUrl(0);
    return TcpProxy.to(new InetSocketAddress(url.getHost(), url.getPort()));
  }

  private static URI through(TcpProxy proxy) {
    return URI.create("http://127.0.0.1:" + proxy.address().getPort());
  }
}
