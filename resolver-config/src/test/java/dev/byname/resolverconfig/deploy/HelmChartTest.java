package dev.byname.resolverconfig.deploy;

import static dev.byname.resolverconfig.deploy.Manifests.at;
import static dev.byname.resolverconfig.deploy.Manifests.list;
import static dev.byname.resolverconfig.deploy.Manifests.map;
import static dev.byname.resolverconfig.deploy.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of the chart in {@code conf/helm/byname} and what they do. */
class HelmChartTest {
  private static final Pattern VALUE = Pattern.compile("\\.Values\\.([A-Za-z0-9.]+)");

  @TempDir Path folder;

  @Test
  void whatTemplatesUseIsInTheValuesWithAComment() throws IOException {
    var values =
        Manifests.of(Files.readString(Chart.FOLDER.resolve("values.yaml"))).objects().getFirst();
    var missing = new ArrayList<String>();
    try (var templates = Files.list(Chart.FOLDER.resolve("templates"))) {
      for (var template : templates.toList()) {
        VALUE
            .matcher(Files.readString(template))
            .results()
            .map(found -> found.group(1))
            // Left out by whoever has no own selector.
            .filter(path -> !path.equals("podDisruptionBudget.selector"))
            .filter(path -> at(values, (Object[]) path.split("\\.")) == null)
            .forEach(path -> missing.add(template.getFileName() + ": " + path));
      }
    }
    assertThat(missing).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image.repository image.tag image.pullPolicy image.pullSecrets replicaCount resources",
        "rollingUpdate.maxUnavailable rollingUpdate.maxSurge terminationGracePeriodSeconds",
        "podAnnotations podLabels serviceType prometheus.service.enabled",
        "prometheus.service.annotations prometheus.monitor.enabled prometheus.monitor.interval",
        "prometheus.monitor.additionalLabels prometheus.monitor.namespace service.name",
        "service.clusterIP service.clusterIPs service.annotations serviceAccount.create",
        "serviceAccount.name serviceAccount.annotations rbac.create clusterRole.nameOverride",
        "isClusterService priorityClassName podSecurityContext securityContext servers extraConfig",
        "livenessProbe.enabled readinessProbe.enabled affinity topologySpreadConstraints",
        "nodeSelector tolerations podDisruptionBudget zoneFiles extraContainers extraVolumes",
        "extraVolumeMounts extraSecrets env initContainers k8sAppLabelOverride customLabels",
        "customAnnotations hpa.enabled hpa.minReplicas hpa.maxReplicas hpa.metrics",
        "autoscaler.enabled autoscaler.coresPerReplica autoscaler.nodesPerReplica autoscaler.min",
        "autoscaler.max autoscaler.image.repository autoscaler.resources deployment.enabled",
        "deployment.name deployment.annotations deployment.dnsPolicy deployment.skipConfig",
        "deployment.selector deployment.dnsConfig service.selector prometheus.service.selector",
        "prometheus.monitor.selector prometheus.monitor.scheme prometheus.monitor.tlsConfig",
        "prometheus.monitor.scrapeTimeout prometheus.monitor.honorLabels podSecurityContext",
        "prometheus.monitor.relabelings prometheus.monitor.metricRelabelings podLabels",
        "autoscaler.includeUnschedulableNodes autoscaler.preventSinglePointFailure",
        "autoscaler.podAnnotations autoscaler.podSecurityContext autoscaler.securityContext",
        "autoscaler.configmap.annotations autoscaler.livenessProbe.enabled autoscaler.customFlags",
        "autoscaler.extraContainers autoscaler.priorityClassName autoscaler.affinity"
      })
  void theValuesOfTheCoreDnsChartAreKnown(String names) throws IOException {
    var values =
        Manifests.of(Files.readString(Chart.FOLDER.resolve("values.yaml"))).objects().getFirst();
    for (var name : List.of(names.split(" "))) {
      assertThat(at(values, (Object[]) name.split("\\."))).as(name).isNotNull();
    }
  }

  @Test
  void theDefaultsMakeAServerOfTheCluster() throws IOException {
    var manifests = render("", "byname");
    manifests.check();
    var pod = map(manifests.one("Deployment", "byname"), "spec", "template", "spec");
    assertThat(text(pod, "priorityClassName")).isEqualTo("system-cluster-critical");
    assertThat(text(pod, "dnsPolicy")).isEqualTo("Default");
    assertThat(at(pod, "containers", 0, "resources", "limits", "memory")).isEqualTo("170Mi");
    assertThat(ports(manifests, "byname")).containsExactly("dns 53/UDP", "dns-tcp 53/TCP");
    assertThat(corefile(manifests, "byname")).contains("precomputed  yes");
    assertThat(list(manifests.one("ClusterRole", "byname"), "rules")).hasSize(2);
  }

  @Test
  void itTakesThePlaceOfKubeDns() throws IOException {
    var manifests = render(Chart.REPLACE, "byname");
    manifests.check();
    var service = manifests.one("Service", "kube-dns");
    assertThat(text(service, "spec", "clusterIP")).isEqualTo("10.0.0.10");
    assertThat(text(service, "metadata", "labels", "k8s-app")).isEqualTo("kube-dns");
    var pod = map(manifests.one("Deployment", "byname"), "spec", "template", "metadata");
    assertThat(text(pod, "labels", "k8s-app")).isEqualTo("kube-dns");
  }

  @Test
  void everyValueHasItsEffect() throws IOException {
    var manifests =
        render(
            Chart.EVERYTHING, "net", "Secret/etcd-client", "ServiceAccount/net-byname-autoscaler");
    manifests.check();
    var deployment = manifests.one("Deployment", "net-byname");
    assertThat(at(deployment, "spec", "replicas")).as("the autoscaler's to choose").isNull();
    var container = at(deployment, "spec", "template", "spec", "containers", 0);
    assertThat(text(container, "image")).isEqualTo("example.org/byname:1.2.3");
    assertThat(ports(manifests, "net-byname"))
        .containsExactlyInAnyOrder(
            "dns 53/UDP", "dns-tcp 53/TCP", "udp-5353 54/UDP", "tcp-5353 54/TCP");
    assertThat(list(manifests.one("ClusterRole", "net-byname"), "rules"))
        .anyMatch(rule -> list(rule, "resources").equals(List.of("pods")));
    assertThat(corefile(manifests, "net-byname")).contains("pods verified", "corp.example.");
    assertThat(manifests.all("ServiceMonitor")).hasSize(1);
    var rule = manifests.one("PrometheusRule", "net-byname");
    assertThat(text(rule, "metadata", "labels", "role")).isEqualTo("alert-rules");
    assertThat(map(rule, "spec"))
        .isEqualTo(
            map(
                Manifests.of(
                        Files.readString(
                            Tool.ROOT.resolve(
                                "conf/kubernetes/components/monitoring/prometheusrule.yaml")))
                    .one("PrometheusRule", "byname"),
                "spec"));
    assertThat(text(manifests.one("ConfigMap", "net-byname-autoscaler"), "data", "linear"))
        .contains("\"coresPerReplica\":64", "\"max\":10");
  }

  @Test
  void theFirstOfTwoAddressesIsTheAddress() {
    var service = render(Chart.LOAD_BALANCER, "byname").one("Service", "byname");
    assertThat(text(service, "spec", "clusterIP")).isEqualTo("10.0.0.11");
    assertThat(list(service, "spec", "clusterIPs")).isEqualTo(List.of("10.0.0.11", "fd00::a"));
  }

  @Test
  void contradictionsAreRefused() {
    Chart.assumeRenderable();
    assertThatThrownBy(
            () -> Chart.render("byname", "{hpa: {enabled: true}, autoscaler: {enabled: true}}"))
        .hasMessageContaining("only one may choose the number of replicas");
    assertThatThrownBy(() -> Chart.render("byname", "{prometheus: {monitor: {enabled: true}}}"))
        .hasMessageContaining("needs prometheus.service.enabled");
  }

  @Test
  void helmItselfHasNothingToSay() {
    Chart.assumeRenderable();
    var result = Chart.lint();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages()).allMatch(message -> message.contains("icon is recommended"));
  }

  private static List<String> ports(Manifests manifests, String service) {
    return list(manifests.one("Service", service), "spec", "ports").stream()
        .map(p -> at(p, "name") + " " + at(p, "port") + "/" + at(p, "protocol"))
        .toList();
  }

  /** What {@code byname check} says of the Corefile, with the ConfigMap's files beside it. */
  private String corefile(Manifests manifests, String configMap) throws IOException {
    for (var file : map(manifests.one("ConfigMap", configMap), "data").entrySet()) {
      var here = String.valueOf(file.getValue()).replace("/etc/coredns/", folder + "/");
      Files.writeString(folder.resolve(String.valueOf(file.getKey())), here);
    }
    return ManifestsTest.check(folder.resolve("Corefile"));
  }

  private static Manifests render(String values, String release, String... outside) {
    Chart.assumeRenderable();
    return Manifests.of(Chart.render(release, values), outside);
  }
}
