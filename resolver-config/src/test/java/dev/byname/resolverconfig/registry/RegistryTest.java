package dev.byname.resolverconfig.registry;

import static dev.byname.resolverconfig.registry.RegistryHarness.applied;
import static dev.byname.resolverconfig.registry.RegistryHarness.message;
import static dev.byname.resolverconfig.registry.RegistryHarness.named;
import static dev.byname.resolverconfig.registry.RegistryHarness.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.registry.Outcome.Deleted;
import dev.byname.resolverconfig.registry.Outcome.NotFound;
import dev.byname.resolverconfig.registry.Outcome.Verb;
import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import dev.byname.resolverconfig.store.MemoryStore;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RegistryTest {
  private static final ServiceKey WEB = new ServiceKey("default", "web");

  @Test
  void tellsWhatItGaveAndFreed() {
    var harness = new RegistryHarness("10.0.0.0/24");
    var created =
        harness.applied(
            "{type: LoadBalancer, externalTrafficPolicy: Local, clusterIP: 10.0.0.7,"
                + " healthCheckNodePort: 30003, ports: [{name: dns, port: 53, protocol: UDP,"
                + " nodePort: 30001}, {name: http, port: 80, nodePort: 30002}]}");
    assertThat(created.verb()).isEqualTo(Verb.CREATED);
    assertThat(created.given())
        .containsExactly(
            "ClusterIP 10.0.0.7",
            "node port 30001 for 53/UDP",
            "node port 30002 for 80/TCP",
            "health check node port 30003");
    var changed = harness.applied("{type: ExternalName, externalName: example.com}");
    assertThat(changed.verb()).isEqualTo(Verb.CONFIGURED);
    assertThat(changed.given()).isEmpty();
    assertThat(changed.freed())
        .containsExactly(
            "ClusterIP 10.0.0.7",
            "node port 30001",
            "node port 30002",
            "health check node port 30003");
  }

  @Test
  void identityAndAgeAreGivenOnceAndStatusIsNotTheAuthors() {
    var harness = new RegistryHarness("10.0.0.0/24");
    var manifest =
        service(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default, selfLink: /x, generation: 3, managedFields: [{manager: kubectl}]}
            spec: {ports: [{port: 80}], futureField: {kept: true}}
            status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}
            """);
    var created = applied(harness.registry.apply(manifest, false));
    var metadata = created.service().get("metadata");
    assertThat(metadata.get("uid").stringValue())
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(metadata.get("creationTimestamp").stringValue()).isEqualTo("2026-11-22T12:00:00Z");
    assertThat(metadata.propertyNames())
        .containsExactlyInAnyOrder(
            "name", "namespace", "uid", "creationTimestamp", "resourceVersion");
    assertThat(created.service().get("status")).hasToString("{\"loadBalancer\":{}}");
    assertThat(created.service().at("/spec/futureField/kept").booleanValue()).isTrue();
    assertThat(created.warnings()).containsExactly("unknown field \"spec.futureField\"");
    assertThat(harness.store.text(WEB.storeKey()))
        .doesNotContain("resourceVersion")
        .endsWith("}\n");

    // A load balancer's controller writes its status; applying again leaves it.
    harness.store.put(
        WEB.storeKey(),
        harness
            .store
            .text(WEB.storeKey())
            .replace(
                "{\"loadBalancer\":{}}",
                "{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.9\"}]}}"));
    var again = applied(harness.registry.apply(manifest, false));
    assertThat(again.verb()).isEqualTo(Verb.UNCHANGED);
    assertThat(again.service().at("/metadata/uid")).isEqualTo(metadata.get("uid"));
    assertThat(again.service().at("/status/loadBalancer/ingress/0/ip").stringValue())
        .isEqualTo("192.0.2.9");
  }

  @Test
  void aTakenAddressIsRefusedWithItsHolderAndTheRemedy() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied(
        "{apiVersion: v1, kind: Service, metadata: {name: catalog-ui, namespace: kube-system},"
            + " spec: {type: NodePort, clusterIP: 10.0.0.76, ports: [{port: 4000, nodePort:"
            + " 32058}]}}");
    var keys = harness.store.keys();
    assertThat(message(harness.apply("{clusterIP: 10.0.0.76, ports: [{port: 80}]}")))
        .isEqualTo(
            "Service \"web\": spec.clusterIPs[0]: 10.0.0.76 is held by kube-system/catalog-ui"
                + " (ClusterIP); leave it out to be given one of 253 free addresses, or ask for"
                + " another");
    assertThat(message(harness.apply("{type: NodePort, ports: [{port: 80, nodePort: 32058}]}")))
        .isEqualTo(
            "Service \"web\": spec.ports[0].nodePort: 32058 is held by kube-system/catalog-ui"
                + " (NodePort 4000/TCP); leave it out to be given one of 2767 free node ports, or"
                + " ask for another");
    assertThat(harness.store.keys()).isEqualTo(keys);
    assertThat(harness.held()).containsExactly("10.0.0.76", "32058");
  }

  /** The second port fails: neither the address nor the first port is kept. */
  @Test
  void aFailureGivesBackEverythingItTook() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied(
        named("a", "{type: NodePort, clusterIP: 10.0.0.1, ports: [{port: 80, nodePort: 30001}]}"));
    var commits = harness.store.commits();
    assertThat(
            message(
                harness.apply(
                    "{type: NodePort, ports: [{name: a, port: 80, nodePort: 30002}, {name: b, port:"
                        + " 81, nodePort: 30001}]}")))
        .contains("30001 is held by default/a");
    assertThat(harness.store.commits()).isEqualTo(commits);
    assertThat(harness.held()).containsExactly("10.0.0.1", "30001");
  }

  @Test
  void whenNothingIsLeftTheCountsSayWhatIs() {
    var store = new MemoryStore(false);
    var strict = new RegistryHarness(store, WhenDynamicIsFull.REFUSE, "10.0.0.0/27");
    for (var i = 0; i < 14; i++) {
      strict.applied(named("s" + i, "{ports: [{port: 80}]}"));
    }
    assertThat(message(strict.apply("{ports: [{port: 80}]}")))
        .isEqualTo(
            "Service \"web\": spec.clusterIPs[0]: addresses 10.0.0.17-10.0.0.30 are all in use"
                + " (14); 16 of 16 static ones are free: give one by hand");
    var lenient = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC);
    for (var i = 0; i < 16; i++) {
      lenient.applied(named("t" + i, "{ports: [{port: 80}]}"));
    }
    assertThat(message(lenient.apply("{ports: [{port: 80}]}")))
        .isEqualTo(
            "Service \"web\": spec.clusterIPs[0]: addresses 10.0.0.0/27 are all in use (14 dynamic,"
                + " 16 static); delete services or widen the range");
  }

  @Test
  void aDryRunTellsTheTruthAndChangesNothing() {
    var harness = new RegistryHarness("10.0.0.0/24");
    var dry =
        applied(harness.registry.apply(service("{type: NodePort, ports: [{port: 80}]}"), true));
    assertThat(dry.dryRun()).isTrue();
    assertThat(dry.verb()).isEqualTo(Verb.CREATED);
    assertThat(dry.given()).hasSize(2);
    assertThat(dry.service().get("metadata").has("resourceVersion")).isFalse();
    assertThat(harness.store.keys()).isEmpty();

    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    var back = applied(harness.registry.apply(service("{ports: [{port: 80}]}"), true));
    assertThat(back.freed()).containsExactly("node port 30001");
    assertThat(harness.registry.delete(WEB, true))
        .isEqualTo(new Deleted(WEB, List.of("ClusterIP 10.0.0.7", "node port 30001"), true));
    assertThat(message(harness.registry.apply(service("{clusterIP: 10.0.0.8}"), true)))
        .contains("may not change once set");
    assertThat(harness.held()).containsExactly("10.0.0.7", "30001");
    assertThat(harness.store.commits()).isEqualTo(1);
  }

  @Test
  void anOldResourceVersionIsAConflict() throws Exception {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied("{ports: [{port: 80}]}");
    var mine = harness.registry.get(WEB).orElseThrow();
    harness.applied("{ports: [{port: 81}]}");
    assertThat(message(harness.registry.apply(mine, false)))
        .isEqualTo(
            "Operation cannot be fulfilled on services \"web\": the object has been modified;"
                + " please apply your changes to the latest version and try again");
    var fresh = harness.registry.get(WEB).orElseThrow();
    fresh
        .withObjectProperty("spec")
        .withArrayProperty("ports")
        .removeAll()
        .addObject()
        .put("port", 82);
    assertThat(applied(harness.registry.apply(fresh, false)).verb()).isEqualTo(Verb.CONFIGURED);

    harness.registry.delete(WEB, false);
    assertThat(message(harness.registry.apply(fresh, false)))
        .contains("it does not exist, so it has no resourceVersion");
    harness.applied("{ports: [{port: 80}]}");
    fresh.withObjectProperty("metadata").remove("resourceVersion");
    assertThat(message(harness.registry.apply(fresh, false)))
        .contains("Precondition failed: UID in precondition: ");
  }

  @Test
  void anotherWritersChangeMeansWorkingItOutAgain() {
    var harness = new RegistryHarness("10.0.0.0/30"); // two addresses
    harness.applied(named("first", "{clusterIP: 10.0.0.1, ports: [{port: 80}]}"));
    harness.store.beforeNextCommit(store -> {
      // Another writer takes the address that was free when this one looked.
      var other = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC);
      other.applied(named("second", "{ports: [{port: 80}]}"));
    });
    assertThat(message(harness.apply("{ports: [{port: 80}]}"))).contains("are all in use");
    assertThat(harness.held()).containsExactly("10.0.0.1", "10.0.0.2");
  }

  @Test
  void aServiceThatWasMadeAgainMeanwhileIsNotTheOneToDelete() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied("{ports: [{port: 80}]}");
    harness.store.beforeNextCommit(store -> {
      var other = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC);
      other.registry.delete(WEB, false);
      other.registry.apply(service(named("decoy", "{ports: [{port: 1}]}")), false);
      other.applied("{ports: [{port: 81}]}");
    });
    assertThat(harness.registry.delete(WEB, false)).isEqualTo(new NotFound(WEB));
    assertThat(harness.store.text(WEB.storeKey())).contains("\"port\":81");
  }

  @Test
  void starvingEndsWithAConflictAndNotForever() {
    var harness = new RegistryHarness("10.0.0.0/24");
    var store = harness.store;
    store.beforeNextCommit(
        new java.util.function.Consumer<>() {
          @Override
          public void accept(MemoryStore again) {
            again.put(
                RangeBook.NODE_PORTS, "{\"kind\":\"RangeAllocation\",\"range\":\"30000-32767\"}");
            again.put(
                RangeBook.PRIMARY, "{\"kind\":\"RangeAllocation\",\"range\":\"10.0.0.0/24\"}");
            again.beforeNextCommit(this);
          }
        });
    assertThat(message(harness.apply("{ports: [{port: 80}]}"))).contains("try again");
    assertThat(store.commits()).isZero();
  }

  @Test
  void deletingFreesEverythingAndDeletingAgainFindsNothing() {
    var harness = new RegistryHarness("10.0.0.0/24", "fd00:10:96::/112");
    harness.applied(
        "{type: LoadBalancer, externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack,"
            + " ports: [{port: 80}]}");
    assertThat(harness.held()).hasSize(4);
    assertThat(harness.registry.delete(WEB, false))
        .isInstanceOfSatisfying(Deleted.class, deleted -> assertThat(deleted.freed()).hasSize(4));
    assertThat(harness.held()).isEmpty();
    assertThat(harness.registry.delete(WEB, false)).isEqualTo(new NotFound(WEB));
    assertThat(harness.registry.delete(new ServiceKey("../..", "x"), false))
        .isInstanceOf(NotFound.class);
  }

  /** Two services with one address (written by somebody else): it is free when both are gone. */
  @Test
  void whatAnotherServiceHoldsAsWellStaysTaken() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied("{type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}");
    harness.store.put(
        "services/specs/default/twin",
        harness.store.text(WEB.storeKey()).replace("\"web\"", "\"twin\""));
    harness.registry.delete(WEB, false);
    assertThat(harness.held()).containsExactly("10.0.0.7", "30001");
    harness.registry.delete(new ServiceKey("default", "twin"), false);
    assertThat(harness.held()).isEmpty();
  }

  @Test
  void aServiceWithFinalizersIsNotTakenAway() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied(
        "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, finalizers:"
            + " [service.kubernetes.io/load-balancer-cleanup]}, spec: {ports: [{port: 80}]}}");
    assertThat(message(harness.registry.delete(WEB, false)))
        .contains("waits for its finalizers [\"service.kubernetes.io/load-balancer-cleanup\"]");
    assertThat(harness.held()).hasSize(1);
  }

  @Test
  void allServicesAreReadOnlyWhenSomethingIsGivenBackOrRefused() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied("{type: NodePort, ports: [{name: a, port: 80}]}");
    harness.applied("{type: LoadBalancer, ports: [{name: a, port: 80}, {name: b, port: 81}]}");
    assertThat(harness.store.fullReads()).isZero();
    harness.registry.delete(WEB, false);
    assertThat(harness.store.fullReads()).isEqualTo(1);
  }

  // --- what is stored

  @Test
  void theRangesOfANewStoreAreWrittenDownAndKept() {
    var store = new MemoryStore(false);
    new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC, "10.8.0.0/16", "fd00:10:96::/112")
        .applied("{type: ExternalName, externalName: example.com}");
    assertThat(store.text(RangeBook.PRIMARY))
        .isEqualTo(
            "{\"apiVersion\":\"v1\",\"kind\":\"RangeAllocation\",\"metadata\":{},\"range\":\"10.8.0.0/16\",\"data\":\"\"}\n");
    assertThat(store.text(RangeBook.SECONDARY)).contains("\"fd00:10:96::/112\"");
    assertThat(store.text(RangeBook.NODE_PORTS)).contains("\"30000-32767\"");

    var later = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC);
    var given = later.applied(named("db", "{ports: [{port: 5432}]}"));
    assertThat(given.service().at("/spec/clusterIP").stringValue())
        .satisfies(
            address -> assertThat(RegistryHarness.isDynamic(address, "10.8.0.0/16")).isTrue());
    var mistaken = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC, "10.9.0.0/16");
    assertThat(message(mistaken.apply("{ports: [{port: 80}]}")))
        .contains("the store gives addresses out of 10.8.0.0/16, not out of 10.9.0.0/16");
  }

  @Test
  void whatCannotBeReadIsNotOverwritten() {
    var harness = new RegistryHarness("10.0.0.0/24");
    harness.applied("{ports: [{port: 80}]}");
    var good = harness.store.text(RangeBook.PRIMARY);
    for (var bad :
        List.of(
            "not json",
            "[]",
            "{\"range\":\"10.0.0.0/24\",\"data\":\"?\"}",
            "{\"range\":\"10.0.0.0/24\",\"data\":\"" + "//".repeat(40) + "\"}",
            "k8s:enc:aescbc:v1:key1:xxxxxxxx")) {
      harness.store.put(RangeBook.PRIMARY, bad);
      assertThat(harness.apply(named("db", "{ports: [{port: 1}]}")))
          .as(bad)
          .isInstanceOf(Outcome.Refused.class);
      assertThat(harness.store.text(RangeBook.PRIMARY)).isEqualTo(bad);
    }
    assertThat(message(harness.apply(named("db", "{ports: [{port: 1}]}"))))
        .contains("encrypted at rest (k8s:enc:aescbc)");
    harness.store.put(RangeBook.PRIMARY, good);
    harness.store.put(WEB.storeKey(), "{\"spec\":{\"ports\":\"many\"}}");
    assertThat(message(harness.apply("{ports: [{port: 81}]}")))
        .contains("cannot read stored services/specs/default/web, so nothing is changed");
    assertThat(message(harness.registry.delete(WEB, false))).contains("cannot read stored");
    assertThat(harness.registry.list(Optional.empty()).unreadable()).hasSize(1);
  }

  /** An IPv6 /64 does not fit into a RangeAllocation: its addresses are objects of their own. */
  @Test
  void aWideIpv6RangeIsKeptAsIpAddressObjects() {
    var harness = new RegistryHarness("fd00:10:96::/64");
    var given =
        harness.applied("{ports: [{port: 80}]}").service().at("/spec/clusterIP").stringValue();
    var key = "ipaddresses/" + given;
    assertThat(harness.store.keys()).contains(key);
    assertThat(harness.store.text(key))
        .contains(
            "\"parentRef\":{\"group\":\"\",\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"web\"}")
        .contains("\"ipaddress.kubernetes.io/ip-family\":\"IPv6\"");
    assertThat(
            message(
                harness.apply(named("db", "{clusterIP: \"" + given + "\", ports: [{port: 1}]}"))))
        .contains(given + " is held by default/web (ClusterIP)");
    // A low address is in both forms, so that an API server's allocator sees it.
    harness.applied(named("dns", "{clusterIP: \"fd00:10:96::a\", ports: [{port: 53}]}"));
    assertThat(harness.held()).contains("fd00:10:96::a", given);
    harness.registry.delete(WEB, false);
    harness.registry.delete(new ServiceKey("default", "dns"), false);
    assertThat(harness.store.keys()).noneMatch(left -> left.startsWith("ipaddresses/"));
    assertThat(harness.held()).isEmpty();
  }

  @Test
  void aClusterWithServiceCidrsKeepsAddressesAsObjects() {
    var harness = new RegistryHarness();
    harness.store.put(
        "servicecidrs/kubernetes",
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"ServiceCIDR\",\"metadata\":{\"name\":\"kubernetes\"},\"spec\":{\"cidrs\":[\"10.96.0.0/16\",\"fd00:10:96::/108\"]}}");
    harness.store.put(
        "ipaddresses/10.96.0.1",
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IPAddress\",\"metadata\":{\"name\":\"10.96.0.1\"},\"spec\":{\"parentRef\":{\"group\":\"\",\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"kubernetes\"}}}");
    assertThat(message(harness.apply("{clusterIP: 10.96.0.1, ports: [{port: 80}]}")))
        .contains("10.96.0.1 is held by default/kubernetes (ClusterIP)");
    harness.applied(
        "{clusterIP: 10.96.0.10, ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}");
    assertThat(harness.store.keys())
        .contains("ipaddresses/10.96.0.10")
        .doesNotContain(RangeBook.PRIMARY, RangeBook.SECONDARY);
    harness.registry.delete(WEB, false);
    assertThat(harness.store.keys())
        .containsExactlyInAnyOrder(
            "servicecidrs/kubernetes", "ipaddresses/10.96.0.1", RangeBook.NODE_PORTS);
  }

  /** A service that says it holds an address whose object names another one frees nothing. */
  @Test
  void anAddressObjectIsTakenAwayOnlyByItsOwner() {
    var harness = new RegistryHarness("fd00:10:96::/64");
    harness.applied("{clusterIP: \"fd00:10:96::a\", ports: [{port: 80}]}");
    harness.store.put(
        "services/specs/default/thief",
        harness.store.text(WEB.storeKey()).replace("\"web\"", "\"thief\""));
    harness.registry.delete(new ServiceKey("default", "thief"), false);
    assertThat(harness.held()).containsExactly("fd00:10:96::a");
  }

  // --- a folder

  @Test
  void inAFolderServicesWrittenByHandAreSeen() {
    var store = new MemoryStore(true);
    var harness = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC, "10.0.0.0/30");
    store.put(
        "services/specs/default/byhand",
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"byhand\",\"namespace\":\"default\"},\"spec\":{\"clusterIP\":\"10.0.0.2\",\"ports\":[{\"port\":80,\"protocol\":\"TCP\"}]}}");
    assertThat(message(harness.apply("{clusterIP: 10.0.0.2, ports: [{port: 80}]}")))
        .contains("10.0.0.2 is held by default/byhand (ClusterIP)");
    assertThat(harness.applied("{ports: [{port: 80}]}").given())
        .containsExactly("ClusterIP 10.0.0.1");
    // And what it holds is written down along the way.
    assertThat(harness.held()).containsExactly("10.0.0.1", "10.0.0.2");
  }

  @Test
  void servicesDeclaredElsewhereInTheFolderKeepTheirValuesAndTheirFile() {
    var store = new MemoryStore(true);
    var harness = new RegistryHarness(store, WhenDynamicIsFull.USE_STATIC, "10.0.0.0/30");
    harness.declared.add(
        new DeclaredService(
            "demo.yaml:3",
            service(named("kubernetes", "{clusterIP: 10.0.0.1, ports: [{port: 443}]}"))));
    assertThat(harness.applied("{ports: [{port: 80}]}").given())
        .containsExactly("ClusterIP 10.0.0.2");
    assertThat(message(harness.apply(named("db", "{clusterIP: 10.0.0.1, ports: [{port: 1}]}"))))
        .contains("10.0.0.1 is held by default/kubernetes (ClusterIP)");
    assertThat(message(harness.apply(named("kubernetes", "{ports: [{port: 444}]}"))))
        .contains("it is declared in demo.yaml:3: change it there");
    assertThat(harness.held()).as("not written down as ours").containsExactly("10.0.0.2");
    harness.declared.clear();
    assertThat(harness.applied(named("db", "{ports: [{port: 1}]}")).given())
        .containsExactly("ClusterIP 10.0.0.1");
  }

  @Test
  void aListingIsOrderedAndOfOneNamespaceOrAll() {
    var harness = new RegistryHarness("10.0.0.0/24");
    for (var name : List.of("web", "db", "api")) {
      harness.applied(named(name, "{ports: [{port: 80}]}"));
    }
    harness.applied(
        "{apiVersion: v1, kind: Service, metadata: {name: dns, namespace: kube-system}, spec:"
            + " {ports: [{port: 53}]}}");
    assertThat(names(harness.registry.list(Optional.of("default"))))
        .containsExactly("default/api", "default/db", "default/web");
    assertThat(names(harness.registry.list(Optional.empty())))
        .containsExactly("default/api", "default/db", "default/web", "kube-system/dns");
    assertThat(names(harness.registry.list(Optional.of("none")))).isEmpty();
  }

  @Test
  void manyServicesNeverShare() {
    var harness = new RegistryHarness("10.0.0.0/24");
    var seen = new TreeSet<String>();
    for (var i = 0; i < 254; i++) {
      var given = harness.applied(named("s" + i, "{ports: [{port: 80}]}"));
      assertThat(seen.add(given.service().at("/spec/clusterIP").stringValue())).isTrue();
    }
    assertThat(harness.held()).isEqualTo(seen);
  }

  private static List<String> names(Registry.Listing listing) {
    return listing.services().stream()
        .map(each -> new ServiceObject(each).key().toString())
        .toList();
  }
}
