package dev.byname.resolverconfig.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The chart in {@code conf/helm/byname}, rendered by Helm's own code, which helm-java brings as a
 * library.
 */
final class Chart {
  static final Path FOLDER = Tool.ROOT.resolve("conf/helm/byname");

  /** In place of a CoreDNS that was installed by its chart. */
  static final String REPLACE =
      """
      k8sAppLabelOverride: kube-dns
      service:
        name: kube-dns
        clusterIP: 10.0.0.10
      """;

  static final String EVERYTHING =
      """
      image: {repository: example.org/byname, tag: "1.2.3", pullSecrets: [{name: pull}]}
      isClusterService: false
      podLabels: {team: net}
      podAnnotations: {note: a}
      customLabels: {owner: net}
      customAnnotations: {note: b}
      serviceType: NodePort
      service:
        clusterIP: 10.0.0.11
        externalIPs: [192.0.2.9]
        externalTrafficPolicy: Local
        annotations: {lb: internal}
      prometheus:
        service: {enabled: true}
        monitor: {enabled: true, interval: 30s, additionalLabels: {release: prom}}
        rule: {enabled: true, namespace: monitoring, additionalLabels: {role: alert-rules}}
      priorityClassName: high
      servers:
      - zones: [{zone: .}]
        port: 53
        plugins:
        - name: errors
        - {name: health, configBlock: "lameduck 5s"}
        - name: ready
        - name: kubernetes
          parameters: cluster.local
          configBlock: |
            pods verified
            snapshot /var/lib/byname/picture
        - {name: prometheus, parameters: ":9153"}
        - {name: loadbalance}
      - zones: [{zone: corp.example.}, {zone: lab.example., scheme: dns://}]
        port: 5353
        servicePort: 54
        nodePort: 30054
        plugins:
        - {name: hosts, parameters: /etc/coredns/extra.hosts, configBlock: fallthrough}
        - {name: forward, parameters: . 192.0.2.1, configBlock: force_tcp}
      zoneFiles:
      - {filename: extra.hosts, contents: "192.0.2.7 printer.corp.example"}
      tolerations: [{operator: Exists}]
      affinity: {nodeAffinity: {}}
      env: [{name: A, value: b}]
      extraSecrets: [{name: etcd-client, mountPath: /etc/coredns/etcd}]
      autoscaler: {enabled: true, coresPerReplica: 64, max: 10}
      """;

  /**
   * What {@link #EVERYTHING} cannot have, because one excludes the other, or leaves at its default.
   */
  private static final String THE_REST =
      """
      hpa:
        enabled: true
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
      rbac: {multiclusterEnable: true}
      serviceAccount: {annotations: {note: a}}
      prometheus:
        service: {enabled: true, annotations: {note: a}, selector: {own: label}}
        monitor:
          enabled: true
          namespace: monitoring
          scrapeTimeout: 10s
          scheme: https
          tlsConfig: {insecureSkipVerify: true}
          selector: {matchLabels: {own: label}}
          honorLabels: true
          relabelings: [{action: labeldrop, regex: pod}]
          metricRelabelings: [{action: drop, sourceLabels: [__name__], regex: process_.*}]
      servers:
      - zones: [{zone: ., scheme: tls://}]
        port: 853
        hostPort: 853
        plugins: [{name: tls, parameters: /etc/tls/tls.crt /etc/tls/tls.key}, {name: whoami}]
      - zones: [{zone: .}]
        plugins: [{name: whoami}]
      extraConfig: {import: {parameters: /etc/coredns-custom/*.conf}}
      topologySpreadConstraints:
      - topologyKey: zone
        maxSkew: 1
        whenUnsatisfiable: DoNotSchedule
        labelSelector: {matchLabels: {app.kubernetes.io/name: '{{ template "coredns.name" . }}'}}
      podDisruptionBudget: {minAvailable: 1, selector: {matchLabels: {own: label}}}
      podLabels: {own: label}
      service: {selector: {own: label}}
      extraContainers: [{name: side, image: "busybox:1.36"}]
      initContainers: [{name: first, image: "busybox:1.36"}]
      extraSecrets: [{name: tls, mountPath: /etc/tls, defaultMode: 288}]
      extraVolumes: [{name: own, emptyDir: {}}]
      extraVolumeMounts: [{name: own, mountPath: /own}]
      deployment:
        name: dns
        annotations: {note: a}
        selector: {matchLabels: {own: label}}
        dnsPolicy: None
        dnsConfig: {nameservers: [192.0.2.1]}
      """;

  /** For Kubernetes 1.30: two address families, and a load balancer for UDP and TCP. */
  static final String LOAD_BALANCER =
      """
      serviceType: LoadBalancer
      service:
        clusterIPs: [10.0.0.11, "fd00::a"]
        ipFamilyPolicy: PreferDualStack
        externalTrafficPolicy: Local
        trafficDistribution: PreferClose
        loadBalancerIP: 192.0.2.8
        loadBalancerClass: example.org/lb
      """;

  private static final String AUTOSCALER_ALONE =
      """
      deployment: {enabled: false, name: dns}
      autoscaler:
        enabled: true
        configmap: {annotations: {note: a}}
        podAnnotations: {note: a}
        customFlags: [--nodelabels=a=b]
        extraContainers: [{name: side, image: "busybox:1.36"}]
        image: {pullSecrets: [{name: pull}]}
        affinity: {nodeAffinity: {}}
        nodeSelector: {a: b}
        tolerations: [{operator: Exists}]
      """;

  private static final String LEAST =
      """
      serviceAccount: {create: false}
      rbac: {create: false}
      deployment: {skipConfig: true}
      livenessProbe: {enabled: false}
      readinessProbe: {enabled: false}
      podDisruptionBudget: {}
      podSecurityContext: {}
      securityContext: {}
      nodeSelector: {}
      resources: {}
      """;

  /** Together they go through every branch of every template. */
  static final Map<String, String> VALUES =
      Map.of(
          "the defaults", "",
          "replace", REPLACE,
          "everything", EVERYTHING,
          "the rest", THE_REST,
          "load balancer", LOAD_BALANCER,
          "autoscaler alone", AUTOSCALER_ALONE,
          "least", LEAST);

  private Chart() {}

  /** Skips the calling test where helm-java has no library on the class path. */
  static void assumeRenderable() {
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "skipped: the tests have Helm for Linux on amd64 only");
  }

  /**
   * What {@code helm template RELEASE -n kube-system -f VALUES} prints.
   *
   * @throws IllegalStateException with Helm's words if the chart refuses the values
   */
  static String render(String release, String values) {
    try {
      var file = Files.createTempFile("values", ".yaml");
      try {
        return new Helm(FOLDER)
            .template()
            .withName(release)
            .withNamespace("kube-system")
            // As a library, Helm takes itself for one of Kubernetes 1.20, which the chart refuses.
            .withKubeVersion("1.34.0")
            .withValuesFile(Files.writeString(file, values))
            .call();
      } finally {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }
}
