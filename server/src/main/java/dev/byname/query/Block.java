package dev.byname.query;

import dev.byname.zone.ClusterZone;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A server block at work.
 *
 * @param zones lower case with final dot
 * @param plugins in the order in which queries meet them
 * @param precomputed the cluster zone that may be answered before the chain is asked; null when a
 *     plugin stands in the way
 * @param rotate whether address records take turns
 * @param view name and filter of the {@code view} plugin; an empty name without one
 * @param chaosClass whether a plugin serves class CH
 * @param detour queries that are not for the precomputed path
 * @param flags what is changed in the flags of precomputed answers
 * @param udpSizeMaxBytes a client that takes longer messages counts as one that takes these
 */
public record Block(
    List<String> zones,
    List<Plugin> plugins,
    @Nullable ClusterZone precomputed,
    boolean rotate,
    String view,
    Predicate<Request> filter,
    boolean chaosClass,
    Detour detour,
    FlagChange flags,
    int udpSizeMaxBytes) {
  public Block {
    zones = List.copyOf(zones);
    plugins = List.copyOf(plugins);
  }

  /** Without a detour, with flags as they are and messages as long as the client takes them. */
  public Block(
      List<String> zones,
      List<Plugin> plugins,
      @Nullable ClusterZone precomputed,
      boolean rotate,
      String view,
      Predicate<Request> filter,
      boolean chaosClass) {
    this(
        zones,
        plugins,
        precomputed,
        rotate,
        view,
        filter,
        chaosClass,
        Detour.NONE,
        FlagChange.NONE,
        0xffff);
  }
}
