package dev.byname.app;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.Directive;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.corefile.ServerBlock;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Corefile that was read, and what every directive in it means. Reading has no side effects.
 *
 * @param blocks only those without a mistake
 */
record Configuration(Path file, Corefile corefile, List<LoadedBlock> blocks) {

  /**
   * Reads a Corefile, or a kube-dns ConfigMap.
   *
   * @param defaultPort for server blocks without one; -1 for each scheme's own
   * @param problems receives everything that is wrong; with an error in it the result is not to be
   *     used
   */
  static Configuration read(
      Path file, Map<String, String> environment, int defaultPort, Problems problems) {
    ParseOptions options =
        ParseOptions.DEFAULTS
            .withEnvironment(environment)
            .withSupportedDirectives(PluginRegistry.names());
    if (defaultPort >= 0) {
      options = options.withDefaultPort(defaultPort);
    }
    Corefile corefile = Corefile.parse(file, options, problems);
    Path absolute = file.toAbsolutePath().getParent();
    Path folder = absolute == null ? Path.of("") : absolute;
    List<LoadedBlock> blocks = new ArrayList<>();
    for (ServerBlock block : corefile.blocks()) {
      blocks.add(load(block, folder, problems));
    }
    return new Configuration(file, corefile, List.copyOf(blocks));
  }

  private static LoadedBlock load(ServerBlock block, Path folder, Problems problems) {
    var context = new BlockContext(block.zones(), folder);
    List<Configured<?>> plugins = new ArrayList<>();
    for (PluginFactory<?> factory : PluginRegistry.factories()) {
      List<Directive> directives = block.directives(factory.name());
      if (!directives.isEmpty()) {
        Configured<?> configured = configure(factory, directives, context, problems);
        if (configured != null) {
          plugins.add(configured);
        }
      }
    }
    return new LoadedBlock(block, context, List.copyOf(plugins));
  }

  private static <C> @Nullable Configured<C> configure(
      PluginFactory<C> factory,
      List<Directive> directives,
      BlockContext context,
      Problems problems) {
    C config = factory.parse(directives, context, problems);
    return config == null ? null : new Configured<>(factory, config);
  }
}
