package dev.byname.plugin.health;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.AdminEndpoints;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.HttpAddress;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code health}. */
public final class HealthFactory implements PluginFactory<HealthConfig> {
  @Override
  public String name() {
    return "health";
  }

  @Override
  public @Nullable HealthConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    InetSocketAddress address = HttpAddress.read(in, "", 8080);
    var config =
        new HealthConfig(
            address,
            in.option("lameduck").duration(Duration.ZERO, GoDuration.MAX).orElse(Duration.ZERO));
    in.done();
    return config;
  }

  /** Served beside DNS. */
  @Override
  public PrecomputedPath precomputedPath(HealthConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(HealthConfig config) {
    return List.of(
        "/health on "
            + HttpAddress.print(config.address())
            + ", lameduck "
            + config.lameduck().toMillis()
            + " ms");
  }

  @Override
  public @Nullable Plugin create(HealthConfig config, BlockContext block, PluginRuntime runtime) {
    AdminEndpoints endpoints = runtime.service(AdminEndpoints.class);
    endpoints.health(config.address(), config.lameduck());
    return null;
  }
}
