package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import dev.byname.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image that {@code scripts/image} builds from the jars of this build, run by podman as the
 * manifests of {@code conf/kubernetes} have it run, in a network of its own.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path IMAGE = Tool.ROOT.resolve("resolver-config/target/image");
  private static final Path MANIFESTS = Tool.ROOT.resolve("conf/kubernetes");

  /** A JVM that cannot use the AOT cache ends instead of being slow. */
  private static final String AOT_OR_NOTHING = "--env=JDK_JAVA_OPTIONS=-XX:AOTMode=on";

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private final JsonMapper json = new JsonMapper();
  private final Podman podman = new Podman();
  private String image;
  private String digest;

  @BeforeAll
  void build() throws IOException {
    Tool.assumeInstalled("podman", "--version");
    Tool.assumeInstalled("runc", "--version");
    Tool.assumeInstalled("dpkg-deb", "--version");
    Assumptions.assumeTrue(
        Tool.run(List.of("id", "-u")).output().strip().equals("0"),
        "skipped: containers with a network namespace of the test need root");
    try (Stream<Path> files = Files.list(Tool.ROOT.resolve("resolver-config/target"))) {
      Assumptions.assumeTrue(
          files.anyMatch(file -> file.getFileName().toString().endsWith(".jar")),
          "skipped: there are no jars; mvn package makes them");
    }
    digest = buildImage();
    image = podman.load(IMAGE.resolve("byname.tar"));
  }

  /** Returns the image's digest. */
  private static String buildImage() throws IOException {
    var built = Tool.run(List.of(Tool.ROOT.resolve("scripts/image").toString(), "--built"));
    assertThat(built.exitCode()).as(built.output()).isZero();
    assertThat(built.output()).containsPattern("aot +[1-9][0-9]+[.]");
    var printed = DIGEST.matcher(built.output());
    assertThat(printed.find()).as(built.output()).isTrue();
    return printed.group();
  }

  @AfterAll
  void remove() {
    podman.close();
  }

  @Test
  void asThePodIsGivenTheCapabilityByCriO(@TempDir Path folder) throws Exception {
    answersOnPort53(folder, true);
  }

  @Test
  void asThePodIsGivenTheSysctl(@TempDir Path folder) throws Exception {
    answersOnPort53(folder, false);
  }

  @Test
  void itTellsWhatIsInIt() throws IOException {
    var parts = json.readTree(IMAGE.resolve("sbom.cdx.json").toFile());
    assertThat(parts.path("bomFormat").asString()).isEqualTo("CycloneDX");
    var names = new ArrayList<String>();
    for (var component : parts.path("components")) {
      names.add(component.path("name").asString());
      assertThat(component.path("version").asString()).as(component.toString()).isNotBlank();
      assertThat(component.path("purl").asString()).startsWith("pkg:");
    }
    try (Stream<Path> jars = Files.list(Tool.ROOT.resolve("resolver-config/target/lib"))) {
      assertThat(names).hasSizeGreaterThan((int) jars.count());
    }
    assertThat(names).contains("byname-server", "byname-resolver-config", "libc6", "java-runtime");
    var labels = podman.run("inspect", "--format", "{{.Labels}} {{.User}}", image);
    assertThat(labels).contains("org.opencontainers.image.revision:", "65532:65532");
  }

  /** In one jar they are all taken for the program's own. */
  @Test
  void theProgramsJarOffersOnlyTheServicesThatItWants() throws IOException {
    try (var jar = new JarFile(IMAGE.resolve("app/opt/byname/byname.jar").toFile())) {
      assertThat(jar.getEntry("META-INF/services/dev.byname.app.CommandProvider")).isNotNull();
      // Of dnsjava's jar: the JVM's own names are for the system's resolver.
      assertThat(jar.getEntry("META-INF/services/java.net.spi.InetAddressResolverProvider"))
          .isNull();
    }
  }

  /** Down to the AOT cache. */
  @Test
  void madeAgainItIsTheSame() throws IOException {
    assertThat(buildImage()).isEqualTo(digest);
  }

  /**
   * CRI-O gives a user who is not root the capability; containerd does not, but sets the sysctl.
   */
  private void answersOnPort53(Path folder, boolean capability) throws Exception {
    var pod = PodContainer.of(manifest("base/deployment.yaml").one("Deployment", "byname"));
    var config = folder(folder, "config");
    Files.writeString(
        config.resolve("Corefile"),
        """
        .:53 {
            errors
            health
            ready
            kubernetes cluster.local in-addr.arpa {
                manifests /demo
            }
            prometheus :9153
            loadbalance
        }
        """);
    try (var network = NetworkNamespace.createOrSkip()) {
      network.addAddress("10.0.0.10/32");
      var options =
          new ArrayList<>(pod.options(Map.of("config", config, "state", folder(folder, "state"))));
      if (!capability) {
        assertThat(options.remove("--cap-add=NET_BIND_SERVICE")).isTrue();
        pod.setSysctls(network);
      }
      options.addAll(List.of(AOT_OR_NOTHING, demo()));
      try (var byname = podman.start(network, image, options, pod.arguments())) {
        awaitReady(pod, network, byname);
        assertThat(ask(network, "@10.0.0.10", "reviews.default.svc.cluster.local"))
            .isEqualTo("10.0.0.157");
        assertThat(ask(network, "@10.0.0.10", "+tcp", "-x", "10.0.0.46"))
            .isEqualTo("mongodb.kube-system.svc.cluster.local.");
        assertThat(status(byname))
            .containsPattern("Uid:\\s+65532\\s+65532")
            .contains("NoNewPrivs:\t1")
            .containsPattern("CapBnd:\\s+" + (capability ? "0000000000000400" : "0{16}") + "\n");
        assertThat(commandLine(byname)).contains("/opt/byname/jre/bin/java", "-Xmx80m");
        stops(byname);
        assertThat(byname.logs()).contains("BynameServer: stopped");
      }
    }
  }

  /** Beside the cluster's DNS, in the network of a node. */
  @Test
  void theNodeLocalServerByItsDaemonSet(@TempDir Path folder) throws Exception {
    var overlay = manifest("overlays/nodelocal/daemonset.yaml");
    var pod = PodContainer.of(overlay.one("DaemonSet", "byname-nodelocal"));
    var upstream = manifest("overlays/nodelocal/service.yaml").all("Service").getFirst();
    var corefile = folder(folder, "cluster");
    Files.writeString(
        corefile.resolve("Corefile"),
        """
        cluster.local:53 in-addr.arpa:53 {
            bind 10.0.0.99
            kubernetes {
                manifests /demo
            }
        }
        .:53 {
            bind 10.0.0.99
            hosts {
                192.0.2.7 www.example.org
            }
        }
        """);
    var config = folder(folder, "config");
    Files.copy(MANIFESTS.resolve("overlays/nodelocal/Corefile"), config.resolve("Corefile"));
    // dnsPolicy Default: the node's file is the pod's.
    assertThat(pod.pod().get("dnsPolicy")).isEqualTo("Default");
    var resolvConf =
        Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.0.0.99\n").toString();
    try (var node = NetworkNamespace.createOrSkip()) {
      assertThat(pod.pod().get("hostNetwork")).isEqualTo(true);
      node.addAddress("10.0.0.99/32");
      pod.runInitContainers(node);
      var options = new ArrayList<>(pod.options(Map.of("config", config)));
      options.add("--volume=" + resolvConf + ":/etc/resolv.conf:ro");
      options.add(AOT_OR_NOTHING);
      if (Boolean.TRUE.equals(pod.pod().get("enableServiceLinks"))) {
        options.add("--env=" + serviceLink(upstream) + "=10.0.0.99");
      }
      try (var cluster =
              podman.start(
                  node,
                  image,
                  List.of(
                      "--user=0:0",
                      "--read-only",
                      "--read-only-tmpfs=false",
                      "--volume=" + corefile + ":/etc/byname:ro",
                      demo()),
                  List.of("-conf", "/etc/byname/Corefile"));
          var nodeLocal = podman.start(node, image, options, pod.arguments())) {
        await("the cluster's DNS")
            .atMost(LIMIT)
            .until(() -> {
              cluster.assertRunning();
              return ask(node, "@10.0.0.99", "reviews.default.svc.cluster.local")
                  .equals("10.0.0.157");
            });
        awaitReady(pod, node, nodeLocal);
        assertThat(ask(node, "@169.254.20.10", "reviews.default.svc.cluster.local"))
            .isEqualTo("10.0.0.157");
        assertThat(ask(node, "@169.254.20.10", "+tcp", "-x", "10.0.0.46"))
            .isEqualTo("mongodb.kube-system.svc.cluster.local.");
        assertThat(ask(node, "@169.254.20.10", "www.example.org")).isEqualTo("192.0.2.7");
        assertThat(status(nodeLocal))
            .containsPattern("Uid:\\s+0\\s+0")
            .contains("NoNewPrivs:\t1")
            .containsPattern("CapBnd:\\s+0000000000000400\n");
        assertThat(node.mustRun("curl", "-s", "--max-time", "20", "http://127.0.0.1:9253/metrics"))
            .contains("coredns_forward_requests_total{to=\"10.0.0.99:53\"}");

        stops(nodeLocal);
      }
    }
  }

  /** Where an API server is at hand, that calls it; otherwise only curl does, as one would. */
  @Test
  void theWebhookByItsDeployment(@TempDir Path folder) throws Exception {
    var pod =
        PodContainer.of(
            manifest("webhook/base/deployment.yaml").one("Deployment", "byname-webhook"));
    var host = "byname-webhook.kube-system.svc";
    var made = TestCertificates.create(folder.resolve("made"), host);
    var tls = folder(folder, "tls"); // as `kubectl create secret tls` names the files
    Files.copy(made.serverCertificate(), tls.resolve("tls.crt"));
    Files.copy(made.serverKey(), tls.resolve("tls.key"));
    var rules = folder(folder, "rules");
    // The rule that is commented out is an offer: it must be right, too.
    var offered =
        Files.readString(MANIFESTS.resolve("webhook/base/rules.yaml"))
            .replaceAll("(?m)^# (- name: node-local| {2}nameserversInFront)", "$1");
    assertThat(offered).contains("\n- name: node-local\n  nameserversInFront");
    Files.writeString(rules.resolve("rules.yaml"), offered);
    var resolvConf =
        Files.writeString(folder.resolve("resolv.conf"), "search lab.example\n").toString();
    try (var network = NetworkNamespace.createOrSkip()) {
      var options = new ArrayList<>(pod.options(Map.of("rules", rules, "tls", tls)));
      options.add("--volume=" + resolvConf + ":/etc/resolv.conf:ro");
      options.add(AOT_OR_NOTHING);
      try (var webhook = podman.start(network, image, options, pod.arguments())) {
        awaitReady(pod, network, webhook);
        assertThat(status(webhook))
            .containsPattern("Uid:\\s+65532\\s+65532")
            .containsPattern("CapBnd:\\s+0{16}\n");

        var answer =
            json.readTree(
                network.mustRun(
                    "curl",
                    "-s",
                    "--max-time",
                    "60",
                    "--cacert",
                    made.authority().toString(),
                    "--connect-to",
                    host + ":443:127.0.0.1:8443",
                    "-H",
                    "Content-Type: application/json",
                    "--data",
                    review(),
                    "https://" + host + "/inject"));
        assertThat(answer.path("response").path("uid").asString()).isEqualTo("1");
        assertThat(answer.path("response").path("allowed").asBoolean()).isTrue();
        assertThat(
                new String(
                    Base64.getDecoder().decode(answer.path("response").path("patch").asString())))
            .contains("169.254.20.10", "ndots");

        if (ControlPlane.hasApiServer("the webhook behind a real API server")) {
          theApiServerCallsIt(network, folder(folder, "control-plane"), made.authority());
        }
        stops(webhook);
      }
    }
  }

  private String review() {
    return """
    {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1",
     "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},
     "namespace":"shop","operation":"CREATE","object":%s}}\
    """
        .formatted(somePod("web", true));
  }

  private static String somePod(String name, boolean optsIn) {
    return """
    {"apiVersion":"v1","kind":"Pod",
     "metadata":{"name":"%s","namespace":"shop","annotations":{"dns.byname.dev/inject":"%s"}},
     "spec":{"containers":[{"name":"main","image":"web:1"}]}}\
    """
        .formatted(name, optsIn);
  }

  /** By the steps of the operations page, "With a certificate of your own". */
  private void theApiServerCallsIt(NetworkNamespace network, Path folder, Path authority)
      throws Exception {
    Tool.assumeInstalled("etcd", "--version");
    Tool.assumeInstalled("kubectl", "version", "--client");
    Tool.assumeInstalled("nft", "--version");
    network.addAddress("172.16.3.23/32");
    var controlPlane = new ControlPlane(network, "172.16.3.23", folder);
    var processes = new ArrayList<Process>();
    try {
      processes.add(controlPlane.startEtcd());
      processes.add(controlPlane.startApiServer());
      await("the namespace default") // made by the server some time after it is ready
          .atMost(LIMIT)
          .until(() ->
              controlPlane.kubectl("get", "namespaces", "-o", "name").contains("kube-system"));
      controlPlane.kubectl("create", "namespace", "shop");
      var dump = new Dump(DumpSettings.builder().build());
      for (var object : manifest("webhook/base/webhook.yaml").objects()) {
        if (!object.get("kind").equals("PodDisruptionBudget")) { // policy/v1 is younger than 1.20
          var file = Files.writeString(folder.resolve("object.yaml"), dump.dumpToString(object));
          controlPlane.kubectl("apply", "-n", "kube-system", "-f", file.toString());
        }
      }
      controlPlane.kubectl(
          "patch",
          "mutatingwebhookconfiguration",
          "byname-webhook",
          "--type=json",
          "-p",
          "[{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\"%s\"}]"
              .formatted(Base64.getEncoder().encodeToString(Files.readAllBytes(authority))));
      var clusterIp =
          controlPlane.kubectl(
              "get",
              "-n",
              "kube-system",
              "service/byname-webhook",
              "-o",
              "jsonpath={.spec.clusterIP}");
      network.addAddress(clusterIp + "/32");
      network.mustRun(
          "nft",
          """
          table ip kube-proxy {
            chain of-the-node {
              type nat hook output priority -100;
              ip daddr %s tcp dport 443 redirect to :8443
            }
          }
          """
              .formatted(clusterIp));

      // The server learns of the configuration when its own watch tells it; until then, and when
      // the
      // answer takes more than two seconds, a pod is let in unchanged, as the configuration says.
      var names = Stream.iterate(1, n -> n + 1).map(n -> "web-" + n).iterator();
      var injected =
          await("a pod that the webhook was asked about")
              .atMost(LIMIT)
              .until(() -> created(controlPlane, names.next(), true), this::isInjected);
      assertThat(injected.path("spec").path("dnsPolicy").asString()).isEqualTo("None");
      var config = injected.path("spec").path("dnsConfig");
      assertThat(config.path("nameservers").toString())
          .isEqualTo("[\"169.254.20.10\",\"10.0.0.10\"]");
      assertThat(config.path("searches").toString())
          .isEqualTo(
              "[\"shop.svc.cluster.local\",\"svc.cluster.local\",\"cluster.local\",\"lab.example\"]");
      assertThat(config.path("options").toString())
          .isEqualTo("[{\"name\":\"ndots\",\"value\":\"2\"}]");

      var optedOut = created(controlPlane, "left-alone", false);
      assertThat(isInjected(optedOut)).isFalse();
      assertThat(optedOut.path("spec").path("dnsPolicy").asString()).isEqualTo("ClusterFirst");
    } finally {
      for (var process : processes.reversed()) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private JsonNode created(ControlPlane controlPlane, String name, boolean optsIn)
      throws IOException {
    var file =
        Files.writeString(controlPlane.folder().resolve(name + ".json"), somePod(name, optsIn));
    controlPlane.kubectl("create", "-f", file.toString());
    return json.readTree(controlPlane.kubectl("get", "-n", "shop", "pod", name, "-o", "json"));
  }

  private boolean isInjected(JsonNode pod) {
    return pod.path("metadata").path("annotations").has("dns.byname.dev/injected");
  }

  // ---- files

  private static Manifests manifest(String file) throws IOException {
    return Manifests.of(Files.readString(MANIFESTS.resolve(file)));
  }

  /** The variable by which the kubelet tells of a Service. */
  private static String serviceLink(Map<?, ?> service) {
    return Manifests.name(service).toUpperCase(Locale.ROOT).replace('-', '_') + "_SERVICE_HOST";
  }

  private static Path folder(Path parent, String name) throws IOException {
    var made = Files.createDirectories(parent.resolve(name));
    for (var path : List.of(parent, made)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return made;
  }

  private static String demo() {
    return "--volume=" + Tool.ROOT.resolve("conf/demo") + ":/demo:ro";
  }

  // ---- a running container

  private static void awaitReady(
      PodContainer pod, NetworkNamespace network, Podman.Container container) {
    await("ready")
        .atMost(LIMIT)
        .until(() -> {
          container.assertRunning();
          return pod.askReadiness(network).equals("200");
        });
  }

  private static String ask(NetworkNamespace network, String... question) {
    var command = new ArrayList<>(List.of("dig", "+short", "+tries=1"));
    command.addAll(List.of(question));
    return network.run(command.toArray(String[]::new)).output().strip();
  }

  private static String status(Podman.Container container) throws IOException {
    return Files.readString(Path.of("/proc", container.inspect("{{.State.Pid}}"), "status"));
  }

  private static String[] commandLine(Podman.Container container) throws IOException {
    return Files.readString(Path.of("/proc", container.inspect("{{.State.Pid}}"), "cmdline"))
        .split("\0");
  }

  private static void stops(Podman.Container container) {
    container.stop();
    assertThat(container.inspect("{{.State.OOMKilled}} {{.State.ExitCode}}"))
        .as("ended by SIGTERM, as told")
        .isEqualTo("false 143");
  }
}
