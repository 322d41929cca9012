package dev.byname.resolverconfig.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.app.RootCommand;
import dev.byname.resolverconfig.store.EtcdConfig;
import dev.byname.resolverconfig.store.EtcdStore;
import dev.byname.testkit.EtcdProcess;
import dev.byname.testkit.KubeApiServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A store that a real API server writes, in protobuf: Byname reads it whole, agrees with it about
 * what is taken, and both may write to it.
 */
class ApiServerStoreIT {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: default, labels: {app: web}, annotations: {note: "a=b"}}
      spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: dns, namespace: kube-system}
      spec:
        type: NodePort
        sessionAffinity: ClientIP
        ports:
        - {name: udp, port: 53, protocol: UDP}
        - {name: tcp, port: 53, protocol: TCP, appProtocol: example.com/dns}
        - {name: metrics, port: 9153, targetPort: 9153, nodePort: 30007}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: front, namespace: default, finalizers: [example.com/wait]}
      spec:
        type: LoadBalancer
        externalTrafficPolicy: Local
        loadBalancerSourceRanges: [192.0.2.0/24]
        externalIPs: [192.0.2.7]
        publishNotReadyAddresses: true
        ports: [{port: 443}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: headless, namespace: default}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: elsewhere, namespace: default}
      spec: {type: ExternalName, externalName: example.com}
      """;

  @TempDir static Path folder;
  private static EtcdProcess etcd;
  private static KubeApiServer api;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startApiServer() {
    KubeApiServer.assumeAvailable();
    etcd = EtcdProcess.in(folder).start();
    api = KubeApiServer.start(folder.resolve("api"), etcd);
    Awaitility.await().until(() -> api.kubectl("get", "namespaces").contains("kube-system"));
    api.apply(SERVICES);
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  /** One story, because a second API server would cost as much as all of this. */
  @Test
  void readsAuditsAndWritesBesideTheApiServer() throws Exception {
    readsWhatTheApiServerStores();
    findsNothingWrongWithIt();
    givesAndFreesAlongsideIt();
    givesBackWhatLeaked();
    findsWhatIsAllocatedTwice();
  }

  private void readsWhatTheApiServerStores() {
    assertThat(etcd.etcdctl("get", "/registry/services/specs/default/web"))
        .as("stored as protobuf")
        .contains("k8s\0");
    assertThat(byname("service", "get", "-A", "-o", "json", "--store", store())).isZero();
    assertThat(specs(JSON.readTree(out.toString()))).isEqualTo(specs(services()));
    assertThat(byname("service", "get", "--store", store())).isZero();
    assertThat(out.toString().replaceAll(" +\\d+s\n", "\n"))
        .isEqualTo(api.kubectl("get", "services").replaceAll(" +\\d+s\n", "\n"));
  }

  private void findsNothingWrongWithIt() {
    assertThat(held()).isEqualTo(heldByServices());
    assertThat(byname("allocation", "audit", "--store", store())).isZero();
    assertThat(out.toString())
        .contains("10.0.0.0/16")
        .endsWith("Nothing is wrong (Services: 6).\n");
    var kubeconfig = api.kubeconfig().toString();
    assertThat(
            byname(
                "allocation",
                "audit",
                "--kubeconfig",
                kubeconfig,
                "--service-cluster-ip-range=10.0.0.0/16"))
        .isZero();
    assertThat(out.toString()).endsWith("Nothing is wrong (Services: 6).\n");
    assertThat(byname("allocation", "audit", "--kubeconfig", kubeconfig)).isEqualTo(3);
    assertThat(err.toString()).contains("--service-cluster-ip-range").hasLineCount(1);
    assertThat(
            byname(
                "allocation",
                "who-has",
                "30007",
                "--kubeconfig",
                kubeconfig,
                "--service-cluster-ip-range=10.0.0.0/16"))
        .isZero();
    assertThat(out.toString())
        .isEqualTo(
            "30007 is held by kube-system/dns (NodePort 9153/TCP), services/kube-system/dns\n");
  }

  private void givesAndFreesAlongsideIt() throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("ours.yaml"),
            "{apiVersion: v1, kind: Service, metadata: {name: ours}, spec: {type: NodePort,"
                + " clusterIP: 10.0.7.7, ports: [{port: 80, nodePort: 30008}]}}");
    assertThat(byname("service", "apply", "-f", manifest.toString(), "--store", store())).isZero();
    Awaitility.await().until(() -> api.kubectl("get", "services").contains("10.0.7.7"));
    assertThatThrownBy(() -> applyToApi("theirs", "{clusterIP: 10.0.7.7, ports: [{port: 80}]}"))
        .hasMessageContaining("already allocated");
    applyToApi("theirs", "{type: NodePort, ports: [{port: 80}]}");
    assertThat(held()).isEqualTo(heldByServices());
    assertThat(byname("service", "delete", "ours", "--store", store())).isZero();
    Awaitility.await().until(() -> !api.kubectl("get", "services").contains("10.0.7.7"));
    api.kubectl("delete", "service", "theirs");
    assertThat(held()).isEqualTo(heldByServices());
  }

  private void givesBackWhatLeaked() {
    var dns =
        services()
            .at("/items")
            .valueStream()
            .filter(each -> each.at("/metadata/name").stringValue("").equals("dns"))
            .findFirst()
            .orElseThrow()
            .at("/spec/clusterIP")
            .stringValue();
    etcd.etcdctl("del", "/registry/services/specs/kube-system/dns");
    assertThat(byname("allocation", "audit", "--store", store())).isEqualTo(1);
    assertThat(out.toString())
        .contains("leaked: " + dns + " is marked", "leaked: 30007 is marked", "Problems: 3.");
    assertThat(byname("allocation", "repair", "--store", store())).isZero();
    assertThat(byname("allocation", "repair", "--store", store())).isZero();
    assertThat(held()).contains(dns, "30007");
    assertThat(byname("allocation", "repair", "--store", store())).isZero();
    assertThat(out.toString()).contains(dns + " freed: ", "30007 freed: ");
    assertThat(byname("allocation", "audit", "--store", store())).isZero();
    // The API server reads the ranges that we wrote.
    applyToApi(
        "again",
        "{type: NodePort, clusterIP: %s, ports: [{port: 80, nodePort: 30007}]}".formatted(dns));
    assertThat(held()).isEqualTo(heldByServices());
  }

  private void findsWhatIsAllocatedTwice() {
    var again = JSON.readTree(api.kubectl("get", "service", "again", "-o", "json"));
    var copy = (ObjectNode) again.deepCopy();
    copy.withObjectProperty("metadata").put("name", "copy").put("uid", "copied");
    copy.withObjectProperty("metadata").remove("resourceVersion");
    etcd.etcdctl("put", "/registry/services/specs/default/copy", JSON.writeValueAsString(copy));
    Awaitility.await().until(() -> api.kubectl("get", "services").contains("copy "));
    assertThat(
            byname(
                "allocation",
                "audit",
                "--kubeconfig",
                api.kubeconfig().toString(),
                "--service-cluster-ip-range=10.0.0.0/16"))
        .isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "allocated twice: 30007 is held by 2 Services: default/again (NodePort 80/TCP),"
                + " services/default/again; default/copy (NodePort 80/TCP), services/default/copy");
    assertThat(byname("allocation", "audit", "--store", store())).isEqualTo(1);
    assertThat(out.toString())
        .contains("default/copy (NodePort 80/TCP), /registry/services/specs/default/copy");
  }

  private static void applyToApi(String name, String spec) {
    api.apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec));
  }

  private static JsonNode services() {
    return JSON.readTree(api.kubectl("get", "--raw", "/api/v1/services"));
  }

  /** By namespace and name, without what only one of the two ways to look shows. */
  private static Map<String, JsonNode> specs(JsonNode list) {
    var specs = new TreeMap<String, JsonNode>();
    for (var item : list.path("items")) {
      var object = (ObjectNode) item.deepCopy();
      object.remove("kind");
      object.remove("apiVersion");
      object.withObjectProperty("metadata").remove("selfLink");
      specs.put(
          item.at("/metadata/namespace").stringValue("")
              + "/"
              + item.at("/metadata/name").stringValue(""),
          object);
    }
    return specs;
  }

  private static Set<String> heldByServices() {
    var held = new TreeSet<String>();
    for (var item : services().path("items")) {
      item.at("/spec/clusterIPs").forEach(each -> held.add(each.stringValue("")));
      item.at("/spec/ports").forEach(port -> held.add(port.path("nodePort").asString("")));
      held.add(item.at("/spec/healthCheckNodePort").asString(""));
    }
    held.removeAll(Set.of("", "None"));
    return held;
  }

  private static Set<String> held() {
    try (var store = EtcdStore.open(EtcdConfig.of(etcd.clientUrls()))) {
      return RegistryHarness.held(store);
    }
  }

  private static String store() {
    return "etcd://" + etcd.clientUrl(0).getAuthority();
  }

  private int byname(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return RootCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
