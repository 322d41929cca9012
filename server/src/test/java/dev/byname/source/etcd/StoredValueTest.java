package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.source.DecodeOptions;
import dev.byname.source.Decoded;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredValueTest {
  private final ObjectDecoder decoder = new ObjectDecoder(DecodeOptions.ALL);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "namespace",
        "service-web",
        "service-public",
        "service-db",
        "service-ext",
        "endpoints",
        "endpointslice-v1beta1",
        "pod"
      })
  void protobufSaysWhatTheApiServerSaysInJson(String name) {
    var stored = objects(EtcdFixtures.read(name + ".pb"));
    assertThat(stored).isNotEmpty().isEqualTo(objects(EtcdFixtures.read(name + ".json")));
  }

  /** The oracle above would not notice a field that both ways leave out. */
  @Test
  void readsEveryFieldOfStoredObjects() {
    assertThat(objects(EtcdFixtures.read("namespace.pb")))
        .singleElement()
        .isInstanceOfSatisfying(
            Namespace.class,
            shop ->
                assertThat(shop.labels()).containsEntry("team", "blue").containsEntry("empty", ""));
    assertThat(objects(EtcdFixtures.read("service-web.pb")))
        .containsExactly(
            new Service(
                new ObjectKey("shop", "web"),
                Service.Type.CLUSTER_IP,
                clusterIpsOf("service-web.json"),
                false,
                List.of(new Port("http", Protocol.TCP, 80), new Port("dns", Protocol.UDP, 53)),
                "",
                List.of("192.0.2.80"),
                false,
                true));
    assertThat(objects(EtcdFixtures.read("service-public.pb")))
        .singleElement()
        .isInstanceOfSatisfying(
            Service.class,
            service -> {
              assertThat(service.type()).isEqualTo(Service.Type.LOAD_BALANCER);
              assertThat(service.externalAddresses())
                  .containsExactly("192.0.2.10", "lb.example.org");
            });
    assertThat(objects(EtcdFixtures.read("service-db.pb")))
        .singleElement()
        .isInstanceOfSatisfying(
            Service.class,
            service -> {
              assertThat(service.headless()).isTrue();
              assertThat(service.publishNotReadyAddresses()).isTrue();
              assertThat(service.hasSelector()).isFalse();
            });
    assertThat(objects(EtcdFixtures.read("service-ext.pb")))
        .singleElement()
        .isInstanceOfSatisfying(
            Service.class,
            service -> assertThat(service.externalName()).isEqualTo("db.example.org"));
    assertThat(objects(EtcdFixtures.read("pod.pb")))
        .containsExactly(
            new Pod(
                new ObjectKey("shop", "web-0"),
                List.of(address("10.1.0.10"), address("fd00:1::10"))));
    assertThat(objects(EtcdFixtures.read("endpoints.pb"))).hasSize(2);
    assertThat(objects(EtcdFixtures.read("endpoints.pb")).getFirst())
        .isEqualTo(
            EndpointSlice.endpointsBuilder(new ObjectKey("shop", "db"), "db")
                .port(new Port("pg", Protocol.TCP, 5432))
                .endpoint(address("10.1.0.1"), true, true, false, "db-0", "db-0", null, "n1")
                .endpoint(address("10.1.0.2"), false, false, false, null, null, null, null)
                .build());
    assertThat(objects(EtcdFixtures.read("endpointslice-v1beta1.pb")))
        .singleElement()
        .isInstanceOfSatisfying(
            EndpointSlice.class,
            slice -> {
              assertThat(slice.serviceName()).isEqualTo("web");
              assertThat(slice.ports()).containsExactly(new Port("http", Protocol.TCP, 8080));
              assertThat(slice.size()).isEqualTo(3);
              assertThat(slice.hostname(0)).isEqualTo("web-0");
              assertThat(slice.podName(0)).isEqualTo("web-0");
              assertThat(slice.topologyZone(0)).isEqualTo("west-1a");
              assertThat(slice.ready(1)).isFalse();
              assertThat(slice.ready(2)).as("unknown").isTrue();
            });
  }

  /** Written by the numbers of discovery/v1, which the recorded server does not have. */
  @Test
  void readsEndpointSlicesOfV1() throws IOException {
    var endpoint =
        message(
            text(1, "10.1.0.10"),
            nested(2, message(flag(1, false), flag(2, true), flag(3, true))),
            text(3, "web-0"),
            nested(4, message(text(1, "Pod"), text(2, "shop"), text(3, "web-0"))),
            nested(5, message(text(1, "ignored"), text(2, "deprecated topology"))),
            text(6, "n1"),
            text(7, "west-1a"),
            nested(8, message(nested(1, message(text(1, "a hint"))))));
    var metadata =
        message(
            text(1, "web-x7"),
            text(3, "shop"),
            nested(11, message(text(1, "kubernetes.io/service-name"), text(2, "web"))),
            nested(17, message(text(1, "managed fields are skipped"))));
    var slice =
        message(
            nested(1, metadata),
            nested(2, endpoint),
            nested(3, message(text(1, "http"), text(2, "TCP"), number(3, 8080))),
            text(4, "IPv4"));
    assertThat(objects(unknown("discovery.k8s.io/v1", "EndpointSlice", slice)))
        .containsExactly(
            EndpointSlice.builder(new ObjectKey("shop", "web-x7"), "web")
                .port(new Port("http", Protocol.TCP, 8080))
                .endpoint(
                    address("10.1.0.10"), false, true, true, "web-0", "web-0", "west-1a", "n1")
                .build());
  }

  @Test
  void anEncryptedValueIsKnownByItsPrefixAndGivesNothingAway() {
    assertThat(StoredValue.of(EtcdFixtures.read("encrypted.bin")))
        .isEqualTo(new StoredValue.Encrypted("aescbc:v1:key1"));
    assertThat(StoredValue.of(ByteString.copyFromUtf8("k8s:enc:kms\n\u0001x")))
        .isEqualTo(new StoredValue.Encrypted("kms"));
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThat(StoredValue.of(ByteString.EMPTY))
        .isEqualTo(new StoredValue.Unreadable("its value is empty"));
    assertThat(StoredValue.of(ByteString.copyFromUtf8("hello")))
        .isEqualTo(new StoredValue.Unreadable("its value is neither JSON nor protobuf"));
    assertThat(StoredValue.of(ByteString.copyFromUtf8("{\"kind\":")))
        .isInstanceOfSatisfying(
            StoredValue.Unreadable.class,
            value -> assertThat(value.reason()).startsWith("its JSON cannot be read: "));
    assertThat(StoredValue.of(unknown("apps/v1", "Deployment", ByteString.EMPTY)))
        .isInstanceOfSatisfying(
            StoredValue.Unreadable.class,
            value ->
                assertThat(value.reason())
                    .startsWith(
                        "its protobuf cannot be read: it is a protobuf apps/v1 Deployment;"));
    assertThat(StoredValue.of(unknown("v1", "Service", message(number(1, 5)))))
        .isInstanceOfSatisfying(
            StoredValue.Unreadable.class,
            value -> assertThat(value.reason()).contains("field metadata has wire type 0"));
  }

  /** Whatever a disk or a stranger made of a stored object. */
  @ParameterizedTest
  @ValueSource(strings = {"service-web.pb", "endpoints.pb", "endpointslice-v1beta1.pb", "pod.pb"})
  void damageNeverThrows(String name) {
    byte[] good = EtcdFixtures.read(name).toByteArray();
    var random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt();
      }
      switch (StoredValue.of(ByteString.copyFrom(bad))) {
        case StoredValue.KubernetesObject(var tree) ->
            assertThat(decoder.decodeObject(tree)).isNotNull();
        case StoredValue.Unreadable(var reason) -> assertThat(reason).isNotEmpty();
        case StoredValue.Encrypted encrypted -> throw new AssertionError(encrypted);
      }
    }
  }

  private List<ClusterObject> objects(ByteString value) {
    assertThat(StoredValue.of(value)).isInstanceOf(StoredValue.KubernetesObject.class);
    var tree = ((StoredValue.KubernetesObject) StoredValue.of(value)).object();
    return switch (decoder.decodeObject(tree)) {
      case Decoded.Objects(_, _, var objects) -> objects;
      case Decoded other -> throw new AssertionError(other);
    };
  }

  /** The server chose the second one. */
  private static List<IpAddress> clusterIpsOf(String fixture) {
    var value = (StoredValue.KubernetesObject) StoredValue.of(EtcdFixtures.read(fixture));
    var spec = (Tree.Mapping) fields(value.object()).get("spec");
    var addresses = new ArrayList<IpAddress>();
    for (Tree address : ((Tree.Sequence) spec.fields().get("clusterIPs")).items()) {
      addresses.add(address(((Tree.Scalar) address).text()));
    }
    assertThat(addresses).hasSize(2);
    return addresses;
  }

  private static Map<String, Tree> fields(Tree tree) {
    return ((Tree.Mapping) tree).fields();
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text);
  }

  private static ByteString unknown(String apiVersion, String kind, ByteString raw)
      throws IOException {
    return KubernetesProtobuf.MAGIC.concat(
        message(nested(1, message(text(1, apiVersion), text(2, kind))), nested(2, raw)));
  }

  private interface Part {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(Part... parts) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    for (Part part : parts) {
      part.writeTo(out);
    }
    out.flush();
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static Part text(int number, String value) {
    return out -> out.writeString(number, value);
  }

  private static Part number(int number, long value) {
    return out -> out.writeInt64(number, value);
  }

  private static Part flag(int number, boolean value) {
    return out -> out.writeBool(number, value);
  }

  private static Part nested(int number, ByteString message) {
    return out -> out.writeBytes(number, message);
  }
}
