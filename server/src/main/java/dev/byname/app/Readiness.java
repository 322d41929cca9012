package dev.byname.app;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@code /ready} says. A plugin that was ready once stays so for {@code until-ready}, also
 * when a reload gives it something new to wait for: a server that answers is not taken out of
 * service for what it does not know yet. {@code continuously} asks each time.
 */
final class Readiness {
  private final Set<String> everReady = ConcurrentHashMap.newKeySet();

  /** A plugin, and what it waits for. */
  record Waiting(String plugin, String reason) {
    @Override
    public String toString() {
      return plugin + ": " + reason;
    }
  }

  /**
   * What must be told, a line each; empty when all is well.
   *
   * @param plugins of the configuration
   * @param waiting those of them that wait now
   */
  List<String> notReady(Set<String> plugins, List<Waiting> waiting, boolean continuously) {
    for (String plugin : plugins) {
      if (waiting.stream().noneMatch(one -> one.plugin.equals(plugin))) {
        everReady.add(plugin);
      }
    }
    return waiting.stream()
        .filter(one -> continuously || !everReady.contains(one.plugin))
        .map(Waiting::toString)
        .toList();
  }
}
