package dev.byname.plugin.log;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.log.LogConfig.Outcome;
import dev.byname.plugin.log.LogConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads {@code log}. */
public final class LogFactory implements PluginFactory<LogConfig> {
  @Override
  public String name() {
    return "log";
  }

  @Override
  public LogConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    List<Rule> rules = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      int names = in.argumentCount();
      String format = LogConfig.COMMON;
      // As CoreDNS: of several arguments the last is the format if it has a placeholder.
      if (names > 0 && in.argument(names - 1).text().contains("{")) {
        format = in.argument(--names).text();
        LogFormat.unknownPlaceholder(format)
            .ifPresent(name ->
                in.complain(name + " is no placeholder of a log format; see the page of log"));
      }
      List<DomainName> zones = new ArrayList<>();
      for (int i = 0; i < names; i++) {
        in.argument(i).zones().forEach(zone -> zones.add(DomainName.of(zone)));
      }
      Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
      for (DirectiveReader option : in.options("class")) {
        outcomes.addAll(outcomes(option));
      }
      in.done();
      rules.add(
          new Rule(
              zones.isEmpty() ? List.of(DomainName.ROOT) : zones,
              LogFormat.of(format),
              outcomes.isEmpty() ? EnumSet.allOf(Outcome.class) : outcomes));
    }
    return new LogConfig(rules);
  }

  private static Set<Outcome> outcomes(DirectiveReader option) {
    Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
    if (option.takesAtLeast(1)) {
      option
          .argumentsFrom(0)
          .forEach(word ->
              word.word("all", "success", "denial", "error")
                  .ifPresent(found -> {
                    switch (found) {
                      case "success" -> outcomes.add(Outcome.SUCCESS);
                      case "denial" -> outcomes.add(Outcome.DENIAL);
                      case "error" -> outcomes.add(Outcome.ERROR);
                      default -> outcomes.addAll(EnumSet.allOf(Outcome.class));
                    }
                  }));
    }
    return outcomes;
  }

  @Override
  public PrecomputedPath precomputedPath(LogConfig config) {
    return new PrecomputedPath.Closed("it must see every query");
  }

  @Override
  public List<String> describe(LogConfig config) {
    return config.rules().stream()
        .map(rule ->
            "logs "
                + String.join(" ", rule.zones().stream().map(DomainName::toString).toList())
                + " "
                + rule.outcomes())
        .toList();
  }

  @Override
  public Plugin create(LogConfig config, BlockContext block, PluginRuntime runtime) {
    return new QueryLog(config, runtime.nanoTime());
  }
}
