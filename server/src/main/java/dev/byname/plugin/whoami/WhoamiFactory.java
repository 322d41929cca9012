package dev.byname.plugin.whoami;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;

/** Reads {@code whoami}. */
public final class WhoamiFactory implements PluginFactory<WhoamiConfig> {
  @Override
  public String name() {
    return "whoami";
  }

  @Override
  public WhoamiConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0);
    in.done();
    return new WhoamiConfig();
  }

  /** It stands behind {@code kubernetes}, which answers for its zone alone. */
  @Override
  public PrecomputedPath precomputedPath(WhoamiConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(WhoamiConfig config) {
    return List.of("tells clients their own address");
  }

  @Override
  public Plugin create(WhoamiConfig config, BlockContext block, PluginRuntime runtime) {
    return new Whoami();
  }
}
