package dev.byname.plugin.debug;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.LogLevel;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code debug}. */
public final class DebugFactory implements PluginFactory<DebugConfig> {
  @Override
  public String name() {
    return "debug";
  }

  @Override
  public @Nullable DebugConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0);
    in.done();
    return new DebugConfig();
  }

  /** It changes what is logged, not what is answered. */
  @Override
  public PrecomputedPath precomputedPath(DebugConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(DebugConfig config) {
    return List.of("logs at level debug");
  }

  @Override
  public @Nullable Plugin create(DebugConfig config, BlockContext block, PluginRuntime runtime) {
    runtime.service(LogLevel.class).debug();
    return null;
  }
}
