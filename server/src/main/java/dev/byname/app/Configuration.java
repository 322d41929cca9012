package dev.byname.app;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.Directive;
import dev.byname.corefile.Location;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.corefile.ServerBlock;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRegistry;
import dev.byname.plugin.bind.BindConfig;
import dev.byname.transport.ListenerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Corefile that was read, and what every directive in it means. Reading has no side effects.
 *
 * @param blocks only those without a mistake
 * @param listeners what the blocks say about each address they listen on
 */
record Configuration(
    Path file,
    Corefile corefile,
    List<LoadedBlock> blocks,
    Map<ListenAddress, ListenerConfig> listeners) {

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
    return of(file, corefile, absolute == null ? Path.of("") : absolute, problems);
  }

  /**
   * What a Corefile means that was parsed with the directives of {@link PluginRegistry}.
   *
   * @param folder relative paths start here
   */
  static Configuration of(Path file, Corefile corefile, Path folder, Problems problems) {
    List<LoadedBlock> blocks = new ArrayList<>();
    for (ServerBlock block : corefile.blocks()) {
      blocks.add(load(block, folder, problems));
    }
    SnapshotFiles.check(blocks, problems);
    return new Configuration(file, corefile, List.copyOf(blocks), ListenPlan.of(blocks, problems));
  }

  private static LoadedBlock load(ServerBlock block, Path folder, Problems problems) {
    var context = new BlockContext(block.zones(), folder);
    List<Configured<?>> plugins = new ArrayList<>();
    for (PluginFactory<?> factory : PluginRegistry.factories()) {
      List<Directive> directives = block.directives(factory.name());
      if (!directives.isEmpty()) {
        Configured<?> configured = configure(factory, directives, block, context, problems);
        if (configured != null) {
          plugins.add(configured);
        }
      }
    }
    List<String> hosts =
        plugins.stream()
            .filter(plugin -> plugin.config() instanceof BindConfig)
            .findFirst()
            .map(plugin ->
                hosts(
                    (BindConfig) plugin.config(),
                    block.directives("bind").getFirst().location(),
                    problems))
            .orElse(List.of(""));
    return new LoadedBlock(block, context, List.copyOf(plugins), hosts).withServers();
  }

  private static List<String> hosts(BindConfig bind, Location at, Problems problems) {
    Set<String> hosts = new LinkedHashSet<>();
    for (String word : bind.hosts()) {
      List<String> addresses = LocalAddresses.of(word);
      if (addresses == null) {
        // Not an error: the configuration may be checked on another machine than it is served on.
        problems.warn(
            at, "bind: \"%s\" is no address, and no network interface here".formatted(word));
      }
      hosts.addAll(addresses == null ? List.of(word) : addresses);
    }
    for (String word : bind.except()) {
      List<String> addresses = LocalAddresses.of(word);
      hosts.removeAll(addresses == null ? List.of(word) : addresses);
    }
    if (hosts.isEmpty() && !bind.hosts().isEmpty()) {
      problems.add(at, "bind: no address is left to listen on");
    }
    return hosts.isEmpty() ? List.of("") : List.copyOf(hosts);
  }

  private static <C> @Nullable Configured<C> configure(
      PluginFactory<C> factory,
      List<Directive> directives,
      ServerBlock block,
      BlockContext context,
      Problems problems) {
    C config = factory.parse(directives, context, problems);
    if (config == null) {
      return null;
    }
    for (String needed : factory.needs(config)) {
      if (block.directives(needed).isEmpty()) {
        problems.add(
            directives.getFirst().location(),
            "%s needs the %s plugin in the same server block".formatted(factory.name(), needed));
      }
    }
    return new Configured<>(factory, config);
  }
}
