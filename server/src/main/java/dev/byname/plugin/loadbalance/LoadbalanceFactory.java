package dev.byname.plugin.loadbalance;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code loadbalance}. */
public final class LoadbalanceFactory implements PluginFactory<LoadbalanceConfig> {
  @Override
  public String name() {
    return "loadbalance";
  }

  @Override
  public @Nullable LoadbalanceConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    if (in.argumentCount() > 0 && in.argument(0).text().equals("weighted")) {
      in.complain("weighted is known to CoreDNS but not supported by Byname: use round_robin");
      in.option("reload"); // of the file with the weights
    } else if (in.takes(0, 1) && in.argumentCount() == 1) {
      in.argument(0).word("round_robin");
    }
    if (in.option("prefer").isPresent()) {
      in.unsupported("prefer", "addresses take turns whatever their subnet");
    }
    in.done();
    return new LoadbalanceConfig();
  }

  /** Precomputed address records have one size, so beginning with another one costs nothing. */
  @Override
  public PrecomputedPath precomputedPath(LoadbalanceConfig config) {
    return new PrecomputedPath.Rotates();
  }

  @Override
  public List<String> describe(LoadbalanceConfig config) {
    return List.of("address records take turns");
  }

  @Override
  public @Nullable Plugin create(
      LoadbalanceConfig config, BlockContext block, PluginRuntime runtime) {
    return new Loadbalance(runtime.random());
  }
}
