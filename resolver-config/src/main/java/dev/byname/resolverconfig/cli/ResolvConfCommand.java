package dev.byname.resolverconfig.cli;

import dev.byname.app.CommandProvider;
import dev.byname.resolverconfig.resolvconf.Cut;
import dev.byname.resolverconfig.resolvconf.Entry;
import dev.byname.resolverconfig.resolvconf.Libc;
import dev.byname.resolverconfig.resolvconf.LibcView;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.resolvconf.QueryPlan;
import dev.byname.resolverconfig.resolvconf.Rule;
import dev.byname.resolverconfig.resolvconf.Warning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code byname resolv-conf}: what a pod's resolv.conf is, and what it leads to. */
@Command(
    name = "resolv-conf",
    description = "A pod's resolv.conf: print it, or explain what a libc asks because of it.",
    mixinStandardHelpOptions = true,
    subcommands = {ResolvConfCommand.Render.class, ResolvConfCommand.Explain.class})
public final class ResolvConfCommand {

  /** Found through ServiceLoader. */
  public static final class Provider implements CommandProvider {
    @Override
    public Object command() {
      return new ResolvConfCommand();
    }
  }

  /** Prints the file. */
  @Command(
      name = "render",
      description = "Print the resolv.conf that the kubelet gives a pod.",
      footer = {
        "",
        "Example:",
        "  byname resolv-conf render --pod pod.yaml --cluster-dns 10.0.0.10 \\",
        "      --node-resolv-conf /etc/resolv.conf"
      })
  static final class Render extends Reported {
    @Mixin private PodOptions pod = new PodOptions();
    @Mixin private KubeletOptions kubelet = new KubeletOptions();

    @Option(
        names = {"-o", "--output"},
        defaultValue = "text",
        description = "text, or json with each entry's origin, warnings and cuts.")
    private Output output = Output.TEXT;

    @Override
    int run() {
      var built = PodResolvConf.build(pod.read(), kubelet.node());
      var warnings = new ArrayList<>(built.warnings());
      for (var libc : Libc.values()) {
        LibcView.of(libc, built.render()).remarks().stream()
            .filter(remark -> remark.rule() == Rule.LIBC_LIMIT)
            .forEach(warnings::add);
      }
      switch (output) {
        case TEXT -> {
          out().print(built.render());
          warnings.forEach(warning -> warn(warning.text()));
        }
        case JSON -> printJson(tree(built, warnings));
      }
      return 0;
    }

    private static Map<String, Object> tree(PodResolvConf built, List<Warning> warnings) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("file", built.render());
      tree.put("nameservers", built.nameservers().stream().map(Render::tree).toList());
      tree.put("searches", built.searches().stream().map(Render::tree).toList());
      tree.put("options", built.options().stream().map(Render::tree).toList());
      tree.put("warnings", trees(warnings));
      tree.put("cuts", built.cuts().stream().map(Render::tree).toList());
      return tree;
    }

    private static Map<String, String> tree(Entry entry) {
      Map<String, String> tree = new LinkedHashMap<>();
      tree.put("text", entry.text());
      tree.put("origin", entry.origin().id());
      tree.put("where", entry.where());
      return tree;
    }

    private static Map<String, String> tree(Cut cut) {
      Map<String, String> tree = new LinkedHashMap<>();
      tree.put("keyword", cut.keyword());
      tree.putAll(tree(cut.entry()));
      tree.put("rule", cut.rule().id());
      return tree;
    }
  }

  /** Lists the queries. */
  @Command(
      name = "explain",
      description = {
        "List the queries that a libc sends for a name, in order, if none is answered with an"
            + " address; and what other settings would save or break. Nothing is asked."
      },
      footer = {
        "",
        "Example:",
        "  byname resolv-conf explain api.example.com -n shop --cluster-dns 10.0.0.10 --libc musl"
      })
  static final class Explain extends Reported {
    @Parameters(paramLabel = "NAME", description = "As the program in the pod would look it up.")
    private String name = "";

    @Mixin private PodOptions pod = new PodOptions();
    @Mixin private KubeletOptions kubelet = new KubeletOptions();

    @Option(
        names = "--libc",
        defaultValue = "glibc",
        description = "glibc, or musl as in Alpine images (default: ${DEFAULT-VALUE}).")
    private Libc libc = Libc.GLIBC;

    @Option(
        names = {"-o", "--output"},
        defaultValue = "text",
        description = "text or json (default: ${DEFAULT-VALUE}).")
    private Output output = Output.TEXT;

    @Override
    int run() {
      var file = PodResolvConf.build(pod.read(), kubelet.node()).render();
      var plan = QueryPlan.of(name, LibcView.of(libc, file));
      switch (output) {
        case TEXT -> new ExplainText(plan).lines().forEach(out()::println);
        case JSON -> printJson(tree(file, plan));
      }
      return 0;
    }

    private static Map<String, Object> tree(String file, QueryPlan plan) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("name", plan.name());
      tree.put("libc", plan.view().libc().id());
      tree.put("file", file);
      tree.put("ndots", plan.view().ndots());
      tree.put("nameservers", plan.view().nameservers());
      tree.put("steps", plan.steps().stream().map(Explain::tree).toList());
      tree.put("queries", plan.queries());
      tree.put("packets", 2 * plan.queries());
      plan.queriesUntilAsGiven().ifPresent(count -> tree.put("queriesIfExternal", count));
      var remarks = new ArrayList<>(plan.view().remarks());
      remarks.addAll(plan.remarks());
      tree.put("remarks", trees(remarks));
      tree.put("alternatives", plan.alternatives().stream().map(Explain::tree).toList());
      return tree;
    }

    private static Map<String, Object> tree(QueryPlan.Step step) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("name", step.queryName());
      tree.put("types", step.types());
      step.searchEntry().ifPresent(entry -> tree.put("searchEntry", entry));
      return tree;
    }

    private static Map<String, Object> tree(QueryPlan.Alternative other) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("setting", other.setting());
      other.queriesIfAsGiven().ifPresent(count -> tree.put("queriesIfExternal", count));
      tree.put("savedQueries", other.savedQueries());
      tree.put("noLongerAsked", other.lost());
      tree.put("askedLater", other.later());
      return tree;
    }
  }

  private static List<Map<String, String>> trees(List<Warning> warnings) {
    return warnings.stream()
        .map(warning -> Map.of("rule", warning.rule().id(), "text", warning.text()))
        .toList();
  }
}
