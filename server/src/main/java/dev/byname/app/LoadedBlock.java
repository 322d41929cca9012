package dev.byname.app;

import dev.byname.corefile.ServerBlock;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PrecomputedPath;
import java.util.List;
import java.util.Optional;

/**
 * A server block that was read without a mistake.
 *
 * @param plugins in the order in which queries meet them
 */
record LoadedBlock(ServerBlock block, BlockContext context, List<Configured<?>> plugins) {

  /** The configuration of the first directive of a kind. */
  <C> Optional<C> config(Class<C> type) {
    return plugins.stream()
        .map(Configured::config)
        .filter(type::isInstance)
        .<C>map(type::cast)
        .findFirst();
  }

  boolean has(String directive) {
    return plugins.stream().anyMatch(plugin -> plugin.name().equals(directive));
  }

  /** Whether cluster names may be answered before the plugins are asked. */
  sealed interface Path {
    /** No plugin answers for a cluster. */
    record None() implements Path {}

    record Open(boolean rotates) implements Path {}

    record Closed(String plugin, String reason) implements Path {}
  }

  /** The one place where that is decided: from the configuration alone, when it is loaded. */
  Path precomputedPath() {
    if (!has("kubernetes")) {
      return new Path.None();
    }
    boolean rotates = false;
    for (Configured<?> plugin : plugins) {
      switch (plugin.precomputedPath()) {
        case PrecomputedPath.Transparent transparent -> {}
        case PrecomputedPath.Rotates rotating -> rotates = true;
        case PrecomputedPath.Closed(String reason) -> {
          return new Path.Closed(plugin.name(), reason);
        }
      }
    }
    return new Path.Open(rotates);
  }
}
