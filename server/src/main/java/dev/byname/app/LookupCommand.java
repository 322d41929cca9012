package dev.byname.app;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.IpAddress;
import dev.byname.lookup.Answer;
import dev.byname.lookup.PictureOpener;
import dev.byname.lookup.ServiceDirectory;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import dev.byname.zone.ZoneOptions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code byname lookup} and {@code byname explain}: ask as a pod would, without a server; the
 * second says of each name why it is answered so.
 */
abstract class LookupCommand implements Callable<Integer> {
  private static final Duration SYNC_MAX = Duration.ofSeconds(30);

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "such as reviews or mongodb.kube-system; an address asks for its PTR records")
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
      names = "--cluster-domain",
      paramLabel = "DOMAIN",
      defaultValue = "cluster.local",
      description = "of the cluster (default: ${DEFAULT-VALUE})")
  String clusterDomain = "cluster.local";

  @ArgGroup(multiplicity = "1", heading = "%nThe cluster:%n")
  ClusterOptions cluster = new ClusterOptions();

  @Option(names = "-o", paramLabel = "FORMAT", description = "text (default) or json")
  String format = "text";

  /**
   * A name that was asked for.
   *
   * @param why empty where nobody wants to know
   */
  record Asked(String name, Answer answer, String why) {}

  /** As text, in the command's own way. */
  abstract void print(List<Asked> asked, PrintWriter out);

  abstract boolean explains();

  @Override
  public Integer call() {
    RecordType wanted = RecordType.parse(type);
    if (wanted == null) {
      throw new CommandLine.ParameterException(spec.commandLine(), type + " is no record type");
    }
    DomainName zone = DomainName.parse(clusterDomain);
    if (zone == null || zone.labelCount() == 0) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), clusterDomain + " is no domain name that a cluster could have");
    }
    IpAddress address = IpAddress.parse(name);
    if (address != null) {
      name = DomainName.ofReverse(address.toBytes()).toString();
      type = "PTR";
      wanted = RecordType.PTR;
    }
    List<Asked> asked = ask(zone, wanted);
    PrintWriter out = spec.commandLine().getOut();
    if (format.equals("json")) {
      out.println(json(asked).toPrettyString());
    } else {
      print(asked, out);
    }
    out.flush();
    Answer last = asked.getLast().answer();
    return last.rcode() != Rcode.NOERROR ? 2 : last.records().isEmpty() ? 1 : 0;
  }

  /** As the C libraries do: down the search list until a name exists. */
  private List<Asked> ask(DomainName zone, RecordType wanted) {
    PictureOpener.Opened picture;
    try {
      picture = new DirectoryPictures().open(cluster.source());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()));
    }
    ZoneOptions zones =
        ZoneOptions.of(zone, DomainName.of("in-addr.arpa."), DomainName.of("ip6.arpa."));
    try (var directory = ServiceDirectory.over(picture, zones)) {
      if (!directory.awaitSynced(SYNC_MAX)) {
        throw new ConfigurationException(directory.status());
      }
      ClusterState state = picture.state();
      var diagnosis = new NameDiagnosis(state, zone.toString().toLowerCase(Locale.ROOT));
      var asked = new ArrayList<Asked>();
      for (String candidate : SearchList.candidates(name, namespace, zone.toString())) {
        Answer answer = directory.resolve(candidate, wanted);
        asked.add(
            new Asked(candidate, answer, explains() ? diagnosis.explain(candidate, wanted) : ""));
        if (answer.rcode() == Rcode.NOERROR) {
          break;
        }
      }
      return asked;
    }
  }

  private ObjectNode json(List<Asked> asked) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("name", name).put("type", type).put("namespace", namespace);
    for (Asked one : asked) {
      ObjectNode node = root.withArray("asked").addObject();
      node.put("name", one.name()).put("rcode", Rcode.name(one.answer().rcode()));
      one.answer().records().forEach(record -> node.withArray("records").add(record.toString()));
      if (explains()) {
        node.put("why", one.why());
      }
    }
    return root;
  }

  /** {@code byname lookup}. */
  @Command(
      name = "lookup",
      description =
          "Looks a name up as a pod of a namespace would: search domains first, then the name as it"
              + " is.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:records were found",
        "1:the name exists without such records",
        "2:the name does not exist in the cluster"
      },
      mixinStandardHelpOptions = true)
  static final class Lookup extends LookupCommand {
    @Override
    boolean explains() {
      return false;
    }

    @Override
    void print(List<Asked> asked, PrintWriter out) {
      for (Asked one : asked) {
        out.println("; " + one.name() + " " + type + ": " + Rcode.name(one.answer().rcode()));
      }
      for (ResourceRecord record : asked.getLast().answer().records()) {
        out.println(record);
      }
    }
  }

  /** {@code byname explain}. */
  @Command(
      name = "explain",
      description =
          "Says why a name does or does not resolve from a pod of a namespace: each name that is"
              + " asked for, what it means in this cluster, and what there is instead.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:records were found",
        "1:the name exists without such records",
        "2:the name does not exist in the cluster"
      },
      footer = {"", "Example:", "  byname explain mongodb -n default --kubeconfig ~/.kube/config"},
      mixinStandardHelpOptions = true)
  static final class Explain extends LookupCommand {
    @Override
    boolean explains() {
      return true;
    }

    @Override
    void print(List<Asked> asked, PrintWriter out) {
      for (Asked one : asked) {
        out.printf("%-9s %s%n          %s%n", outcome(one.answer()), one.name(), one.why());
        one.answer().records().forEach(record -> out.println("          " + record));
      }
      out.printf("From namespace %s, %s %s.%n", namespace, name, verdict(asked.getLast().answer()));
    }

    private String verdict(Answer last) {
      return switch (last.rcode()) {
        case Rcode.NOERROR ->
            last.records().isEmpty() ? "exists, but has no %s record".formatted(type) : "resolves";
        case Rcode.REFUSED -> "is no name of the cluster";
        default -> "does not resolve";
      };
    }

    private static String outcome(Answer answer) {
      return switch (answer.rcode()) {
        case Rcode.NOERROR -> answer.records().isEmpty() ? "NODATA" : "NOERROR";
        case Rcode.REFUSED -> "outside";
        default -> Rcode.name(answer.rcode());
      };
    }
  }
}
