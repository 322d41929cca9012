package dev.byname.plugin;

import dev.byname.corefile.Directive;
import dev.byname.corefile.Problems;
import dev.byname.query.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a directive and makes its plugin.
 *
 * @param <C> the plugin's configuration: an immutable record
 */
public interface PluginFactory<C> {
  /** The directive's name. */
  String name();

  /**
   * Reads all directives of this name in a block (several only where the plugin allows it),
   * reporting everything wrong at once. No side effects: {@code byname check} calls it too.
   *
   * @return null when nothing can be made of it; a problem has then been added
   */
  @Nullable C parse(List<Directive> directives, BlockContext block, Problems problems);

  /** Plugins without which this one has nothing to do: they must stand in the same block. */
  default List<String> needs(C config) {
    return List.of();
  }

  /** What the configuration means for the precomputed path. */
  PrecomputedPath precomputedPath(C config);

  /** One line per fact for {@code byname check}. */
  List<String> describe(C config);

  /**
   * Makes the plugin; its work begins with {@link Plugin#start}.
   *
   * @return null for a directive that only sets something up (bind, health, …)
   */
  @Nullable Plugin create(C config, BlockContext block, PluginRuntime runtime);
}
