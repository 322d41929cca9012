package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ObjectKey;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Behind the back of a real API server: what kubectl does is what we see. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdSourceKubernetesIT {
  private static final String SHOP =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop, labels: {team: blue}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {clusterIP: 10.0.0.80, ports: [{name: http, port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: web, namespace: shop}
      subsets:
      - addresses: [{ip: 10.1.0.1, hostname: web-0}]
        ports: [{name: http, port: 8080}]
      """;
  private static final ObjectKey WEB = new ObjectKey("shop", "web");

  @TempDir Path folder;

  @BeforeAll
  static void allIsThere() {
    KubeApiServer.assumeAvailable();
  }

  @Test
  void protobufAndJsonAreStoredDifferentlyAndReadAlike() throws Exception {
    var pictures =
        List.of("application/vnd.kubernetes.protobuf", "application/json").stream()
            .collect(Collectors.toMap(Function.identity(), this::pictureOf));
    assertThat(pictures.get("application/json"))
        .isEqualTo(pictures.get("application/vnd.kubernetes.protobuf"))
        .contains("web-0")
        .contains("10.0.0.80");
  }

  private String pictureOf(String mediaType) {
    var here = folder.resolve(Integer.toHexString(mediaType.hashCode()));
    try {
      Files.createDirectories(here);
      try (var etcd = EtcdProcess.in(here).start();
          var server =
              KubeApiServer.start(here.resolve("api"), etcd, "--storage-media-type=" + mediaType);
          var cluster = new LiveCluster(etcd.clientUrls())) {
        server.apply(SHOP);
        cluster.await(
            "the endpoint",
            () -> {
              var view = cluster.state.service(WEB);
              return view != null && view.service() != null && !view.slices().isEmpty();
            });
        var view = cluster.state.service(WEB);
        var slice = view.slices().getFirst();
        var picture =
            view.service()
                + " "
                + slice
                + " "
                + slice.hostname(0)
                + " "
                + slice.address(0)
                + " "
                + cluster.state.namespace("shop").labels();
        server.kubectl("delete", "service", "web", "-n", "shop");
        cluster.await("the deletion", () -> !cluster.state.keys(Kind.SERVICE).contains(WEB));
        assertThat(cluster.source.status().undecodable()).isZero();
        return picture;
      }
    } catch (Exception failed) {
      throw new AssertionError(mediaType, failed);
    }
  }

  @Test
  void encryptedServicesAreToldAndTheRestIsServed() throws Exception {
    var encryption =
        Files.writeString(
            folder.resolve("encryption.yaml"),
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [services]
              providers:
              - aescbc: {keys: [{name: key1, secret: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=}]}
            """);
    try (var etcd = EtcdProcess.in(folder).start();
        var server =
            KubeApiServer.start(
                folder.resolve("api"), etcd, "--encryption-provider-config=" + encryption);
        var cluster = new LiveCluster(etcd.clientUrls())) {
      server.apply(SHOP);
      cluster.await(
          "the endpoints",
          () ->
              cluster.state.keys(Kind.ENDPOINTS).contains(WEB)
                  || cluster.state.keys(Kind.ENDPOINT_SLICE).stream()
                      .anyMatch(key -> key.namespace().equals("shop")));
      cluster.await("it is counted", () -> cluster.source.status().undecodable() > 0);
      assertThat(cluster.state.keys(Kind.SERVICE)).isEmpty();
      assertThat(cluster.state.namespace("shop").labels()).containsEntry("team", "blue");
    }
  }
}
