package dev.byname.plugin.cancel;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.time.Duration;
import java.util.List;

/** Reads {@code cancel}. */
public final class CancelFactory implements PluginFactory<CancelConfig> {
  @Override
  public String name() {
    return "cancel";
  }

  @Override
  public CancelConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    Duration timeout = CancelConfig.DEFAULT;
    if (in.takes(0, 1) && in.argumentCount() == 1) {
      timeout = in.argument(0).duration(Duration.ofNanos(1), GoDuration.MAX).orElse(timeout);
    }
    in.done();
    return new CancelConfig(timeout);
  }

  /** A cluster name is answered before any time has passed. */
  @Override
  public PrecomputedPath precomputedPath(CancelConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(CancelConfig config) {
    return List.of("gives up after " + GoDuration.format(config.timeout()));
  }

  @Override
  public Plugin create(CancelConfig config, BlockContext block, PluginRuntime runtime) {
    return new Cancel(config, runtime.scheduler());
  }
}
