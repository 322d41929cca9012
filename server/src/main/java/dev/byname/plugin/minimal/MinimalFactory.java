package dev.byname.plugin.minimal;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.RecordTypes;
import java.util.List;

/** Reads {@code minimal}. */
public final class MinimalFactory implements PluginFactory<MinimalConfig> {
  @Override
  public String name() {
    return "minimal";
  }

  @Override
  public MinimalConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0);
    in.done();
    return new MinimalConfig();
  }

  /**
   * Of the precomputed answers that are no denials, only those to SRV and NS have more than an
   * answer section.
   */
  @Override
  public PrecomputedPath precomputedPath(MinimalConfig config) {
    return new PrecomputedPath.Except(
        query -> query.type == RecordTypes.SRV || query.type == RecordTypes.NS, "SRV and NS");
  }

  @Override
  public List<String> describe(MinimalConfig config) {
    return List.of("leaves out what was not asked for");
  }

  @Override
  public Plugin create(MinimalConfig config, BlockContext block, PluginRuntime runtime) {
    return new Minimal();
  }
}
