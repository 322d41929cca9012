package dev.byname.plugin.rewrite;

import dev.byname.corefile.Argument;
import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.rewrite.RewriteConfig.Line;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code rewrite}. */
public final class RewriteFactory implements PluginFactory<RewriteConfig> {
  @Override
  public String name() {
    return "rewrite";
  }

  @Override
  public RewriteConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    List<Line> lines = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      new RuleReader(in, words(in, problems)).read().ifPresent(lines::add);
      in.done();
    }
    return new RewriteConfig(lines);
  }

  /** Of one line or of a block in braces, which mean the same. */
  private static List<ArgumentReader> words(DirectiveReader in, Problems problems) {
    List<ArgumentReader> words = new ArrayList<>(in.argumentsFrom(0));
    if (words.size() < 2) {
      for (DirectiveReader line : in.options()) {
        words.add(
            new ArgumentReader(in.name(), new Argument(line.name(), line.location()), problems));
        line.argumentsFrom(0)
            .forEach(word ->
                words.add(
                    new ArgumentReader(
                        in.name(), new Argument(word.text(), word.location()), problems)));
      }
    }
    return words;
  }

  @Override
  public PrecomputedPath precomputedPath(RewriteConfig config) {
    List<DomainName> zones = new ArrayList<>();
    for (Line line : config.lines()) {
      DomainName zone = zone(line.rule());
      if (zone == null) {
        return new PrecomputedPath.Closed("a rule may apply to any name");
      }
      zones.add(zone);
    }
    return new PrecomputedPath.Claims(zones);
  }

  /** Outside it the rule cannot apply; null: there is no such zone. */
  private static @Nullable DomainName zone(Rule rule) {
    return switch (rule) {
      case Rule.Name name -> zone(name.renaming());
      case Rule.Answer answer -> zone(answer.names());
      case Rule.Type _, Rule.QueryClass _, Rule.Option _, Rule.Alias _ -> null;
    };
  }

  private static @Nullable DomainName zone(Renaming renaming) {
    String from = renaming.from();
    return switch (renaming.kind()) {
      case EXACT -> DomainName.parse(from);
      case SUFFIX -> from.startsWith(".") ? DomainName.parse(from.substring(1)) : null;
      case PREFIX, SUBSTRING, REGEX -> null;
    };
  }

  @Override
  public List<String> describe(RewriteConfig config) {
    return config.lines().stream()
        .map(line -> describe(line.rule()) + (line.stop() ? "" : ", and goes on"))
        .toList();
  }

  private static String describe(Rule rule) {
    return switch (rule) {
      case Rule.Name(Renaming renaming, boolean auto, List<AnswerEdit> answers) ->
          "asks for %s instead of %s%s"
              .formatted(
                  renaming.to(),
                  names(renaming),
                  auto || !answers.isEmpty() ? ", and renames the answer" : "");
      case Rule.Type(var from, var to) -> "asks for type " + to + " instead of " + from;
      case Rule.QueryClass(int from, int to) -> "asks for class " + to + " instead of " + from;
      case Rule.Option(EdnsEdit edit) -> "EDNS: " + edit;
      case Rule.Answer(Renaming names, AnswerEdit edit) -> names(names) + ": " + edit;
      case Rule.Alias(Renaming targets) ->
          "leads CNAMEs to %s instead of %s".formatted(targets.to(), names(targets));
    };
  }

  private static String names(Renaming renaming) {
    return switch (renaming.kind()) {
      case EXACT -> renaming.from();
      case PREFIX -> renaming.from() + "…";
      case SUFFIX -> "…" + renaming.from();
      case SUBSTRING -> "…" + renaming.from() + "…";
      case REGEX -> "/" + renaming.from() + "/";
    };
  }

  @Override
  public Plugin create(RewriteConfig config, BlockContext block, PluginRuntime runtime) {
    return new Rewrite(config);
  }
}
