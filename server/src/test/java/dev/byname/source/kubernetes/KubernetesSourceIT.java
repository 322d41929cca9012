package dev.byname.source.kubernetes;

import static dev.byname.source.kubernetes.KubernetesHarness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Pace;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeAdmin;
import dev.byname.testkit.KubeApiServer;
import dev.byname.testkit.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a real kube-apiserver that is too old for EndpointSlice v1, so endpoints come from
 * core/v1 Endpoints. The tests share the server and use objects of different names. What is
 * answered while it is killed and compacted is asked in {@code KubernetesServeIT}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class KubernetesSourceIT {
  private static final Pace PACE =
      new Pace(
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(90),
          Duration.ofMinutes(5),
          Duration.ofMillis(200),
          Duration.ofSeconds(10), // what a machine under load may need to tell of a change
          Duration.ofSeconds(1));

  private Path folder;
  private TestCertificates certificates;
  private EtcdProcess etcd;
  private KubeApiServer api;
  private KubeAdmin admin;
  private KubernetesHarness byname;

  @BeforeAll
  void aCluster(@TempDir Path folder) {
    this.folder = folder;
    KubeApiServer.assumeAvailable();
    certificates = TestCertificates.create(folder.resolve("client-pki"), "127.0.0.1");
    etcd = EtcdProcess.in(folder).start();
    api = start(folder.resolve("api"));
    admin = new KubeAdmin(api);
  }

  @AfterAll
  void endCluster() {
    if (admin != null) {
      admin.close();
    }
    if (api != null) {
      api.close();
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  @AfterEach
  void end() {
    if (byname != null) {
      byname.close();
    }
  }

  @Test
  void servicesAndEndpointsOfAnOldClusterAreFollowed() throws Exception {
    admin.createService("web", "");
    admin.createEndpoints("web", "10.1.0.1", "10.1.0.2");
    start(config(token(KubeApiServer.ADMIN_TOKEN)));
    assertThat(byname.clusterIp("web")).startsWith("10.0.");
    assertThat(byname.clusterIp("kubernetes")).isEqualTo("10.0.0.1");
    assertThat(byname.endpoints("web")).containsExactly("10.1.0.1", "10.1.0.2");
    assertThat(byname.state.namespaceExists("kube-system")).isTrue();
    assertThat(byname.status().detail())
        .contains("v1.20.2", "endpoints from core/v1 Endpoints")
        .doesNotContain("waiting");

    admin.deleteEndpoints("web");
    admin.createEndpoints("web", "10.1.0.3");
    admin.createService("web-later", "");
    eventually(() -> {
      assertThat(byname.endpoints("web")).containsExactly("10.1.0.3");
      assertThat(byname.clusterIp("web-later")).isNotEmpty();
    });
    admin.deleteService("web-later");
    eventually(() -> assertThat(byname.clusterIp("web-later")).isEmpty());
  }

  @Test
  void listsLongerThanAPageAreComplete() throws Exception {
    for (int i = 0; i < 25; i++) {
      admin.createService("page-" + i, "");
    }
    start(config(token(KubeApiServer.ADMIN_TOKEN)));
    assertThat(byname.state.keys(Kind.SERVICE).stream().map(ObjectKey::name))
        .filteredOn(name -> name.startsWith("page-"))
        .hasSize(25);
  }

  @Test
  void labelsAndNamespacesAreSelectedByTheServer() throws Exception {
    admin.createService("labelled", "\"tier\":\"front\"");
    admin.createService("unlabelled", "");
    admin.create("/api/v1/namespaces", "{\"metadata\":{\"name\":\"other\"}}");
    admin.create(
        "/api/v1/namespaces/other/services",
        "{\"metadata\":{\"name\":\"far\",\"labels\":{\"tier\":\"front\"}},\"spec\":{\"ports\":[{\"port\":1}]}}");
    var config = config(token(KubeApiServer.ADMIN_TOKEN));
    start(
        new KubernetesSourceConfig(
            config.access(),
            Set.of("default"),
            "",
            "tier in (front),!hidden",
            true,
            true,
            false,
            false,
            100,
            100,
            0,
            10,
            PACE));
    assertThat(byname.state.keys(Kind.SERVICE).stream().map(ObjectKey::toString))
        .containsExactly("default/labelled");
    assertThat(byname.state.keys(Kind.NAMESPACE).stream().map(ObjectKey::toString))
        .containsExactly("default");
  }

  @Test
  void withoutRightsTheStatusSaysWhichAreMissingAndTheyTakeEffectAtOnce() throws Exception {
    byname = new KubernetesHarness();
    byname.start(config(token(KubeApiServer.READER_TOKEN)));
    eventually(() ->
        assertThat(byname.status().detail())
            .contains(
                "waiting for the first list of",
                "User \"reader\" cannot list resource \"services\" in API group \"\"",
                "needed: verbs list and watch on services"));
    assertThat(byname.status().connected()).isFalse();
    admin.grant("reader");
    byname.awaitSynced();
    eventually(() -> assertThat(byname.status().connected()).isTrue());
  }

  @Test
  void anUnknownTokenIsNamedAsSuch() throws Exception {
    byname = new KubernetesHarness();
    byname.start(config(token("stale")));
    eventually(() -> assertThat(byname.status().detail()).contains("401: Unauthorized"));
  }

  @Test
  void aClientCertificateOpensTheDoor() {
    admin.grant("root");
    start(
        config(
            new Access.Endpoint(
                api.url(),
                new Access.Tls(
                    certificates.clientCertificate(),
                    certificates.clientKey(),
                    api.certificate()))));
    assertThat(byname.clusterIp("kubernetes")).isEqualTo("10.0.0.1");
  }

  @Test
  void anotherAuthorityIsNotTrusted() throws Exception {
    byname = new KubernetesHarness();
    byname.start(
        config(
            new Access.Endpoint(
                api.url(),
                new Access.Tls(
                    certificates.clientCertificate(),
                    certificates.clientKey(),
                    certificates.authority()))));
    eventually(() ->
        assertThat(byname.status().detail())
            .contains("waiting for", "TLS: unable to find valid certification path"));
  }

  @Test
  void aBusyWatchIsNeverSuspectedOfLosses() throws Exception {
    start(config(token(KubeApiServer.ADMIN_TOKEN)));
    long seed = System.nanoTime();
    var random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
    var names = ConcurrentHashMap.<String>newKeySet();
    for (int i = 0; i < 300; i++) {
      String name = "busy-" + random.nextInt(40);
      if (names.remove(name)) {
        admin.deleteService(name);
      } else {
        names.add(name);
        admin.createService(name, "");
      }
    }
    eventually(() ->
        assertThat(
                byname.state.keys(Kind.SERVICE).stream()
                    .map(ObjectKey::name)
                    .filter(name -> name.startsWith("busy-"))
                    .collect(Collectors.toSet()))
            .as("seed " + seed)
            .isEqualTo(names));
    assertThat(byname.status().repairs()).as("seed " + seed).isZero();
  }

  private KubeApiServer start(Path where) {
    return KubeApiServer.start(where, etcd, "--client-ca-file=" + certificates.authority());
  }

  private void start(KubernetesSourceConfig config) {
    byname = new KubernetesHarness();
    byname.start(config);
    byname.awaitSynced();
  }

  private static KubernetesSourceConfig config(Access access) {
    return new KubernetesSourceConfig(
        access, Set.of(), "", "", true, false, false, false, 1000, 1000, 0, 10, PACE);
  }

  private Access token(String token) throws Exception {
    Path file = Files.createTempFile(folder, "kubeconfig", ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: test}}]
        clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: test, user: {token: "%s"}}]
        """
            .formatted(api.url(), api.certificate(), token));
    return new Access.Kubeconfig(file, null);
  }
}
