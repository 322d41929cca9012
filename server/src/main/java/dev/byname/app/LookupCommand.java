package dev.byname.app;

import dev.byname.lookup.Answer;
import dev.byname.lookup.ClusterSource;
import dev.byname.lookup.ServiceDirectory;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Rcode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code byname lookup}: asks as a pod would, without a server. */
@Command(
    name = "lookup",
    description =
        "Looks a name up as a pod of a namespace would: search domains first, then the name as it is.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:records were found",
      "1:the name exists without such records",
      "2:the name does not exist"
    },
    mixinStandardHelpOptions = true)
final class LookupCommand implements Callable<Integer> {
  private static final int NDOTS = 5;

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "such as reviews or mongodb.kube-system")
  String name = "";

  @Parameters(
      index = "1",
      paramLabel = "TYPE",
      defaultValue = "A",
      description = "record type (default: A)")
  String type = "A";

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "default",
      description = "of the pod that asks (default: ${DEFAULT-VALUE})")
  String namespace = "default";

  @Option(
      names = "--manifests",
      paramLabel = "DIR",
      required = true,
      description = "folder of Kubernetes manifests")
  Path manifests = Path.of(".");

  @Override
  public Integer call() {
    Logging.setUp(false);
    RecordType wanted = RecordType.parse(type);
    if (wanted == null) {
      throw new CommandLine.ParameterException(spec.commandLine(), type + " is no record type");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (var directory = ServiceDirectory.open(ClusterSource.manifests(manifests))) {
      if (!directory.awaitSynced(Duration.ofSeconds(30))) {
        throw new ConfigurationException(directory.status());
      }
      Answer last = directory.resolve(name, wanted);
      for (String candidate : candidates()) {
        last = directory.resolve(candidate, wanted);
        out.println("; " + candidate + " " + wanted + ": " + Rcode.name(last.rcode()));
        if (last.rcode() == Rcode.NOERROR) {
          break;
        }
      }
      for (ResourceRecord record : last.records()) {
        out.println(record);
      }
      out.flush();
      return last.rcode() != Rcode.NOERROR ? 2 : last.records().isEmpty() ? 1 : 0;
    }
  }

  /** The order of glibc and musl: fewer dots than ndots means the search list comes first. */
  private List<String> candidates() {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    List<String> searched =
        List.of(
            name + "." + namespace + ".svc.cluster.local.",
            name + ".svc.cluster.local.",
            name + ".cluster.local.",
            name + ".");
    return name.chars().filter(c -> c == '.').count() < NDOTS
        ? searched
        : List.of(name + ".", searched.get(0), searched.get(1), searched.get(2));
  }
}
