package dev.byname.plugin.loop;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.util.List;

/** Reads {@code loop}. */
public final class LoopFactory implements PluginFactory<LoopConfig> {
  @Override
  public String name() {
    return "loop";
  }

  @Override
  public LoopConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      in.takes(0);
      in.done();
    }
    return new LoopConfig(DomainName.of(block.zones().getFirst()));
  }

  /** It watches what is forwarded; a cluster name never is. */
  @Override
  public PrecomputedPath precomputedPath(LoopConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(LoopConfig config) {
    return List.of("leaves out upstreams that lead back here");
  }

  @Override
  public Plugin create(LoopConfig config, BlockContext block, PluginRuntime runtime) {
    return new Loop(config, runtime.nanoTime(), runtime.random());
  }
}
