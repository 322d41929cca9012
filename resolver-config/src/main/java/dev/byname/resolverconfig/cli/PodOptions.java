package dev.byname.resolverconfig.cli;

import static java.util.stream.Collectors.joining;

import dev.byname.resolverconfig.injection.Workload;
import dev.byname.resolverconfig.injection.YamlDocuments;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which pod a command is about. */
final class PodOptions {
  @Option(
      names = "--pod",
      paramLabel = "FILE",
      description =
          "Manifest of the pod, or of one workload with a pod template (- is standard input);"
              + " without it a pod that says nothing about DNS.")
  private @Nullable Path pod;

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "default",
      paramLabel = "NS",
      description = "Namespace, where the manifest names none (default: ${DEFAULT-VALUE}).")
  private String namespace = "";

  PodDns read() {
    if (pod == null) {
      return PodDns.clusterFirst(namespace);
    }
    var workloads = Workload.find(YamlDocuments.read(pod), namespace);
    if (workloads.size() != 1) {
      throw new RefusedException(
          pod.toString(),
          workloads.isEmpty()
              ? "holds no Pod and no workload with a pod template"
              : "holds more than one pod: "
                  + workloads.stream().map(Workload::toString).collect(joining(", ")));
    }
    var workload = workloads.getFirst();
    var spec = workload.pod().get("spec") instanceof Map<?, ?> map ? map : Map.of();
    return PodDns.fromSpec(workload.namespace(), spec, workload.specPath());
  }
}
