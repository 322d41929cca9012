package dev.byname.resolverconfig.registry;

import static dev.byname.resolverconfig.registry.RegistryHarness.NOW;
import static dev.byname.resolverconfig.registry.RegistryHarness.message;
import static dev.byname.resolverconfig.registry.RegistryHarness.named;
import static dev.byname.resolverconfig.registry.RegistryHarness.service;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import dev.byname.resolverconfig.store.MemoryStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What audits find and repairs mend; each story begins with a store that the registry made. */
class AllocationsTest {
  private static final String WEB = "services/specs/default/web";

  private final RegistryHarness harness = new RegistryHarness("10.0.0.0/24");
  private final MemoryStore store = harness.store;

  @Test
  void whatTheRegistryMakesIsInOrder() throws Exception {
    harness.applied("{type: NodePort, ports: [{port: 80}]}");
    harness.applied(
        named(
            "lb",
            "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{name: a, port: 53},"
                + " {name: b, port: 53, protocol: UDP}]}"));
    harness.applied(named("headless", "{clusterIP: None, ports: [{port: 80}]}"));
    harness.applied(named("ext", "{type: ExternalName, externalName: example.com}"));
    var report = allocations().audit();
    assertThat(report.findings()).isEmpty();
    assertThat(report.services()).isEqualTo(4);
    assertThat(report.ranges())
        .extracting(use -> use.range().spec() + ": " + use.usage().used())
        .containsExactly("10.0.0.0/24: 2", "30000-32767: 3");
    assertThat(allocations().repair(false, false))
        .isEqualTo(new RepairReport(List.of(), List.of(), List.of(), List.of()));
  }

