package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.app.Byname;
import dev.byname.resolverconfig.resolvconf.Limits;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes, pods on them, routes between them, and what kube-proxy would make of the Services: the
 * seed's cluster, with Byname as its DNS pods. One reads a real etcd and the other, where one is at
 * hand, a real kube-apiserver over it. Addresses are the seed's.
 *
 * <p>DNS pods go in three ways while programs in two pods look names up, one pod with the
 * resolv.conf that Kubernetes gives it, the other with a node-local Byname in front. No lookup may
 * be lost that any DNS server could have saved: see {@link Death}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndToEndIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String DNS_1 = "10.1.196.134";
  private static final String DNS_2 = "10.1.32.193";
  private static final String WEB = "10.1.32.194";
  private static final String NODE_LOCAL = "169.254.20.10";

  /** ClusterIP of the Service byname-upstream: the DNS pods again, for the node-local servers. */
  private static final String UPSTREAM = "10.0.0.11";

  @TempDir Path folder;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private ControlPlane controlPlane;
  private NetworkNamespace node1;
  private NetworkNamespace node2;
  private NetworkNamespace pod;
  private NetworkNamespace podWithNodeLocal;
  private NetworkNamespace dns1;
  private NetworkNamespace dns2;
  private NetworkNamespace web;

  @BeforeEach
  void theCluster() throws Exception {
    Tool.assumeInstalled("etcd", "--version");
    Tool.assumeInstalled("etcdctl", "version");
    Tool.assumeInstalled("nft", "--version");
    Tool.assumeInstalled("busybox", "true");
    Tool.assumeInstalled("conntrack", "--version");
    Tool.assumeInstalled("musl-gcc", "--version");
    node1 = namespace();
    node2 = namespace();
    for (var node : List.of(node1, node2)) {
      node.mustRun("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    }
    cable(node1, "ens192", node2, "ens192");
    node1.mustRun("ip", "addr", "add", "172.16.3.23/26", "dev", "ens192");
    node2.mustRun("ip", "addr", "add", "172.16.3.22/26", "dev", "ens192");
    // What node1 itself sends to a ClusterIP needs a route before it is rewritten.
    node1.mustRun("ip", "route", "add", "default", "via", "172.16.3.22");
    node1.mustRun("ip", "route", "add", "10.1.32.192/26", "via", "172.16.3.22");
    node2.mustRun("ip", "route", "add", "10.1.196.128/26", "via", "172.16.3.23");
    pod = pod(node1, "10.1.196.133");
    podWithNodeLocal = pod(node1, "10.1.196.135");
    dns1 = pod(node1, DNS_1);
    dns2 = pod(node2, DNS_2);
    web = pod(node2, WEB);
    // As kube-proxy in IPVS mode has them: ClusterIPs are addresses of the node, so they answer a
    // ping.
    node1.addAddress("10.0.0.157/32");
    serveReviews();
    controlPlane = new ControlPlane(node1, "172.16.3.23", folder);
    processes.add(controlPlane.startEtcd());
    store("namespaces/default", "v1", "Namespace", "default", "", "{}");
    store("namespaces/kube-system", "v1", "Namespace", "kube-system", "", "{}");
    service("default", "reviews", "10.0.0.157", 9080);
    service("kube-system", "mongodb", "10.0.0.46", 27017);
    service("default", "workers", "None", 7000);
    workers("10.1.32.220");
  }

  @AfterEach
  void end() throws Exception {
    for (var process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    for (var each : toClose.reversed()) {
      each.close();
    }
  }

  @Test
  void podsFindServicesByNameWhateverHappensToADnsPod() throws Exception {
    var first = byname(dns1, "dns1", "etcd " + controlPlane.etcdUrl());
    var second = byname(dns2, "dns2", secondSource());
    awaitReady(dns1, first);
    awaitReady(dns2, second);
    proxyDns(DNS_1, DNS_2);
    configure(pod, PodDns.clusterFirst("default"));
    var musl = muslBinary();

    everyResolverFindsTheSeedsNames(musl);
    scalingIsSeen();

    nodeLocal();
    // As the webhook's rule `nameserversInFront` has it.
    configure(
        podWithNodeLocal,
        PodDns.fromSpec(
            "default",
            Map.of(
                "dnsPolicy",
                "None",
                "dnsConfig",
                Map.of(
                    "nameservers",
                    List.of(NODE_LOCAL, "10.0.0.10"),
                    "searches",
                    List.of("default.svc.cluster.local", "svc.cluster.local", "cluster.local"),
                    "options",
                    List.of(Map.of("name", "ndots", "value", "5")))),
            "spec"));
    var stop = folder.resolve("stop");
    var askers = askers(stop, musl);

    var killed = aProcessIsKilled(first);
    first = byname(dns1, "dns1-again", "etcd " + controlPlane.etcdUrl());
    awaitReady(dns1, first);
    awaitLookupsAfter(killed, askers);
    proxyDns(DNS_1, DNS_2);

    var vanished = aNodeVanishes();
    awaitLookupsAfter(vanished, askers);
    theNodeComesBack();

    aPodIsDeleted(first);
    Files.writeString(stop, "");
    for (var asker : askers) {
      assertThat(asker.process().waitFor()).as(asker.toString()).isZero();
    }
    noLookupIsLostThatCouldBeSaved(askers, killed, vanished);
  }

  private void everyResolverFindsTheSeedsNames(Path musl) throws IOException {
    assertThat(pod.mustRun("ping", "-c1", "-W20", "reviews"))
        .startsWith("PING reviews.default.svc.cluster.local (10.0.0.157)")
        .contains("1 received");
    assertThat(pod.mustRun("getent", "hosts", "mongodb.kube-system").split("\\s+"))
        .containsExactly("10.0.0.46", "mongodb.kube-system.svc.cluster.local");
    assertThat(pod.mustRun("nslookup", "mongodb.kube-system"))
        .contains("10.0.0.10#53", "mongodb.kube-system.svc.cluster.local\nAddress: 10.0.0.46");
    // It asks the whole search list and fails over the names that do not exist.
    assertThat(pod.run("busybox", "nslookup", "reviews").output())
        .contains("Name:\treviews.default.svc.cluster.local\nAddress: 10.0.0.157\n");
    assertThat(pod.mustRun("dig", "+search", "+short", "reviews")).isEqualTo("10.0.0.157\n");
    assertThat(pod.mustRun(Tool.java(PodClient.class, "resolve", "mongodb.kube-system")))
        .isEqualTo("10.0.0.46\n");
    assertThat(pod.mustRun("curl", "-s", "--max-time", "30", "http://reviews:9080/"))
        .isEqualTo("five stars\n");
    assertThat(pod.mustRun(musl.toString(), "mongodb.kube-system")).isEqualTo("10.0.0.46\n");
  }

  private void scalingIsSeen() throws IOException {
    awaitWorkers("10.1.32.220");
    workers("10.1.32.220", "10.1.154.221");
    awaitWorkers("10.1.154.221", "10.1.32.220");
    workers("10.1.154.221");
    awaitWorkers("10.1.154.221");
    workers();
    await("a headless service without an endpoint").atMost(LIMIT).until(() -> bothSay("NXDOMAIN"));
  }

  // ---- how a DNS pod goes

  /**
   * A DNS pod is gone and kube-proxy does not know it yet. A lookup whose every try is made in this
   * time, and by chance sent to that pod each time, is lost whatever the DNS server does: only a
   * resolver that tries longer saves it. Such lookups are counted and printed; others fail the
   * test.
   *
   * @param silent whether its packets vanish; otherwise its port refuses them
   */
  private record Death(
      String what, boolean silent, long fromMicros, long knownMicros, String tries) {
    boolean excuses(Asker asker, Asker.Lookup lookup) {
      return lookup.endedMicros() > fromMicros
          && lookup.beganMicros() + asker.lastTryMillis(silent) * 1000L < knownMicros;
    }

    boolean during(Asker.Lookup lookup) {
      return lookup.beganMicros() >= fromMicros && lookup.beganMicros() < knownMicros;
    }
  }

  /** As the kernel does it to a container over its memory limit. */
  private Death aProcessIsKilled(Process server) throws Exception {
    return die(
        "kill -9 of a DNS pod's process",
        false,
        DNS_1,
        DNS_2,
        8,
        () -> {
          server.destroyForcibly(); // `ip netns exec` has become the server
          return server.waitFor();
        });
  }

  /** Packets to it are dropped without a word. */
  private Death aNodeVanishes() throws Exception {
    return die(
        "the cable of a DNS pod's node is cut",
        true,
        DNS_2,
        DNS_1,
        4,
        () -> node2.mustRun("ip", "link", "set", "ens192", "down"));
  }

  /** Dies, stays in the rules until some tries have met it, and is then taken out of them. */
  private Death die(
      String what, boolean silent, String dead, String left, int tries, Callable<?> dying)
      throws Exception {
    var before = triesOf(dead, "udp");
    var beforeTcp = triesOf(dead, "tcp");
    var from = nowMicros();
    dying.call();
    await("tries that meet the dead pod")
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> triesOf(dead, "udp") >= before + tries);
    var udp = triesOf(dead, "udp") - before;
    var tcp = triesOf(dead, "tcp") - beforeTcp;
    takeOut(dead, left);
    return new Death(
        what, silent, from, nowMicros(), udp + " UDP and " + tcp + " TCP tries met it");
  }

  /** As kube-proxy does it when an endpoint goes. */
  private void takeOut(String gone, String left) throws IOException {
    proxyDns(left);
    // Or else a socket that asks again, or has the port of an earlier one, is led to the old place.
    for (var node : List.of(node1, node2)) {
      node.run("conntrack", "-D", "-p", "udp", "--orig-dst", "10.0.0.10", "--dst-nat", gone);
    }
  }

  private void theNodeComesBack() throws IOException {
    workers("10.1.32.221");
    node2.mustRun("ip", "link", "set", "ens192", "up");
    node2.mustRun("ip", "route", "add", "10.1.196.128/26", "via", "172.16.3.23");
    // What changed in the meantime is seen.
    awaitWorkers("10.1.32.221");
    proxyDns(DNS_1, DNS_2);
  }

  /** The usual way: SIGTERM, unready, out of the Service, lameduck, end. */
  private void aPodIsDeleted(Process first) throws Exception {
    first.destroy();
    await("unready, while it goes on answering")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !ready(dns1).equals("OK"));
    assertThat(first.isAlive()).as("lameduck").isTrue();
    takeOut(DNS_1, DNS_2);
    assertThat(first.waitFor()).isEqualTo(143);
    assertThat(pod.mustRun("dig", "+search", "+short", "reviews")).isEqualTo("10.0.0.157\n");
  }

  private List<Asker> askers(Path stop, Path musl) throws IOException {
    var started = new ArrayList<Asker>();
    for (var names : Asker.Names.values()) {
      for (var resolver : Asker.Resolver.values()) {
        int index = started.size();
        started.add(
            switch (names) {
              case REVIEWS -> Asker.start(pod, resolver, false, names, index, stop, musl);
              case PODS -> Asker.start(podWithNodeLocal, resolver, true, names, index, stop, musl);
            });
      }
    }
    started.forEach(asker -> processes.add(asker.process()));
    awaitLookups(started, 0);
    return started;
  }

  private static void awaitLookupsAfter(Death death, List<Asker> askers) {
    awaitLookups(askers, death.knownMicros());
  }

  private static void awaitLookups(List<Asker> askers, long sinceMicros) {
    for (var asker : askers) {
      await(asker.toString())
          .atMost(LIMIT)
          .until(() -> {
            assertThat(asker.process().isAlive()).as(asker.log().toString()).isTrue();
            return asker.lookups().stream().anyMatch(lookup -> lookup.beganMicros() >= sinceMicros);
          });
    }
  }

  private static void noLookupIsLostThatCouldBeSaved(List<Asker> askers, Death... deaths) {
    for (var death : deaths) {
      System.out.printf(
          "%s, in kube-proxy's rules for %d ms more; %s%n",
          death.what(), (death.knownMicros() - death.fromMicros()) / 1000, death.tries());
      for (var asker : askers) {
        var then = asker.lookups().stream().filter(death::during).toList();
        System.out.printf(
            "  %-28s %4d lookups, %d lost%n",
            asker, then.size(), then.stream().filter(l -> !l.answered()).count());
      }
    }
    for (var asker : askers) {
      var lookups = asker.lookups();
      var lost = lookups.stream().filter(lookup -> !lookup.answered()).toList();
      System.out.printf("%-30s %4d lookups in all, %d lost%n", asker, lookups.size(), lost.size());
      assertThat(lost)
          .as(asker + ": lost though a try was made when kube-proxy knew, or nobody was dead")
          .allMatch(lookup -> Arrays.stream(deaths).anyMatch(d -> d.excuses(asker, lookup)));
    }
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  // ---- the network

  private NetworkNamespace namespace() {
    var made = NetworkNamespace.createOrSkip();
    toClose.add(made);
    return made;
  }

  private static void cable(NetworkNamespace a, String atA, NetworkNamespace b, String atB) {
    var run =
        Tool.run(
            List.of(
                "ip", "link", "add", atA, "netns", a.name(), "type", "veth", "peer", "name", atB,
                "netns", b.name()));
    assertThat(run.exitCode()).as(run.output()).isZero();
    a.mustRun("ip", "link", "set", atA, "up");
    b.mustRun("ip", "link", "set", atB, "up");
  }

  /** A pod as Calico makes it: one address, everything else by way of its node. */
  private NetworkNamespace pod(NetworkNamespace node, String address) {
    var made = namespace();
    var onNode = "cali" + address.substring(address.lastIndexOf('.') + 1);
    cable(node, onNode, made, "eth0");
    node.mustRun("ip", "addr", "add", "169.254.1.1/32", "dev", onNode);
    node.mustRun("ip", "route", "add", address + "/32", "dev", onNode);
    made.mustRun("ip", "addr", "add", address + "/32", "dev", "eth0");
    made.mustRun("ip", "route", "add", "169.254.1.1", "dev", "eth0", "scope", "link");
    made.mustRun("ip", "route", "add", "default", "via", "169.254.1.1");
    return made;
  }

  /**
   * The rules of the Services kube-dns and byname-upstream with these endpoints, on both nodes, in
   * one transaction; as kube-proxy has them, a chain for each endpoint. Counters stay.
   */
  private void proxyDns(String... endpoints) throws IOException {
    var chains = new StringBuilder();
    for (var server : List.of(DNS_1, DNS_2)) {
      chains.append(
          """
            counter udp-to-%1$s { }
            counter tcp-to-%1$s { }
            chain to-%1$s {
              meta l4proto udp counter name udp-to-%1$s dnat to %2$s
              meta l4proto tcp counter name tcp-to-%1$s dnat to %2$s
            }
          """
              .formatted(chainOf(server), server));
    }
    var targets = new ArrayList<String>();
    for (int i = 0; i < endpoints.length; i++) {
      targets.add(i + " : goto to-" + chainOf(endpoints[i]));
    }
    var rules =
        Files.writeString(
            folder.resolve("kube-proxy.nft"),
            """
            table ip kube-proxy {
              chain services { }
              chain to-%4$s { }
              chain to-%5$s { }
            }
            flush table ip kube-proxy
            table ip kube-proxy {
            %3$s
              chain services {
                ip daddr { 10.0.0.10, %6$s } meta l4proto { udp, tcp } th dport 53 numgen random mod %1$d vmap { %2$s }
                ip daddr 10.0.0.157 tcp dport 9080 dnat to %7$s:8080
              }
              chain of-pods {
                type nat hook prerouting priority dstnat;
                jump services
              }
              chain of-the-node {
                type nat hook output priority -100;
                jump services
              }
            }
            """
                .formatted(
                    endpoints.length,
                    String.join(", ", targets),
                    chains,
                    chainOf(DNS_1),
                    chainOf(DNS_2),
                    UPSTREAM,
                    WEB));
    for (var node : List.of(node1, node2)) {
      node.mustRun("nft", "-f", rules.toString());
    }
  }

  private static String chainOf(String address) {
    return address.replace('.', '-');
  }

  /** Sockets of pods on node1, and of node1 itself, whose first packet was led to this endpoint. */
  private long triesOf(String endpoint, String protocol) {
    var said =
        node1.mustRun(
            "nft", "list", "counter", "ip", "kube-proxy", protocol + "-to-" + chainOf(endpoint));
    var packets = Pattern.compile("packets (\\d+)").matcher(said);
    assertThat(packets.find()).as(said).isTrue();
    return Long.parseLong(packets.group(1));
  }

  // ---- what runs in it

  private void serveReviews() throws IOException {
    var pages = Files.createDirectories(folder.resolve("reviews"));
    Files.writeString(pages.resolve("index.html"), "five stars\n");
    processes.add(
        web.start(
            folder.resolve("web.log"), "busybox", "httpd", "-f", "-p", "8080", "-h", pages + ""));
  }

  private String secondSource() throws Exception {
    if (!ControlPlane.hasApiServer("the API server's part; both DNS pods read etcd")) {
      return "etcd " + controlPlane.etcdUrl();
    }
    processes.add(controlPlane.startApiServer());
    return "kubeconfig " + controlPlane.kubeconfig();
  }

  private Process byname(NetworkNamespace where, String name, String source) throws IOException {
    var corefile =
        Files.writeString(
            folder.resolve(name + ".Corefile"),
            """
            .:53 {
                errors
                health {
                    lameduck 8s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                    %s
                    pods insecure
                    startup_timeout 60s
                }
                loadbalance
            }
            """
                .formatted(source));
    var process =
        where.start(
            folder.resolve(name + ".log"),
            Tool.java(Byname.class, "serve", "-conf", corefile.toString()));
    processes.add(process);
    return process;
  }

  /** The DaemonSet's process on node1, by its own Corefile. */
  private void nodeLocal() throws IOException {
    node1.addAddress(NODE_LOCAL + "/32");
    node1.etcFile("resolv.conf", "nameserver 192.0.2.53\n");
    var corefile = Tool.ROOT.resolve("conf/kubernetes/overlays/nodelocal/Corefile");
    var command = new ArrayList<>(List.of("env", "BYNAME_UPSTREAM_SERVICE_HOST=" + UPSTREAM));
    command.addAll(List.of(Tool.java(Byname.class, "-conf", corefile.toString())));
    var process = node1.start(folder.resolve("node-local.log"), command.toArray(String[]::new));
    processes.add(process);
    await("node-local")
        .atMost(LIMIT)
        .until(() -> {
          assertThat(process.isAlive()).as(folder + "/node-local.log").isTrue();
          return node1
              .run("curl", "-s", "--max-time", "5", "http://" + NODE_LOCAL + ":8181/ready")
              .output()
              .equals("OK");
        });
  }

  private static void configure(NetworkNamespace pod, PodDns dns) {
    var node =
        new NodeDns(
            List.of("10.0.0.10"), "cluster.local", Optional.empty(), List.of(), Limits.CURRENT);
    pod.etcFile("nsswitch.conf", "hosts: files dns\n");
    pod.etcFile("hosts", "127.0.0.1 localhost\n");
    pod.etcFile("resolv.conf", PodResolvConf.build(dns, node).render());
  }

  private void awaitReady(NetworkNamespace where, Process server) {
    await("ready")
        .atMost(LIMIT)
        .until(() -> {
          assertThat(server.isAlive()).as(folder + "/*.log").isTrue();
          return ready(where).equals("OK");
        });
  }

  private static String ready(NetworkNamespace where) {
    return where.run("curl", "-s", "--max-time", "5", "http://127.0.0.1:8181/ready").output();
  }

  private Path muslBinary() throws IOException {
    var source =
        Files.writeString(
            folder.resolve("resolve.c"),
            """
            #include <arpa/inet.h>
            #include <netdb.h>
            #include <stdio.h>
            int main(int argc, char **argv) {
              struct addrinfo *found;
              char text[INET_ADDRSTRLEN];
              if (getaddrinfo(argv[1], 0, 0, &found)) return 1;
              puts(inet_ntop(AF_INET, &((struct sockaddr_in *) found->ai_addr)->sin_addr, text, sizeof text));
            }
            """);
    var binary = folder.resolve("resolve");
    var compiled = Tool.run(List.of("musl-gcc", "-static", "-o", binary + "", source + ""));
    assertThat(compiled.exitCode()).as(compiled.output()).isZero();
    return binary;
  }

  // ---- what the API server would store

  private void store(
      String key, String version, String kind, String name, String metadata, String rest) {
    var json =
        "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\"%s},%s"
            .formatted(version, kind, name, metadata, rest.substring(1))
            .replace(",}", "}");
    var put = controlPlane.etcdctl("put", "/registry/" + key, json);
    assertThat(put.exitCode()).as(put.output()).isZero();
  }

  private void service(String namespace, String name, String clusterIp, int port) {
    store(
        "services/specs/" + namespace + "/" + name,
        "v1",
        "Service",
        name,
        ",\"namespace\":\"%s\"".formatted(namespace),
        "{\"spec\":{\"clusterIP\":\"%s\",\"ports\":[{\"name\":\"main\",\"port\":%d}]}}"
            .formatted(clusterIp, port));
  }

  private void workers(String... addresses) {
    var endpoints =
        Arrays.stream(addresses)
            .map("{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true}}"::formatted)
            .toList();
    store(
        "endpointslices/default/workers-1",
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "workers-1",
        ",\"namespace\":\"default\",\"labels\":{\"kubernetes.io/service-name\":\"workers\"}",
        "{\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"main\",\"protocol\":\"TCP\",\"port\":7000}],\"endpoints\":["
            + String.join(",", endpoints)
            + "]}");
    var ready = Arrays.stream(addresses).map("{\"ip\":\"%s\"}"::formatted).toList();
    store(
        "services/endpoints/default/workers",
        "v1",
        "Endpoints",
        "workers",
        ",\"namespace\":\"default\"",
        ready.isEmpty()
            ? "{}"
            : "{\"subsets\":[{\"addresses\":[%s],\"ports\":[{\"name\":\"main\",\"port\":7000}]}]}"
                .formatted(String.join(",", ready)));
  }

  private void awaitWorkers(String... addresses) {
    for (var server : List.of(DNS_1, DNS_2)) {
      await("workers " + Arrays.toString(addresses) + " from " + server)
          .atMost(LIMIT)
          .until(
              () ->
                  pod.run("dig", "@" + server, "+search", "+short", "workers")
                      .output()
                      .lines()
                      .sorted()
                      .toList(),
              List.of(addresses)::equals);
    }
  }

  private boolean bothSay(String status) {
    return List.of(DNS_1, DNS_2).stream()
        .allMatch(server ->
            pod.run("dig", "@" + server, "workers.default.svc.cluster.local")
                .output()
                .contains("status: " + status));
  }
}
