package dev.byname.resolverconfig.deploy;

import static dev.byname.resolverconfig.deploy.Manifests.at;
import static dev.byname.resolverconfig.deploy.Manifests.list;
import static dev.byname.resolverconfig.deploy.Manifests.map;
import static dev.byname.resolverconfig.deploy.Manifests.name;
import static dev.byname.resolverconfig.deploy.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.RootCommand;
import dev.byname.observe.MetricNames;
import dev.byname.resolverconfig.injection.Rules;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** {@code conf/kubernetes} as {@code kubectl kustomize} renders it. */
class ManifestsTest {
  private static final Path FOLDER = Tool.ROOT.resolve("conf/kubernetes");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:coredns|byname|process)_[a-z0-9_]+\\b");

  @TempDir Path temporary;

  @BeforeAll
  static void kubectl() {
    Tool.assumeInstalled("kubectl", "version", "--client");
  }

  @ParameterizedTest
  @CsvSource({
    "base,",
    "overlays/replace, ConfigMap/coredns",
    "overlays/beside,",
    "overlays/nodelocal, pods of Service byname-upstream",
    "webhook/base, Secret/byname-webhook-tls",
    "webhook/cert-manager,",
    "network-policies,"
  })
  void whatIsAppliedTogetherFitsTogether(String folder, String outside) throws IOException {
    var manifests =
        Manifests.of(
            render(FOLDER.resolve(folder)),
            outside == null ? new String[0] : new String[] {outside});
    manifests.check();
    checkFilesInside(manifests);
  }

  @ParameterizedTest
  @CsvSource({"base", "overlays/replace", "overlays/beside"})
  void withAllComponents(String folder) throws IOException {
    var manifests = Manifests.of(renderWithComponents(temporary, folder), "ConfigMap/coredns");
    manifests.check();
    assertThat(at(manifests.one("Deployment", "byname"), "spec", "replicas"))
        .as("the autoscaler's to choose")
        .isNull();
    assertThat(rights(manifests, "system:byname"))
        .contains("endpoints services namespaces: list watch", "pods: list watch");
  }

  @Test
  void theServerMayOnlyLook() {
    var manifests = Manifests.of(render(FOLDER.resolve("base")));
    assertThat(rights(manifests, "system:byname"))
        .containsExactly("endpoints services namespaces: list watch", "endpointslices: list watch");
  }

  @Test
  void whatOthersExpectInTheCluster() {
    var manifests = Manifests.of(render(FOLDER.resolve("base")));
    var service = manifests.one("Service", "kube-dns");
    assertThat(text(service, "metadata", "namespace")).isEqualTo("kube-system");
    assertThat(text(service, "metadata", "labels", "k8s-app")).isEqualTo("kube-dns");
    assertThat(
            list(service, "spec", "ports").stream()
                .map(p -> at(p, "name") + " " + at(p, "port") + "/" + at(p, "protocol")))
        .containsExactly("dns 53/UDP", "dns-tcp 53/TCP", "metrics 9153/TCP");
    var deployment = manifests.one("Deployment", "byname");
    assertThat(at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable")).isEqualTo(1);
    var pod = map(deployment, "spec", "template", "spec");
    assertThat(text(pod, "priorityClassName")).isEqualTo("system-cluster-critical");
    assertThat(text(pod, "dnsPolicy")).isEqualTo("Default");
    assertThat(at(pod, "containers", 0, "resources", "limits", "memory")).isEqualTo("170Mi");
    assertThat(list(pod, "topologySpreadConstraints")).isNotEmpty();
    assertThat(map(pod, "affinity", "podAntiAffinity")).isNotEmpty();
    assertThat(manifests.all("PodDisruptionBudget")).hasSize(1);
  }

  @Test
  void whereItReplacesTheServiceStaysWhatItIs() {
    var service =
        Manifests.of(render(FOLDER.resolve("overlays/replace"))).one("Service", "kube-dns");
    assertThat(at(service, "spec", "clusterIP")).isNull();
    // CoreDNS's pods and ours, so that both answer during the change.
    assertThat(map(service, "spec", "selector").toString()).isEqualTo("{k8s-app=kube-dns}");
  }

  @Test
  void besideNothingOfItIsSelectedByTheClustersOwnService() {
    var manifests = Manifests.of(render(FOLDER.resolve("overlays/beside")));
    assertThat(manifests.all("Service").stream().map(Manifests::name)).containsExactly("byname");
    for (var workload : manifests.workloads()) {
      assertThat(text(workload, "spec", "template", "metadata", "labels", "k8s-app"))
          .isNotEqualTo("kube-dns");
    }
  }

  @Test
  void dnsIsAllowedOverBothProtocols() {
    var manifests = Manifests.of(render(FOLDER.resolve("network-policies")));
    assertThat(manifests.objects().stream().map(Manifests::name))
        .containsExactlyInAnyOrder("deny-all-ingress", "deny-all-egress", "allow-dns-access");
    var allow = manifests.one("NetworkPolicy", "allow-dns-access");
    assertThat(
            list(allow, "spec", "egress", 0, "ports").stream()
                .map(port -> at(port, "protocol") + "/" + at(port, "port")))
        .containsExactlyInAnyOrder("UDP/53", "TCP/53");
    // The peer must find the pods that base makes.
    var pods =
        map(
            Manifests.of(render(FOLDER.resolve("base"))).one("Deployment", "byname"),
            "spec",
            "template",
            "metadata",
            "labels");
    assertThat(
            Manifests.carries(
                pods, map(allow, "spec", "egress", 0, "to", 0, "podSelector", "matchLabels")))
        .isTrue();
  }

  @Test
  void alertsAndDashboardNameMetricsThatExist() throws Exception {
    var exported = exportedNames();
    var monitoring = FOLDER.resolve("components/monitoring");
    var rules = Manifests.of(Files.readString(monitoring.resolve("prometheusrule.yaml")));
    var used = new TreeSet<String>();
    for (var group : list(rules.objects().getFirst(), "spec", "groups")) {
      for (var rule : list(group, "rules")) {
        metrics(text(rule, "expr"), used);
        assertThat(text(rule, "annotations", "summary")).isNotBlank();
      }
    }
    var dashboard = new JsonMapper().readTree(Files.readString(monitoring.resolve("byname.json")));
    assertThat(dashboard.path("panels").size()).isGreaterThan(10);
    for (var panel : dashboard.path("panels")) {
      for (var target : panel.path("targets")) {
        metrics(target.path("expr").asString(), used);
      }
    }
    assertThat(used).hasSizeGreaterThan(15);
    assertThat(exported).containsAll(used);
  }

  private static void metrics(String expression, Set<String> into) {
    METRIC.matcher(expression).results().map(found -> found.group()).forEach(into::add);
  }

  /** Every name under which a metric can be scraped. */
  private static Set<String> exportedNames() throws IllegalAccessException {
    var names = new TreeSet<String>();
    for (Field field : MetricNames.class.getFields()) {
      var name = String.valueOf(field.get(null));
      Stream.of("", "_total", "_info", "_bucket", "_count", "_sum")
          .map(suffix -> name + suffix)
          .forEach(names::add);
    }
    return names;
  }

  private static List<String> rights(Manifests manifests, String role) {
    return list(manifests.one("ClusterRole", role), "rules").stream()
        .map(rule -> words(rule, "resources") + ": " + words(rule, "verbs"))
        .toList();
  }

  private static String words(Object tree, String key) {
    return list(tree, key).stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** Our own readers take what lies in ConfigMaps, and our own commands what lies in args. */
  private void checkFilesInside(Manifests manifests) throws IOException {
    for (var configMap : manifests.all("ConfigMap")) {
      for (var entry : map(configMap, "data").entrySet()) {
        var file = temporary.resolve(String.valueOf(entry.getKey()));
        // What the kubelet sets for the Service that lies beside it.
        var upstream = "{$BYNAME_UPSTREAM_SERVICE_HOST}";
        var content = String.valueOf(entry.getValue());
        if (content.contains(upstream)) {
          manifests.one("Service", "byname-upstream");
        }
        Files.writeString(file, content.replace(upstream, "10.0.0.99"));
        switch (String.valueOf(entry.getKey())) {
          case "Corefile" -> assertThat(check(file)).contains("/health on", "/ready on");
          case "rules.yaml" -> assertThat(Rules.read(file).rules()).isNotEmpty();
          default -> throw new AssertionError("nobody checks " + entry.getKey());
        }
      }
    }
    for (var workload : manifests.workloads()) {
      var container = at(workload, "spec", "template", "spec", "containers", 0);
      var arguments = list(container, "args").stream().map(String::valueOf).toArray(String[]::new);
      var command = arguments[0].equals("-conf") ? prepend("serve", arguments) : arguments;
      assertThat(RootCommand.commandLine().parseArgs(command).hasSubcommand())
          .as(name(workload) + " " + Arrays.toString(arguments))
          .isTrue();
    }
  }

  private static String[] prepend(String first, String[] rest) {
    return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(String[]::new);
  }

  /** What {@code byname check} says of a Corefile in which nothing is wrong. */
  static String check(Path corefile) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        RootCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute("check", corefile.toString());
    assertThat(err.toString()).isEmpty();
    assertThat(exitCode).isZero();
    return out.toString();
  }

  /**
   * A folder of {@code conf/kubernetes} with every component.
   *
   * @param temporary empty, for a kustomization of them
   */
  static String renderWithComponents(Path temporary, String folder) throws IOException {
    // kustomize wants relative paths, and looks at where a link leads.
    var here = temporary.toRealPath();
    var conf = here.relativize(FOLDER.toRealPath());
    var components =
        Stream.of("pods-verified", "autoscaler", "monitoring")
            .map(component -> "- " + conf.resolve("components").resolve(component) + "\n")
            .collect(Collectors.joining());
    Files.writeString(
        here.resolve("kustomization.yaml"),
        "resources:\n- " + conf.resolve(folder) + "\ncomponents:\n" + components);
    return render(here);
  }

  static String render(Path folder) {
    return Tool.output("kubectl", "kustomize", folder.toString());
  }
}
