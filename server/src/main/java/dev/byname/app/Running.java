package dev.byname.app;

import dev.byname.app.Readiness.Waiting;
import dev.byname.observe.Metrics.EnabledPlugin;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.bufsize.BufsizeConfig;
import dev.byname.plugin.header.HeaderConfig;
import dev.byname.plugin.metadata.MetadataConfig;
import dev.byname.plugin.view.ViewConfig;
import dev.byname.query.Block;
import dev.byname.query.Detour;
import dev.byname.query.FlagChange;
import dev.byname.query.Plugin;
import dev.byname.query.PrecomputedZone;
import dev.byname.query.Request;
import dev.byname.zone.ClusterZone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration brought to life: its plugins, and which blocks answer at which address. Made
 * whole before it takes over; closed after the next one has.
 */
final class Running implements AutoCloseable {
  private final Configuration configuration;
  private final List<Plugin> plugins = new ArrayList<>();
  private final Map<ListenAddress, List<Block>> blocks = new LinkedHashMap<>();
  private final List<EnabledPlugin> enabled = new ArrayList<>();

  private Running(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Makes all plugins.
   *
   * @throws ConfigurationException when one cannot be made; those made before are closed again
   */
  static Running create(Configuration configuration, PluginRuntime runtime) {
    var running = new Running(configuration);
    try {
      configuration.blocks().forEach(block -> running.add(block, runtime));
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
    return running;
  }

  private void add(LoadedBlock loaded, PluginRuntime runtime) {
    List<Plugin> chain = new ArrayList<>();
    ClusterZone precomputed = null;
    for (Configured<?> configured : loaded.plugins()) {
      Plugin plugin = configured.create(loaded.context(), runtime);
      if (plugin != null) {
        plugins.add(plugin);
        chain.add(plugin);
        if (plugin instanceof PrecomputedZone zone) {
          precomputed = zone.zone();
        }
      }
    }
    chain.forEach(plugin -> plugin.meet(List.copyOf(chain)));
    boolean rotates = false;
    Detour detour = Detour.NONE;
    switch (loaded.precomputedPath()) {
      case LoadedBlock.Path.None none -> precomputed = null;
      case LoadedBlock.Path.Closed closed -> precomputed = null;
      case LoadedBlock.Path.Open open -> {
        rotates = open.rotates();
        detour = open.detour();
        for (Plugin plugin : chain) {
          if (plugin instanceof Detour own) {
            detour = detour.or(own);
          }
        }
      }
    }
    addToListeners(loaded, chain, precomputed, rotates, detour);
  }

  private void addToListeners(
      LoadedBlock loaded,
      List<Plugin> chain,
      @Nullable ClusterZone precomputed,
      boolean rotates,
      Detour detour) {
    int udpSizeMax = loaded.config(BufsizeConfig.class).map(BufsizeConfig::bytes).orElse(0xffff);
    FlagChange flags =
        loaded.config(HeaderConfig.class).map(HeaderConfig::ofAnswer).orElse(FlagChange.NONE);
    boolean chaos = loaded.has("chaos") || loaded.has("forward");
    String view = loaded.context().view();
    Predicate<Request> filter = filter(loaded, chain);
    loaded
        .zonesByAddress()
        .forEach((address, names) -> {
          blocks
              .computeIfAbsent(address, a -> new ArrayList<>())
              .add(
                  new Block(
                      List.copyOf(names),
                      chain,
                      precomputed,
                      rotates,
                      view,
                      filter,
                      chaos,
                      detour,
                      flags,
                      udpSizeMax));
          for (String zone : names) {
            loaded
                .plugins()
                .forEach(
                    p -> enabled.add(new EnabledPlugin(address.label(), zone, view, p.name())));
          }
        });
  }

  /** What happens to a query before its plugins see it: metadata, which the view may ask for. */
  private static Predicate<Request> filter(LoadedBlock loaded, List<Plugin> chain) {
    Predicate<Request> admits =
        loaded
            .config(ViewConfig.class)
            .<Predicate<Request>>map(view -> view::admits)
            .orElse(request -> true);
    return loaded
        .config(MetadataConfig.class)
        .<Predicate<Request>>map(metadata ->
            request -> {
              if (metadata.holds(request.question().name())) {
                chain.forEach(plugin -> plugin.addMetadata(request));
              }
              return admits.test(request);
            })
        .orElse(admits);
  }

  Configuration configuration() {
    return configuration;
  }

  Map<ListenAddress, List<Block>> blocks() {
    return blocks;
  }

  List<EnabledPlugin> enabledPlugins() {
    return enabled;
  }

  void start() {
    plugins.forEach(Plugin::start);
  }

  /** Who waits for something. */
  List<Waiting> waiting() {
    return plugins.stream()
        .map(plugin -> new Waiting(plugin.name(), plugin.notReady()))
        .filter(waiting -> !waiting.reason().isEmpty())
        .distinct()
        .toList();
  }

  Set<String> pluginNames() {
    return plugins.stream().map(Plugin::name).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    plugins.forEach(Plugin::close);
  }
}
