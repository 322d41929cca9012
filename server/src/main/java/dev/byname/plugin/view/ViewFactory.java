package dev.byname.plugin.view;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code view}. */
public final class ViewFactory implements PluginFactory<ViewConfig> {
  @Override
  public String name() {
    return "view";
  }

  @Override
  public @Nullable ViewConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    String name = in.text().orElse("");
    List<Condition> conditions = new ArrayList<>();
    for (DirectiveReader line : in.options("expr")) {
      if (line.takesAtLeast(1)) {
        try {
          conditions.add(Condition.parse(String.join(" ", line.texts())));
        } catch (Condition.SyntaxException mistake) {
          line.complain(String.valueOf(mistake.getMessage()));
        }
      }
    }
    in.done();
    return new ViewConfig(name, conditions);
  }

  @Override
  public PrecomputedPath precomputedPath(ViewConfig config) {
    return new PrecomputedPath.Closed("it must look at every query");
  }

  @Override
  public List<String> describe(ViewConfig config) {
    return List.of(
        "answers as \"%s\" what %d %s for"
            .formatted(
                config.name(),
                config.conditions().size(),
                config.conditions().size() == 1 ? "condition holds" : "conditions hold"));
  }

  @Override
  public Plugin create(ViewConfig config, BlockContext block, PluginRuntime runtime) {
    return new View(config.name());
  }
}
