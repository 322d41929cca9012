package dev.byname.plugin.bind;

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

/** Reads {@code bind}. */
public final class BindFactory implements PluginFactory<BindConfig> {
  @Override
  public String name() {
    return "bind";
  }

  @Override
  public @Nullable BindConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    List<String> hosts = new ArrayList<>();
    List<String> except = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      if (in.takesAtLeast(1)) {
        hosts.addAll(in.texts());
      }
      DirectiveReader without = in.option("except");
      if (without.isPresent() && without.takesAtLeast(1)) {
        except.addAll(without.texts());
      }
      in.done();
    }
    return new BindConfig(hosts, except);
  }

  /** Says where to listen only. */
  @Override
  public PrecomputedPath precomputedPath(BindConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(BindConfig config) {
    return List.of("listens on " + String.join(" ", config.hosts()));
  }

  @Override
  public @Nullable Plugin create(BindConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}
