package dev.byname.plugin.prometheus;

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

/** Reads {@code prometheus}. */
public final class PrometheusFactory implements PluginFactory<PrometheusConfig> {
  @Override
  public String name() {
    return "prometheus";
  }

  @Override
  public @Nullable PrometheusConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    InetSocketAddress address = HttpAddress.read(in, "localhost", 9153);
    var config = new PrometheusConfig(address);
    in.done();
    return config;
  }

  /** Served beside DNS. */
  @Override
  public PrecomputedPath precomputedPath(PrometheusConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(PrometheusConfig config) {
    return List.of("/metrics on " + HttpAddress.print(config.address()));
  }

  @Override
  public @Nullable Plugin create(
      PrometheusConfig config, BlockContext block, PluginRuntime runtime) {
    AdminEndpoints endpoints = runtime.service(AdminEndpoints.class);
    endpoints.metrics(config.address());
    return null;
  }
}
