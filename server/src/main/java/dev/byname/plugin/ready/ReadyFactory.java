package dev.byname.plugin.ready;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.AdminEndpoints;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.HttpAddress;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code ready}. */
public final class ReadyFactory implements PluginFactory<ReadyConfig> {
  @Override
  public String name() {
    return "ready";
  }

  @Override
  public @Nullable ReadyConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    InetSocketAddress address = HttpAddress.read(in, "", 8181);
    var config =
        new ReadyConfig(
            address,
            in.option("monitor")
                .word("until-ready", "continuously")
                .orElse("")
                .equals("continuously"));
    in.done();
    return config;
  }

  /** Served beside DNS. */
  @Override
  public PrecomputedPath precomputedPath(ReadyConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(ReadyConfig config) {
    return List.of("/ready on " + HttpAddress.print(config.address()));
  }

  @Override
  public @Nullable Plugin create(ReadyConfig config, BlockContext block, PluginRuntime runtime) {
    AdminEndpoints endpoints = runtime.service(AdminEndpoints.class);
    endpoints.ready(config.address(), config.continuously());
    return null;
  }
}
