package dev.byname.app;

import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plugin's factory and what the Corefile said to it. */
record Configured<C>(PluginFactory<C> factory, C config) {
  String name() {
    return factory.name();
  }

  PrecomputedPath precomputedPath() {
    return factory.precomputedPath(config);
  }

  List<String> describe() {
    return factory.describe(config);
  }

  @Nullable Plugin create(BlockContext block, PluginRuntime runtime) {
    return factory.create(config, block, runtime);
  }
}
