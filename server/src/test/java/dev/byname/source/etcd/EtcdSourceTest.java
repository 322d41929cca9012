package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.source.DecodeOptions;
import dev.byname.testkit.ManualScheduler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EtcdSourceTest {
  private static final URI A = URI.create("http://a:2379");
  private static final ObjectKey WEB = new ObjectKey("shop", "web");
  private static final ObjectKey DB = new ObjectKey("shop", "db");

  private final ManualScheduler scheduler =
      new ManualScheduler(Instant.parse("2026-05-04T00:00:00Z"));
  private final FakeEtcd etcd = new FakeEtcd(scheduler);
  private final ClusterState state = new ClusterState(() -> 0);
  private final List<String> latencies = new ArrayList<>();

  @Test
  void readsAllKindsFromTheirPlaces() {
    etcd.put("/registry/namespaces/shop", EtcdFixtures.read("namespace.pb"));
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
    etcd.put("/registry/services/specs/shop/db", EtcdFixtures.read("service-db.json"));
    etcd.put("/registry/endpointslices/shop/web-x7", EtcdFixtures.read("endpointslice-v1beta1.pb"));
    etcd.put("/registry/pods/shop/web-0", EtcdFixtures.read("pod.pb"));
    etcd.put("/registry/multicluster.x-k8s.io/serviceimports/shop/far", serviceImport());
    etcd.put("/registry/secrets/shop/web", "nobody reads this");
    try (var source = started()) {
      assertThat(state.synced()).isTrue();
      assertThat(state.namespace("shop")).isNotNull();
      assertThat(state.keys(Kind.SERVICE)).containsExactlyInAnyOrder(WEB, DB);
      assertThat(state.service(WEB).slices()).hasSize(1);
      assertThat(state.podsAt(IpAddress.parse("fd00:1::10"))).hasSize(1);
      assertThat(state.serviceImport(new ObjectKey("shop", "far"))).isNotNull();
      assertThat(source.status().undecodable()).isZero();
      assertThat(source.status().connected()).isTrue();
    }
  }

  @Test
  void followsChanges() {
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
    try (var source = started()) {
      etcd.put("/registry/services/specs/shop/db", EtcdFixtures.read("service-db.pb"));
      etcd.delete("/registry/services/specs/shop/web");
      scheduler.run();
      assertThat(state.keys(Kind.SERVICE)).containsExactly(DB);
      assertThat(source.status().revision()).isEqualTo(etcd.revision());
    }
  }

  @Test
  void anotherPrefixIsAnotherCluster() {
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
    etcd.put("/blue/services/specs/shop/db", EtcdFixtures.read("service-db.pb"));
    var config = new EtcdSourceConfig(EtcdConnectionConfig.of(A), "/blue/", Duration.ofSeconds(30));
    try (var source = started(config, DecodeOptions.ALL)) {
      assertThat(state.keys(Kind.SERVICE)).containsExactly(DB);
      assertThat(source.status().connected()).isTrue();
    }
  }

  @Test
  void endpointsObjectsServeServicesWithoutSlices() {
    etcd.put("/registry/services/specs/shop/db", EtcdFixtures.read("service-db.pb"));
    etcd.put("/registry/services/endpoints/shop/db", EtcdFixtures.read("endpoints.pb"));
    etcd.put("/registry/endpointslices/shop/web-x7", EtcdFixtures.read("endpointslice-v1beta1.pb"));
    try (var source = started()) {
      assertThat(state.service(DB).slices()).hasSize(2);
      etcd.delete("/registry/services/endpoints/shop/db");
      scheduler.run();
      assertThat(state.service(DB).slices()).isEmpty();
      assertThat(source.status().undecodable()).isZero();
    }
  }

  @Test
  void onlyWhatIsWantedIsReadAndWatched() {
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
    etcd.put("/registry/endpointslices/shop/web-x7", EtcdFixtures.read("endpointslice-v1beta1.pb"));
    etcd.put("/registry/services/endpoints/shop/db", EtcdFixtures.read("endpoints.pb"));
    etcd.put("/registry/multicluster.x-k8s.io/serviceimports/shop/far", serviceImport());
    etcd.put("/registry/pods/shop/web-0", EtcdFixtures.read("pod.pb"));
    var bare = new DecodeOptions(DecodeOptions.ALL.labels(), false, false, false, false);
    try (var source = started(EtcdSourceConfig.of(EtcdConnectionConfig.of(A)), bare)) {
      assertThat(state.keys(Kind.SERVICE)).containsExactly(WEB);
      for (Kind kind :
          List.of(Kind.ENDPOINT_SLICE, Kind.ENDPOINTS, Kind.SERVICE_IMPORT, Kind.POD)) {
        assertThat(state.keys(kind)).as("%s", kind).isEmpty();
      }
      scheduler.advance(Duration.ofMinutes(1)); // past a comparison of all keys
      assertThat(etcd.ranges)
          .extracting(range -> range.getKey().toStringUtf8())
          .allMatch(key ->
              key.startsWith("/registry/namespaces/")
                  || key.startsWith("/registry/services/specs/"));
      assertThat(source.status().connected()).isTrue();
    }
  }

  @Test
  void whatCannotBeReadIsCountedAndTheRestGoesOn() {
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("encrypted.bin"));
    etcd.put("/registry/services/specs/shop/broken", "{\"kind\": \"Serv");
    etcd.put("/registry/services/specs/shop/other", EtcdFixtures.read("service-web.pb"));
    etcd.put("/registry/services/specs/odd", EtcdFixtures.read("service-web.pb"));
    etcd.put("/registry/services/specs/shop/db", EtcdFixtures.read("service-db.pb"));
    try (var source = started()) {
      assertThat(state.keys(Kind.SERVICE)).containsExactly(DB);
      assertThat(state.synced()).isTrue();
      assertThat(source.status().undecodable()).isEqualTo(4);
      // Decrypted and written again.
      etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
      scheduler.run();
      assertThat(state.keys(Kind.SERVICE)).containsExactlyInAnyOrder(DB, WEB);
      etcd.delete("/registry/services/specs/shop/broken");
      scheduler.run();
      assertThat(source.status().undecodable()).isEqualTo(2);
    }
  }

  @Test
  void aServiceThatBecomesUnreadableStaysAsItWas() {
    etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("service-web.pb"));
    try (var source = started()) {
      var before = state.service(WEB).service();
      etcd.put("/registry/services/specs/shop/web", EtcdFixtures.read("encrypted.bin"));
      scheduler.run();
      assertThat(state.service(WEB).service()).isEqualTo(before);
      assertThat(source.status().undecodable()).isEqualTo(1);
      etcd.delete("/registry/services/specs/shop/web");
      scheduler.run();
      assertThat(state.service(WEB)).isNull();
      assertThat(source.status().undecodable()).isZero();
    }
  }

  @Test
  void whatASnapshotHasAndEtcdHasNotIsRemoved() {
    var old = new ObjectKey("shop", "old-0");
    var partOfGone = new ObjectKey("shop", "gone/1");
    state.apply(
        List.of(
            put(new Pod(old, List.of(IpAddress.v4(1)))),
            put(new Pod(new ObjectKey("shop", "web-0"), List.of(IpAddress.v4(2)))),
            put(EndpointSlice.endpointsBuilder(partOfGone, "gone").build()),
            put(EndpointSlice.builder(new ObjectKey("shop", "kept"), "web").build())));
    etcd.put("/registry/pods/shop/web-0", EtcdFixtures.read("pod.pb"));
    // Cannot be read now: what is known of it is better than nothing.
    etcd.put("/registry/endpointslices/shop/kept", EtcdFixtures.read("encrypted.bin"));
    try (var source = started()) {
      assertThat(state.keys(Kind.POD)).containsExactly(new ObjectKey("shop", "web-0"));
      assertThat(state.podsAt(IpAddress.v4(2))).as("replaced").isEmpty();
      assertThat(state.keys(Kind.ENDPOINTS)).isEmpty();
      assertThat(state.keys(Kind.ENDPOINT_SLICE)).containsExactly(new ObjectKey("shop", "kept"));
      assertThat(source.status().undecodable()).isEqualTo(1);
    }
  }

  @Test
  void nothingIsRemovedBeforeTheListIsComplete() {
    var old = new ObjectKey("shop", "old-0");
    state.apply(List.of(put(new Pod(old, List.of(IpAddress.v4(1))))));
    etcd.down(A);
    try (var source = started()) {
      scheduler.advance(Duration.ofMinutes(5));
      assertThat(state.keys(Kind.POD)).containsExactly(old);
      assertThat(state.synced()).isFalse();
      assertThat(source.status().connected()).isFalse();
      assertThat(source.status().detail()).contains("http://a:2379", "connection refused");
      etcd.up(A);
      scheduler.advance(Duration.ofSeconds(10));
      assertThat(state.keys(Kind.POD)).isEmpty();
      assertThat(state.synced()).isTrue();
    }
  }

  @Test
  void tellsHowLongAChangeOfEndpointsTook() {
    etcd.put("/registry/services/specs/shop/db", EtcdFixtures.read("service-db.pb"));
    etcd.put("/registry/endpointslices/shop/db-1", slice("10.1.0.1", scheduler.clock().instant()));
    try (var source = started()) {
      assertThat(latencies).as("lists do not count").isEmpty();
      var trigger = scheduler.clock().instant();
      scheduler.advance(Duration.ofMillis(1_500));
      etcd.put("/registry/endpointslices/shop/db-1", slice("10.1.0.2", trigger));
      scheduler.run();
      assertThat(latencies).containsExactly("headless_without_selector PT1.5S");

      etcd.put("/registry/endpointslices/shop/db-1", slice("10.1.0.2", trigger));
      scheduler.run();
      assertThat(latencies).as("nothing changed").hasSize(1);
      assertThat(source.status().undecodable()).isZero();
    }
  }

  private static String slice(String address, Instant trigger) {
    return """
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {
       "name": "db-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": "db"},
       "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": "%s"}},
     "addressType": "IPv4", "endpoints": [{"addresses": ["%s"]}]}\
    """
        .formatted(trigger, address);
  }

  @Test
  void originDoesNotDependOnTheOrderOfEndpoints() {
    var ab = EtcdSourceConfig.of(EtcdConnectionConfig.of(A, URI.create("http://b:2379")));
    var ba = EtcdSourceConfig.of(EtcdConnectionConfig.of(URI.create("http://b"), A));
    assertThat(EtcdSource.origin(ab))
        .isEqualTo(EtcdSource.origin(ba))
        .isEqualTo("etcd http://a:2379 http://b:2379 below /registry");
  }

  private EtcdSource started() {
    return started(EtcdSourceConfig.of(EtcdConnectionConfig.of(A)), DecodeOptions.ALL);
  }

  private EtcdSource started(EtcdSourceConfig config, DecodeOptions options) {
    var sink =
        new ClusterSink() {
          @Override
          public void put(ClusterObject object) {
            state.apply(List.of(EtcdSourceTest.put(object)));
          }

          @Override
          public void remove(Kind kind, ObjectKey key) {
            state.apply(List.of(new Change.Remove(kind, key)));
          }

          @Override
          public void synced() {
            state.apply(List.of(new Change.Synced()));
          }
        };
    var source =
        new EtcdSource(
            config,
            etcd,
            options,
            sink,
            state,
            scheduler,
            scheduler.clock(),
            new Random(1),
            (kind, since) -> latencies.add(kind.label() + " " + since));
    source.start();
    scheduler.run();
    return source;
  }

  private static Change put(ClusterObject object) {
    return new Change.Put(object);
  }

  private static String serviceImport() {
    return """
    {"apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceImport",
     "metadata": {"name": "far", "namespace": "shop"},
     "spec": {"type": "ClusterSetIP", "ips": ["10.9.0.1"], "ports": [{"port": 80}]}}\
    """;
  }
}
