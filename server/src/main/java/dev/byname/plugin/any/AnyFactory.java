package dev.byname.plugin.any;

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

/** Reads {@code any}. */
public final class AnyFactory implements PluginFactory<AnyConfig> {
  @Override
  public String name() {
    return "any";
  }

  @Override
  public AnyConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0);
    in.done();
    return new AnyConfig();
  }

  @Override
  public PrecomputedPath precomputedPath(AnyConfig config) {
    return new PrecomputedPath.Except(query -> query.type == RecordTypes.ANY, "ANY");
  }

  @Override
  public List<String> describe(AnyConfig config) {
    return List.of("answers ANY with one HINFO record");
  }

  @Override
  public Plugin create(AnyConfig config, BlockContext block, PluginRuntime runtime) {
    return new Any();
  }
}
