package dev.byname.app;

import dev.byname.corefile.Problems;
import dev.byname.corefile.ServerKey;
import dev.byname.plugin.bind.BindConfig;
import dev.byname.plugin.kubernetes.KubernetesConfig;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.source.DecodeOptions;
import dev.byname.source.manifests.ManifestsSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code byname check}: what a configuration means, or everything that is wrong with it. */
@Command(
    name = "check",
    description =
        "Reads a Corefile or kube-dns ConfigMap, and the manifests it names, and prints what it"
            + " means.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the configuration is good, and so are the manifests it names",
      "1:there are mistakes, all of which are printed"
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "FILE", description = "Corefile or kube-dns ConfigMap")
  Path file = Path.of("Corefile");

  @Option(
      names = "-dns.port",
      paramLabel = "PORT",
      description = "Port of server blocks that name none (default: each scheme's own)")
  int port = -1;

  @Option(names = "-o", paramLabel = "FORMAT", description = "text (default) or json")
  String format = "text";

  @Override
  public Integer call() {
    var problems = new Problems();
    Configuration configuration = Configuration.read(file, System.getenv(), port, problems);
    List<String> manifestProblems =
        problems.hasErrors() ? List.of() : manifestProblems(configuration);
    PrintWriter out = spec.commandLine().getOut();
    if (format.equals("json")) {
      ObjectNode result = json(configuration, problems);
      ArrayNode inManifests = result.putArray("manifestProblems");
      manifestProblems.forEach(inManifests::add);
      out.println(result.toPrettyString());
    } else {
      problems.all().forEach(problem -> spec.commandLine().getErr().println(problem));
      manifestProblems.forEach(problem -> spec.commandLine().getErr().println(problem));
      if (!problems.hasErrors()) {
        if (configuration.corefile().translated()) {
          out.println("As a Corefile:");
          out.println(configuration.corefile().print().indent(2));
        }
        configuration.blocks().forEach(block -> print(block, out));
      }
    }
    out.flush();
    spec.commandLine().getErr().flush();
    return problems.hasErrors() || !manifestProblems.isEmpty() ? 1 : 0;
  }

  /** What is wrong in the folders that pictures are taken from, each folder once. */
  private static List<String> manifestProblems(Configuration configuration) {
    try (var _ = Logging.silence()) {
      return configuration.blocks().stream()
          .flatMap(block -> block.config(KubernetesConfig.class).stream())
          .map(config -> config.source().origin())
          .flatMap(origin ->
              origin instanceof PictureSource.Origin.Manifests(Path folder)
                  ? Stream.of(folder)
                  : Stream.empty())
          .distinct()
          .flatMap(folder ->
              ManifestsSource.check(folder, DecodeOptions.ALL).stream()
                  .map(problem -> folder + ": " + problem))
          .toList();
    }
  }

  private static void print(LoadedBlock block, PrintWriter out) {
    out.println(block.block().location() + "  " + keys(block));
    out.println("  listens on   " + listens(block));
    out.println("  plugins      " + names(block));
    for (Configured<?> plugin : block.plugins()) {
      for (String fact : plugin.describe()) {
        out.printf("    %-12s %s%n", plugin.name(), fact);
      }
    }
    out.println("  precomputed  " + path(block));
    out.println();
  }

  private static String keys(LoadedBlock block) {
    return String.join(" ", block.block().keys().stream().map(ServerKey::toString).toList());
  }

  private static String listens(LoadedBlock block) {
    List<String> hosts =
        block.config(BindConfig.class).map(BindConfig::hosts).orElse(List.of("all addresses"));
    return String.join(" ", hosts);
  }

  private static String names(LoadedBlock block) {
    return String.join(" ", block.plugins().stream().map(Configured::name).toList());
  }

  private static String path(LoadedBlock block) {
    return switch (block.precomputedPath()) {
      case LoadedBlock.Path.None none -> "no: the block does not answer for a cluster";
      case LoadedBlock.Path.Open(boolean rotates, var exceptions) ->
          "yes: cluster names are answered before any plugin is asked"
              + (rotates ? ", addresses take turns" : "")
              + String.join(
                  "", exceptions.stream().map(except -> ", but for " + except.what()).toList());
      case LoadedBlock.Path.Closed(String plugin, String reason) ->
          "no, because of " + plugin + ": " + reason;
    };
  }

  private static ObjectNode json(Configuration configuration, Problems problems) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode found = root.putArray("problems");
    problems.all().forEach(problem -> found.add(problem.toString()));
    root.put("good", !problems.hasErrors());
    ArrayNode blocks = root.putArray("blocks");
    if (!problems.hasErrors()) {
      for (LoadedBlock block : configuration.blocks()) {
        ObjectNode node = blocks.addObject();
        node.put("location", block.block().location().toString());
        block.block().keys().forEach(key -> node.withArray("keys").add(key.toString()));
        ObjectNode plugins = node.putObject("plugins");
        for (Configured<?> plugin : block.plugins()) {
          ArrayNode facts = plugins.putArray(plugin.name());
          plugin.describe().forEach(facts::add);
        }
        node.put("precomputed", block.precomputedPath() instanceof LoadedBlock.Path.Open);
        node.put("precomputedDetail", path(block));
      }
    }
    return root;
  }
}
