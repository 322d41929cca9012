package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Kubernetes objects that are applied together, and whether they fit each other: everything that an
 * API server does not check and that shows only when a pod does not start or gets no traffic.
 *
 * @param outside names of objects, as {@code ConfigMap/coredns}, that the cluster is known to have
 */
record Manifests(List<Map<?, ?>> objects, Set<String> outside) {

  static Manifests of(String yaml, String... outside) {
    var load = new Load(LoadSettings.builder().setLabel("rendered").build());
    var objects =
        StreamSupport.stream(load.loadAllFromString(yaml).spliterator(), false)
            .filter(Objects::nonNull)
            .<Map<?, ?>>map(document -> (Map<?, ?>) document)
            .toList();
    return new Manifests(objects, Set.of(outside));
  }

  // ---- reading

  List<Map<?, ?>> all(String kind) {
    return objects.stream()
        .filter(object -> kind.equals(object.get("kind")))
        .<Map<?, ?>>map(o -> o)
        .toList();
  }

  Map<?, ?> one(String kind, String name) {
    var found = all(kind).stream().filter(object -> name(object).equals(name)).toList();
    assertThat(found).as(kind + "/" + name).hasSize(1);
    return found.getFirst();
  }

  static String name(Map<?, ?> object) {
    return String.valueOf(at(object, "metadata", "name"));
  }

