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
import java.util.ArrayList;
import java.util.List;

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

  /** It stands before {@code kubernetes}. */
  @Override
  public PrecomputedPath precomputedPath(RewriteConfig config) {
    return new PrecomputedPath.Closed("a rule may apply to any name");
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
