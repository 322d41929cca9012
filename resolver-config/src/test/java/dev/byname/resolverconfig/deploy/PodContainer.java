package dev.byname.resolverconfig.deploy;

import static dev.byname.resolverconfig.deploy.Manifests.at;
import static dev.byname.resolverconfig.deploy.Manifests.list;
import static dev.byname.resolverconfig.deploy.Manifests.map;
import static dev.byname.resolverconfig.deploy.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The container of a Deployment or DaemonSet, run as its manifest says: what the kubelet makes of
 * it, in podman's words.
 */
record PodContainer(Map<?, ?> pod, Map<?, ?> container) {

  static PodContainer of(Map<?, ?> workload) {
    var pod = map(workload, "spec", "template", "spec");
    return new PodContainer(pod, map(pod, "containers", 0));
  }

  /**
   * Options of {@code podman run}.
   *
   * @param volumes where the pod's volumes lie, by their names
   */
  List<String> options(Map<String, Path> volumes) {
    var options = new ArrayList<String>();
    var security = map(container, "securityContext");
    var podSecurity = map(pod, "securityContext");
    var user = firstOf(at(security, "runAsUser"), at(podSecurity, "runAsUser"));
    var group = firstOf(at(security, "runAsGroup"), at(podSecurity, "runAsGroup"));
    options.add("--user=" + user + ":" + (group == null ? 0 : group));
    if (Boolean.TRUE.equals(security.get("readOnlyRootFilesystem"))) {
      options.addAll(List.of("--read-only", "--read-only-tmpfs=false"));
    }
    if (Boolean.FALSE.equals(security.get("allowPrivilegeEscalation"))) {
      options.add("--security-opt=no-new-privileges");
    }
    list(security, "capabilities", "drop").forEach(one -> options.add("--cap-drop=" + one));
    list(security, "capabilities", "add").forEach(one -> options.add("--cap-add=" + one));
    var memory = text(container, "resources", "limits", "memory");
    assertThat(memory).endsWith("Mi");
    options.add("--memory=" + memory.replace("Mi", "m"));
    for (var mount : list(container, "volumeMounts")) {
      var volume = volumes.get(text(mount, "name"));
      assertThat(volume).as("volume " + text(mount, "name")).isNotNull();
      var access = Boolean.TRUE.equals(at(mount, "readOnly")) ? ":ro" : "";
      options.add("--volume=" + volume + ":" + text(mount, "mountPath") + access);
      if (at(podSecurity, "fsGroup") != null) {
        var path = volume.toString();
        var grouped =
            Tool.run(
                List.of(
                    "sh",
                    "-c",
                    "chgrp -R "
                        + at(podSecurity, "fsGroup")
                        + " "
                        + path
                        + " && chmod -R g+rwX,o= "
                        + path));
        assertThat(grouped.exitCode()).as(grouped.output()).isZero();
      }
    }
    return options;
  }

  private static Object firstOf(Object one, Object other) {
    return one == null ? other : one;
  }

  /** What stands behind the image's name. */
  List<String> arguments() {
    return list(container, "args").stream().map(String::valueOf).toList();
  }

  /** As the kubelet and the runtime do before the container starts. */
  void setSysctls(NetworkNamespace network) {
    for (var sysctl : list(pod, "securityContext", "sysctls")) {
      var file = "/proc/sys/" + text(sysctl, "name").replace('.', '/');
      network.mustRun("sh", "-c", "echo " + text(sysctl, "value") + " >" + file);
    }
  }

  /** The commands of the init containers, run on the network that they share with the pod. */
  void runInitContainers(NetworkNamespace network) {
    for (var init : list(pod, "initContainers")) {
      network.mustRun(list(init, "command").stream().map(String::valueOf).toArray(String[]::new));
    }
  }

  /** With which the kubelet asks whether it is ready, and what that says. */
  String askReadiness(NetworkNamespace network) {
    var probe = map(container, "readinessProbe", "httpGet");
    var scheme =
        probe.get("scheme") == null ? "http" : text(probe, "scheme").toLowerCase(Locale.ROOT);
    var host = probe.get("host") == null ? "127.0.0.1" : text(probe, "host");
    var url = scheme + "://" + host + ":" + port(text(probe, "port")) + text(probe, "path");
    return network
        .run("curl", "-sk", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}", url)
        .output();
  }

  private String port(String nameOrNumber) {
    return list(container, "ports").stream()
        .filter(port -> text(port, "name").equals(nameOrNumber))
        .map(port -> text(port, "containerPort"))
        .findFirst()
        .orElse(nameOrNumber);
  }
}