  /** What lies at a path of keys and list indexes; null when something on the way is missing. */
  static @Nullable Object at(@Nullable Object tree, Object... path) {
    var here = tree;
    for (var step : path) {
      here =
          switch (here) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list when step instanceof Integer i && i < list.size() -> list.get(i);
            case null, default -> null;
          };
    }
    return here;
  }

  static String text(@Nullable Object tree, Object... path) {
    var found = at(tree, path);
    assertThat(found).as(Arrays.toString(path) + " of " + tree).isNotNull();
    return String.valueOf(found);
  }

  static List<?> list(@Nullable Object tree, Object... path) {
    return at(tree, path) instanceof List<?> list ? list : List.of();
  }

  static Map<?, ?> map(@Nullable Object tree, Object... path) {
    return at(tree, path) instanceof Map<?, ?> map ? map : Map.of();
  }

  List<Map<?, ?>> workloads() {
    return Stream.of("Deployment", "DaemonSet").flatMap(kind -> all(kind).stream()).toList();
  }

  private boolean exists(String kind, String name) {
    return outside.contains(kind + "/" + name)
        || all(kind).stream().anyMatch(object -> name(object).equals(name));
  }

  // ---- checking

  void check() {
    assertThat(objects).isNotEmpty();
    var names = new HashSet<String>();
    for (var object : objects) {
      var id = object.get("kind") + "/" + at(object, "metadata", "namespace") + "/" + name(object);
      assertThat(names.add(id)).as(id + " is there once").isTrue();
      assertThat(text(object, "apiVersion")).isNotBlank();
    }
    workloads().forEach(this::checkWorkload);
    all("Service").forEach(this::checkService);
    all("PodDisruptionBudget").forEach(this::checkBudget);
    for (var kind : List.of("RoleBinding", "ClusterRoleBinding")) {
      all(kind).forEach(this::checkBinding);
    }
    all("ServiceMonitor").forEach(this::checkServiceMonitor);
    all("MutatingWebhookConfiguration").forEach(this::checkWebhook);
  }

  private void checkWorkload(Map<?, ?> workload) {
    var name = workload.get("kind") + " " + name(workload);
    var template = map(workload, "spec", "template");
    var pod = map(template, "spec");
    var labels = map(template, "metadata", "labels");
    assertThat(carries(labels, map(workload, "spec", "selector", "matchLabels")))
        .as(name + ": its selector finds its own pods")
        .isTrue();

    if (pod.get("serviceAccountName") != null) {
      assertThat(exists("ServiceAccount", text(pod, "serviceAccountName"))).as(name).isTrue();
    } else {
      assertThat(at(pod, "automountServiceAccountToken"))
          .as(name + " needs no token, so it gets none")
          .isEqualTo(false);
    }
    for (var constraint : list(pod, "topologySpreadConstraints")) {
      assertThat(carries(labels, map(constraint, "labelSelector", "matchLabels")))
          .as(name + " spreads its own pods")
          .isTrue();
    }

    var volumes = new HashSet<String>();
    for (var volume : list(pod, "volumes")) {
      volumes.add(text(volume, "name"));
      if (at(volume, "configMap") != null) {
        var map = text(volume, "configMap", "name");
        assertThat(exists("ConfigMap", map)).as(name + " mounts ConfigMap " + map).isTrue();
      }
      if (at(volume, "secret") != null) {
        var secret = text(volume, "secret", "secretName");
        var made =
            all("Certificate").stream()
                .anyMatch(certificate -> text(certificate, "spec", "secretName").equals(secret));
        assertThat(made || exists("Secret", secret)).as(name + " mounts Secret " + secret).isTrue();
      }
    }
    var podSecurity = map(pod, "securityContext");
    assertThat(at(podSecurity, "seccompProfile", "type")).as(name).isEqualTo("RuntimeDefault");
    for (var container : list(pod, "containers")) {
      checkContainer(name, pod, podSecurity, volumes, container);
    }
  }

  private void checkContainer(
      String workload,
      Map<?, ?> pod,
      Map<?, ?> podSecurity,
      Set<String> volumes,
      Object container) {
    var name = workload + ", container " + text(container, "name");
    var security = map(container, "securityContext");
    boolean dns =
        list(container, "ports").stream().anyMatch(p -> at(p, "containerPort").equals(53));
    if (dns && pod.get("hostNetwork") != null) {
      // Sysctls are not for pods on the host's network, and containerd gives capabilities to root.
      assertThat(security.get("runAsUser")).as(name).isEqualTo(0);
    } else {
      assertThat(podSecurity.get("runAsNonRoot")).as(name).isEqualTo(true);
      assertThat(!dns || podSecurity.toString().contains("ip_unprivileged_port_start"))
          .as(name + " may open port 53")
          .isTrue();
    }
    assertThat(security.get("readOnlyRootFilesystem")).as(name).isEqualTo(true);
    assertThat(security.get("allowPrivilegeEscalation")).as(name).isEqualTo(false);
    assertThat(list(security, "capabilities", "drop")).as(name).isEqualTo(List.of("ALL"));
    assertThat(list(security, "capabilities", "add"))
        .as(name)
        .isEqualTo(dns ? List.of("NET_BIND_SERVICE") : List.of());
    assertThat(at(container, "resources", "limits", "memory")).as(name).isNotNull();
    if (text(container, "image").contains("byname")) {
      // A Java process comes near what it may use, and must not be evicted for it.
      assertThat(at(container, "resources", "requests", "memory"))
          .as(name)
          .isEqualTo(at(container, "resources", "limits", "memory"));
    }
    assertThat(at(container, "resources", "requests", "memory")).as(name).isNotNull();
    assertThat(text(container, "image")).as(name).contains(":");

    var ports = new ArrayList<Object>();
    for (var port : list(container, "ports")) {
      ports.add(at(port, "name"));
      ports.add(at(port, "containerPort"));
      if (at(pod, "hostNetwork") == null) {
        assertThat(at(port, "hostPort")).as(name).isNull();
      }
    }
    for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      // On the host's network the probes' ports are not declared: they would be reserved on the
      // node.
      if (at(container, probe) != null && at(pod, "hostNetwork") == null) {
        assertThat(ports).as(name + ", " + probe).contains(at(container, probe, "httpGet", "port"));
      }
    }
    for (var mount : list(container, "volumeMounts")) {
      assertThat(volumes).as(name).contains(text(mount, "name"));
    }
    checkFilesOfArguments(name, pod, container);
  }

  /** A path in the arguments that lies under a mounted ConfigMap is one of its keys. */
  private void checkFilesOfArguments(String name, Map<?, ?> pod, Object container) {
    for (var mount : list(container, "volumeMounts")) {
      var folder = text(mount, "mountPath") + "/";
      var volume =
          list(pod, "volumes").stream()
              .filter(v -> text(v, "name").equals(text(mount, "name")))
              .findFirst()
              .orElseThrow();
      var files =
          list(container, "args").stream()
              .map(argument -> String.valueOf(argument).replaceFirst("^--[a-z-]+=", ""))
              .filter(argument -> argument.startsWith(folder))
              .map(argument -> argument.substring(folder.length()))
              .toList();
      if (at(volume, "configMap") != null
          && !outside.contains("ConfigMap/" + text(volume, "configMap", "name"))) {
        var data = map(one("ConfigMap", text(volume, "configMap", "name")), "data");
        assertThat(files).as(name + " reads what is there").allMatch(data::containsKey);
        assertThat(files).as(name + " is told of what is mounted at " + folder).isNotEmpty();
      }
      if (at(volume, "secret") != null) {
        assertThat(files)
            .as(name)
            .allMatch(file -> file.equals("tls.crt") || file.equals("tls.key"));
      }
    }
  }

  private void checkService(Map<?, ?> service) {
    var name = "Service " + name(service);
    var selector = map(service, "spec", "selector");
    if (outside.contains("pods of " + name)) {
      return;
    }
    var behind =
        workloads().stream()
            .filter(workload -> selects(selector, workload))
            .flatMap(workload -> list(workload, "spec", "template", "spec", "containers").stream())
            .flatMap(container -> list(container, "ports").stream())
            .toList();
    assertThat(behind).as(name + " selects pods").isNotEmpty();
    for (var port : list(service, "spec", "ports")) {
      var target = at(port, "targetPort") == null ? at(port, "port") : at(port, "targetPort");
      assertThat(behind)
          .as(name + ", port " + at(port, "name"))
          .anyMatch(p ->
              (target.equals(at(p, "containerPort")) || target.equals(at(p, "name")))
                  && text(p, "protocol").equals(text(port, "protocol")));
    }
  }

  private static boolean selects(Map<?, ?> selector, Map<?, ?> workload) {
    var labels = map(workload, "spec", "template", "metadata", "labels");
    return !selector.isEmpty() && carries(labels, selector);
  }

  static boolean carries(Map<?, ?> labels, Map<?, ?> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  private void checkBudget(Map<?, ?> budget) {
    var selector = map(budget, "spec", "selector", "matchLabels");
    assertThat(workloads().stream().filter(workload -> selects(selector, workload)))
        .as("PodDisruptionBudget " + name(budget))
        .hasSize(1);
  }

  private void checkBinding(Map<?, ?> binding) {
    var name = binding.get("kind") + " " + name(binding);
    assertThat(exists(text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")))
        .as(name)
        .isTrue();
    for (var subject : list(binding, "subjects")) {
      assertThat(exists(text(subject, "kind"), text(subject, "name"))).as(name).isTrue();
      assertThat(text(subject, "namespace")).as(name).isNotBlank();
    }
  }

  private void checkServiceMonitor(Map<?, ?> monitor) {
    var selector = map(monitor, "spec", "selector", "matchLabels");
    var ports =
        all("Service").stream()
            .filter(service -> carries(map(service, "metadata", "labels"), selector))
            .flatMap(service -> list(service, "spec", "ports").stream())
            .map(port -> at(port, "name"))
            .toList();
    for (var endpoint : list(monitor, "spec", "endpoints")) {
      assertThat(ports)
          .as("ServiceMonitor " + name(monitor))
          .anyMatch(text(endpoint, "port")::equals);
    }
  }

  private void checkWebhook(Map<?, ?> configuration) {
    for (var webhook : list(configuration, "webhooks")) {
      var reference = map(webhook, "clientConfig", "service");
      var service = one("Service", text(reference, "name"));
      assertThat(text(service, "metadata", "namespace")).isEqualTo(text(reference, "namespace"));
      assertThat(list(service, "spec", "ports"))
          .anyMatch(port -> Objects.equals(at(port, "port"), reference.get("port")));
      // A webhook that must be up before its own pods can be made is a cluster that cannot start.
      assertThat(at(webhook, "failurePolicy")).isEqualTo("Ignore");
      assertThat(list(webhook, "namespaceSelector", "matchExpressions", 0, "values"))
          .as("its own namespace is left out")
          .anyMatch(text(service, "metadata", "namespace")::equals);
      for (var certificate : all("Certificate")) {
        assertThat(list(certificate, "spec", "dnsNames"))
            .anyMatch((reference.get("name") + "." + reference.get("namespace") + ".svc")::equals);
      }
    }
  }
}