  @Test
  void anAuditChangesNothing() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    store.remove(WEB);
    var commits = store.commits();
    allocations().audit();
    allocations().repair(false, true);
    assertThat(store.commits()).isEqualTo(commits);
    assertThat(harness.held()).containsExactly("10.0.0.7", "30001");
  }

  @Test
  void twoServicesWithOneAddressAreNamedWithTheirPlaces() throws Exception {
    harness.applied(named("a", "{clusterIP: 10.0.0.7, ports: [{port: 80}]}"));
    copy("services/specs/default/a", "services/specs/shop/b", "default", "shop", "\"a\"", "\"b\"");
    assertThat(allocations().audit().findings())
        .extracting(Finding::kind, Finding::toString)
        .containsExactly(
            tuple(
                Finding.Kind.ALLOCATED_TWICE,
                "10.0.0.7 is held by 2 Services: default/a (ClusterIP),"
                    + " memory:services/specs/default/a; shop/b (ClusterIP),"
                    + " memory:services/specs/shop/b"));
    // Which of them keeps it is not for a program to say.
    var repaired = allocations().repair(true, false);
    assertThat(repaired.left()).hasSize(1);
    assertThat(repaired.freed()).isEmpty();
    assertThat(harness.held()).containsExactly("10.0.0.7");
  }

  @Test
  void whatAServiceHoldsAndTheRangeLacksIsWrittenDown() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    store.remove("ranges/serviceips");
    store.remove("ranges/servicenodeports");
    assertThat(kinds(allocations().audit()))
        .containsExactly("not allocated 10.0.0.7", "not allocated 30001");
    var dry = allocations().repair(false, true);
    assertThat(dry.writtenDown()).hasSize(2);
    assertThat(harness.held()).isEmpty();
    assertThat(allocations().repair(false, false)).isEqualTo(dry);
    assertThat(harness.held()).containsExactly("10.0.0.7", "30001");
    assertThat(allocations().audit().findings()).isEmpty();
  }

  /** Otherwise the value would be taken for a Service that is gone. */
  @Test
  void aServiceThatIsDeletedDuringARepairGetsNothing() throws Exception {
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    store.remove("ranges/serviceips");
    store.beforeNextCommit(other -> other.remove(WEB));
    assertThat(allocations().repair(false, false).writtenDown()).isEmpty();
    assertThat(harness.held()).isEmpty();
  }

  @Test
  void leaksAreGivenBackInTheThirdRoundInWhichNobodyClaimsThem() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    store.remove(WEB);
    assertThat(kinds(allocations().audit())).containsExactly("leaked 10.0.0.7", "leaked 30001");
    assertThat(allocations().audit().findings().getFirst().leak()).isEmpty();
    for (var round = 1; round <= 2; round++) {
      // Every run of the command is a new process: what it knows stands in the store.
      var repaired = allocations().repair(false, false);
      assertThat(repaired.freed()).isEmpty();
      assertThat(repaired.waiting())
          .containsExactly(new Leak("10.0.0.7", NOW, round), new Leak("30001", NOW, round));
      assertThat(allocations().audit().findings().getFirst().leak())
          .contains(new Leak("10.0.0.7", NOW, round));
      assertThat(harness.held()).containsExactly("10.0.0.7", "30001");
    }
    assertThat(allocations().repair(false, false).freed())
        .containsExactly(new Leak("10.0.0.7", NOW, 3), new Leak("30001", NOW, 3));
    assertThat(harness.held()).isEmpty();
    assertThat(allocations().audit().findings()).isEmpty();
  }

  @Test
  void aLeakThatIsClaimedBeginsAnew() throws Exception {
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    var stored = store.text(WEB);
    store.remove(WEB);
    allocations().repair(false, false);
    allocations().repair(false, false);
    store.put(WEB, stored);
    assertThat(allocations().repair(false, false).waiting()).isEmpty();
    assertThat(allocations().audit().findings()).isEmpty();
    store.remove(WEB);
    assertThat(allocations().repair(false, false).waiting())
        .containsExactly(new Leak("10.0.0.7", NOW, 1));
  }

  @Test
  void leaksAreGivenBackAtOnceWhenAsked() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    store.remove(WEB);
    assertThat(allocations().repair(true, false).freed()).hasSize(2);
    assertThat(harness.held()).isEmpty();
    assertThat(store.text(LeakRecord.KEY)).contains("\"leaks\":[]");
  }

  @Test
  void addressesAndPortsOutsideOfTheRangesAndTextsThatAreNoneAreTold() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    change(WEB, "\"10.0.0.7\"", "\"10.1.0.7\"");
    change(WEB, "30001", "80");
    copy(WEB, "services/specs/default/odd", "\"web\"", "\"odd\"", "10.1.0.7", "10.0.0.255");
    copy(WEB, "services/specs/default/bad", "\"web\"", "\"bad\"", "10.1.0.7", "10.0.0");
    assertThat(allocations().audit().findings())
        .extracting(Finding::toString)
        .contains(
            "10.1.0.7 is not in 10.0.0.0/24: default/web (ClusterIP), memory:" + WEB,
            "10.0.0.255 is the broadcast address of 10.0.0.0/24 and never given out: default/odd"
                + " (ClusterIP), memory:services/specs/default/odd",
            "default/bad spec.clusterIPs[0]: Invalid value: \"10.0.0\": must be a valid IP address"
                + " (memory:services/specs/default/bad)");
    assertThat(kinds(allocations().audit())).contains("out of range 80", "leaked 10.0.0.7");
  }

  /** It may hold anything, so nothing can be called leaked. */
  @Test
  void aServiceThatCannotBeReadIsToldAndStopsEveryRepair() throws Exception {
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    store.put(WEB, "{");
    assertThat(allocations().audit().findings().getFirst().toString())
        .startsWith(
            "memory:" + WEB + " cannot be read, so what it holds is not known: it is no JSON");
    assertThatThrownBy(() -> allocations().repair(true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("memory:" + WEB + " cannot be read")
        .hasMessageEndingWith("; nothing is changed");
    assertThat(harness.held()).containsExactly("10.0.0.7");
  }

  @Test
  void aRangeThatCannotBeTrueIsRefused() {
    store.put(
        "ranges/serviceips",
        "{\"kind\":\"RangeAllocation\",\"range\":\"10.0.0.0/24\",\"data\":\"%s\"}"
            .formatted("//" + "A".repeat(44)));
    assertThatThrownBy(() -> allocations().audit())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("stored ranges/serviceips cannot be true");
  }

  @Test
  void servicesDeclaredBesideTheStoreHoldWhatTheySay() throws Exception {
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    declare(named("other", "{clusterIP: 10.0.0.8, ports: [{port: 80}]}"));
    assertThat(allocations().audit().findings()).isEmpty();
    assertThat(allocations().repair(true, false).writtenDown()).isEmpty();
    declare(named("third", "{clusterIP: 10.0.0.7, ports: [{port: 80}]}"));
    assertThat(allocations().audit().findings())
        .extracting(Finding::toString)
        .containsExactly(
            "10.0.0.7 is held by 2 Services: default/web (ClusterIP), memory:"
                + WEB
                + "; default/third (ClusterIP), extra.yaml:1");
  }

  // The newer form: IPAddress and ServiceCIDR objects.

  @Test
  void addressObjectsWithoutTheirServiceLeakAndMissingOnesAreMade() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/24");
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    harness.applied(named("gone", "{clusterIP: 10.0.0.8, ports: [{port: 80}]}"));
    assertThat(allocations().audit().findings()).isEmpty();
    store.remove("ipaddresses/10.0.0.7");
    store.remove("services/specs/default/gone");
    assertThat(kinds(allocations().audit()))
        .containsExactly("not allocated 10.0.0.7", "leaked 10.0.0.8");
    allocations().repair(true, false);
    assertThat(store.text("ipaddresses/10.0.0.7")).contains("\"name\":\"web\"");
    assertThat(store.keys()).doesNotContain("ipaddresses/10.0.0.8");
    assertThat(allocations().audit().findings()).isEmpty();
  }

  @Test
  void anAddressObjectThatNamesAnotherServiceIsSetRight() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/24");
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    change("ipaddresses/10.0.0.7", "\"name\":\"web\"", "\"name\":\"other\"");
    assertThat(kinds(allocations().audit())).containsExactly("owned by another 10.0.0.7");
    allocations().repair(false, false);
    assertThat(store.text("ipaddresses/10.0.0.7")).contains("\"name\":\"web\"");
    assertThat(allocations().audit().findings()).isEmpty();
  }

  /** KEP-1880 lets a cluster have more ranges than the API server was started with. */
  @Test
  void furtherServiceCidrsAreRangesToo() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/30");
    serviceCidr("more", "10.9.0.0/24");
    var open = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC);
    open.applied(named("a", "{clusterIP: 10.9.0.7, ports: [{port: 80}]}"));
    for (var name : List.of("b", "c", "d")) {
      open.applied(named(name, "{ports: [{port: 80}]}"));
    }
    var report = allocations(RangeOptions.fromStore()).audit();
    assertThat(report.findings()).isEmpty();
    assertThat(report.ranges())
        .extracting(use -> use.range().spec() + ": " + use.usage().used())
        .containsExactly("10.0.0.0/30: 2", "10.9.0.0/24: 2", "30000-32767: 0");
    store.remove("servicecidrs/more");
    assertThat(kinds(allocations(RangeOptions.fromStore()).audit()))
        .hasSize(2)
        .allMatch(kind -> kind.startsWith("out of range 10.9.0."));
  }

  /** It is somebody's, and nobody knows whose; the rest is audited. */
  @Test
  void anAddressObjectThatCannotBeReadIsOneFinding() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/24");
    store.put("servicecidrs/torn", "{");
    harness.applied("{clusterIP: 10.0.0.7, ports: [{port: 80}]}");
    store.put("ipaddresses/10.0.0.7", "{");
    store.put("ipaddresses/10.0.0.9", "k8s:enc:aescbc:v1:key1:secret");
    store.put("ipaddresses/10.0.0.10", "{\"spec\":{\"parentRef\":{\"resource\":\"services\"}}}");
    var report = allocations().audit();
    assertThat(kinds(report))
        .containsExactly(
            "unreadable memory:ipaddresses/10.0.0.7",
            "unreadable memory:ipaddresses/10.0.0.9",
            "unreadable memory:servicecidrs/torn",
            "leaked 10.0.0.10");
    assertThat(report.ranges().getFirst().usage().used()).isEqualTo(3);
    assertThat(allocations().whoHas(address("10.0.0.9")).state())
        .isEqualTo("is taken; its IPAddress cannot be read");
    assertThat(allocations().whoHas(address("10.0.0.11")).unreadable()).hasSize(3);
    assertThatThrownBy(() -> allocations().repair(true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("ipaddresses/10.0.0.7 cannot be read");

    // Who allocates goes on, and keeps away from it.
    var keys = store.keys();
    assertThat(message(harness.apply(named("other", "{clusterIP: 10.0.0.9, ports: [{port: 80}]}"))))
        .contains("an IPAddress that cannot be read");
    harness.applied(named("third", "{clusterIP: 10.0.0.12, ports: [{port: 80}]}"));
    assertThat(store.keys()).containsAll(keys);
  }

  @Test
  void addressesOfOthersThanServicesAreNotLeaks() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/24");
    store.put(
        "ipaddresses/10.0.0.9",
        """
        {"kind":"IPAddress","metadata":{"name":"10.0.0.9"},"spec":{"parentRef":
        {"group":"gateway.networking.k8s.io","resource":"gateways","namespace":"edge","name":"g"}}}
        """);
    assertThat(allocations().audit().findings()).isEmpty();
    assertThat(allocations().repair(true, false).freed()).isEmpty();
    assertThat(allocations().whoHas(address("10.0.0.9")).state()).contains("edge/g (gateways)");
  }

  /** etcd takes 128 operations a transaction. */
  @Test
  void aRepairOfManyAddressesIsDoneInSeveralTransactions() throws Exception {
    serviceCidr("kubernetes", "10.0.0.0/24");
    for (var i = 1; i <= 120; i++) {
      harness.applied(named("s" + i, "{clusterIP: 10.0.0.%d, ports: [{port: 80}]}".formatted(i)));
      store.remove(i <= 60 ? "ipaddresses/10.0.0." + i : "services/specs/default/s" + i);
    }
    var commits = store.commits();
    var report = allocations().repair(true, false);
    assertThat(report.writtenDown()).hasSize(60);
    assertThat(report.freed()).hasSize(60);
    assertThat(store.commits() - commits).isEqualTo(3);
    assertThat(store.operationsMax()).isLessThan(128);
    assertThat(allocations().audit().findings()).isEmpty();
  }

  // Who has it.

  @Test
  void saysWhoHasAnAddressOrPort() throws Exception {
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    harness.applied(named("gone", "{clusterIP: 10.0.0.200, ports: [{port: 80}]}"));
    store.remove("services/specs/default/gone");
    var allocations = allocations();
    assertThat(allocations.whoHas(address("10.0.0.7")).holdings())
        .extracting(Finding.Holding::toString)
        .containsExactly("default/web (ClusterIP), memory:" + WEB);
    assertThat(allocations.whoHas(30001).holdings())
        .extracting(Finding.Holding::toString)
        .containsExactly("default/web (NodePort 80/TCP), memory:" + WEB);
    assertThat(allocations.whoHas(address("10.0.0.8")).state())
        .isEqualTo("is free, in the static band of 10.0.0.0/24");
    assertThat(allocations.whoHas(31000).state())
        .isEqualTo("is free, in the dynamic band of 30000-32767");
    assertThat(allocations.whoHas(address("10.0.0.200")).state())
        .isEqualTo(
            "is marked as taken though no Service holds it, in the dynamic band of 10.0.0.0/24");
    assertThat(allocations.whoHas(address("10.1.0.1")).state()).isEqualTo("is not in 10.0.0.0/24");
    assertThat(allocations.whoHas(address("10.0.0.0")).state())
        .isEqualTo("is the base address of 10.0.0.0/24 and never given out");
  }

  // A cluster without its store.

  @Test
  void aClustersServicesAreComparedWithEachOtherAndTheRanges() throws Exception {
    var cluster =
        Manifests.ofText(
            """
            kind: Service
            apiVersion: v1
            metadata: {name: a, namespace: default}
            spec: {clusterIP: 10.0.0.7, ports: [{port: 80}]}
            ---
            kind: Service
            apiVersion: v1
            metadata: {name: b}
            spec: {type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 1}]}
            """,
            "all.yaml");
    var report = Allocations.audit(cluster, options("10.0.0.0/24"), InstantSource.fixed(NOW));
    assertThat(report.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "10.0.0.7 is held by 2 Services: default/a (ClusterIP), all.yaml:1; default/b"
                + " (ClusterIP), all.yaml:6",
            "1 is not in 30000-32767: default/b (NodePort 80/TCP), all.yaml:6");
    assertThat(report.ranges().getFirst().usage().used()).isEqualTo(1);
    assertThat(Allocations.whoHas(cluster, options("10.0.0.0/24"), address("10.0.0.7")).holdings())
        .hasSize(2);
    assertThatThrownBy(
            () -> Allocations.audit(cluster, RangeOptions.fromStore(), InstantSource.fixed(NOW)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--service-cluster-ip-range");
  }

  @Test
  void aClustersServiceCidrsAndAddressesAreUsed() throws Exception {
    var report =
        Allocations.audit(
            Manifests.ofText(
                """
                {kind: "ServiceCIDR", apiVersion: "networking.k8s.io/v1", metadata: {name: "kubernetes"}, spec: {cidrs: ["10.0.0.0/24"]}}
                ---
                {kind: "IPAddress", apiVersion: "networking.k8s.io/v1", metadata: {name: "10.0.0.9"}, spec: {parentRef: {resource: "services", namespace: "default", name: "gone"}}}
                ---
                {kind: "Service", apiVersion: "v1", metadata: {name: "a"}, spec: {clusterIP: "10.0.0.7"}}
                """,
                "all.yaml"),
            RangeOptions.fromStore(),
            InstantSource.fixed(NOW));
    assertThat(kinds(report)).containsExactly("not allocated 10.0.0.7", "leaked 10.0.0.9");
  }

  private Allocations allocations() {
    return allocations(options("10.0.0.0/24"));
  }

  private Allocations allocations(RangeOptions options) {
    return new Allocations(
        store,
        options,
        InstantSource.fixed(NOW),
        new Random(7),
        () -> new Declared(harness.declared, List.of()));
  }

  private static RangeOptions options(String range) {
    return new RangeOptions(
        List.of(AddressRange.of(range)), Optional.empty(), WhenDynamicIsFull.USE_STATIC);
  }

  private static List<String> kinds(AuditReport report) {
    return report.findings().stream()
        .map(finding -> finding.kind() + " " + finding.value())
        .toList();
  }

  private void declare(String yaml) {
    harness.declared.add(new DeclaredService("extra.yaml:1", service(yaml)));
  }

  private void serviceCidr(String name, String cidr) {
    store.put(
        "servicecidrs/" + name,
        "{\"kind\":\"ServiceCIDR\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"cidrs\":[\"%s\"]}}"
            .formatted(name, cidr));
  }

  /** Edits a value as somebody else would; replacements in pairs. */
  private void change(String key, String... replacements) {
    copy(key, key, replacements);
  }

  private void copy(String from, String to, String... replacements) {
    var text = store.text(from);
    for (var i = 0; i < replacements.length; i += 2) {
      assertThat(text).contains(replacements[i]);
      text = text.replace(replacements[i], replacements[i + 1]);
    }
    store.put(to, text);
  }

  private static IpAddress address(String text) {
    return requireNonNull(IpAddress.parse(text));
  }
}
