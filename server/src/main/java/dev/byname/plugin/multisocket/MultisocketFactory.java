package dev.byname.plugin.multisocket;

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

/** Reads {@code multisocket}. */
public final class MultisocketFactory implements PluginFactory<MultisocketConfig> {
  @Override
  public String name() {
    return "multisocket";
  }

  @Override
  public MultisocketConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    int sockets = MultisocketConfig.PER_PROCESSOR;
    if (in.takes(0, 1) && in.argumentCount() == 1) {
      sockets = in.argument(0).integer(1, MultisocketConfig.SOCKETS_MAX).orElse(sockets);
    }
    in.done();
    return new MultisocketConfig(sockets);
  }

  /** It says which thread answers, not what. */
  @Override
  public PrecomputedPath precomputedPath(MultisocketConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(MultisocketConfig config) {
    return List.of(
        (config.sockets() == MultisocketConfig.PER_PROCESSOR
                ? "a socket per processor"
                : "sockets: " + config.sockets())
            + " at each address");
  }

  @Override
  public @Nullable Plugin create(
      MultisocketConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}
