package dev.byname.app;

import dev.byname.corefile.Directive;
import dev.byname.corefile.Location;
import dev.byname.corefile.ServerBlock;
import dev.byname.corefile.ServerKey;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.view.ViewConfig;
import dev.byname.query.Detour;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A server block that was read without a mistake.
 *
 * @param plugins in the order in which queries meet them
 * @param hosts where it listens, addresses; empty text for all of the machine's
 */
record LoadedBlock(
    ServerBlock block, BlockContext context, List<Configured<?>> plugins, List<String> hosts) {

  /** With the places it listens at, which are known once all its directives are read. */
  LoadedBlock withServers() {
    var placed =
        new BlockContext(
            context.zones(),
            context.folder(),
            zonesByAddress().keySet().stream().map(ListenAddress::label).toList(),
            config(ViewConfig.class).map(ViewConfig::name).orElse(""));
    return new LoadedBlock(block, placed, plugins, hosts);
  }

  /** The configuration of the first directive of a kind. */
  <C> Optional<C> config(Class<C> type) {
    return plugins.stream()
        .map(Configured::config)
        .filter(type::isInstance)
        .<C>map(type::cast)
        .findFirst();
  }

  /** Where the first directive of this name stands. */
  Optional<Location> directive(String name) {
    return block.directives(name).stream().map(Directive::location).findFirst();
  }

  /** The addresses of all keys, and which zones are asked at each. */
  Map<ListenAddress, Set<String>> zonesByAddress() {
    Map<ListenAddress, Set<String>> zones = new LinkedHashMap<>();
    for (ServerKey key : block.keys()) {
      for (String host : hosts) {
        zones
            .computeIfAbsent(
                new ListenAddress(key.scheme(), host, key.port()), a -> new LinkedHashSet<>())
            .add(key.zone());
      }
    }
    return zones;
  }

  boolean has(String directive) {
    return plugins.stream().anyMatch(plugin -> plugin.name().equals(directive));
  }

  /** Whether cluster names may be answered before the plugins are asked. */
  sealed interface Path {
    /** No plugin answers for a cluster. */
    record None() implements Path {}

    /**
     * @param exceptions queries that go through the plugins all the same
     */
    record Open(boolean rotates, List<PrecomputedPath.Except> exceptions) implements Path {
      Detour detour() {
        Detour[] detours =
            exceptions.stream().map(PrecomputedPath.Except::detour).toArray(Detour[]::new);
        if (detours.length == 0) {
          return Detour.NONE;
        }
        return query -> {
          for (Detour detour : detours) {
            if (detour.takes(query)) {
              return true;
            }
          }
          return false;
        };
      }
    }

    record Closed(String plugin, String reason) implements Path {}
  }

  /** The one place where that is decided: from the configuration alone, when it is loaded. */
  Path precomputedPath() {
    if (!has("kubernetes")) {
      return new Path.None();
    }
    boolean rotates = false;
    List<DomainName> answered =
        plugins.stream()
            .map(Configured::precomputedPath)
            .flatMap(path ->
                path instanceof PrecomputedPath.Answers(List<DomainName> zones)
                    ? zones.stream()
                    : Stream.empty())
            .toList();
    List<PrecomputedPath.Except> exceptions = new ArrayList<>();
    for (Configured<?> plugin : plugins) {
      switch (plugin.precomputedPath()) {
        case PrecomputedPath.Transparent _, PrecomputedPath.Answers _ -> {}
        case PrecomputedPath.Rotates _ -> rotates = true;
        case PrecomputedPath.Except except -> exceptions.add(except);
        case PrecomputedPath.Claims(List<DomainName> zones) -> {
          for (DomainName zone : zones) {
            for (DomainName other : answered) {
              if (zone.isSubdomainOf(other) || other.isSubdomainOf(zone)) {
                return new Path.Closed(
                    plugin.name(), "its zone %s overlaps with %s".formatted(zone, other));
              }
            }
          }
        }
        case PrecomputedPath.Closed(String reason) -> {
          return new Path.Closed(plugin.name(), reason);
        }
      }
    }
    return new Path.Open(rotates, exceptions);
  }
}
