package dev.byname.plugin;

import dev.byname.query.Detour;
import dev.byname.wire.DomainName;
import java.util.List;

/**
 * What a plugin's presence means for answering cluster names from precomputed bytes. Decided once,
 * from the configuration alone.
 */
public sealed interface PrecomputedPath {
  /** Nothing this plugin does can change such an answer (errors, cache, forward, …). */
  record Transparent() implements PrecomputedPath {}

  /** Address records are rotated while they are copied. */
  record Rotates() implements PrecomputedPath {}

  /** Its names are what is answered there. */
  record Answers(List<DomainName> zones) implements PrecomputedPath {}

  /**
   * It stands in front of {@code kubernetes}, and what it does concerns names of these zones alone:
   * nothing, as long as they lie apart from those of {@link Answers}.
   */
  record Claims(List<DomainName> zones) implements PrecomputedPath {}

  /**
   * Such answers are the plugin's own for some queries, and not its business for the rest.
   *
   * @param detour {@link Detour#NONE} where which queries changes while the plugin runs: it then is
   *     a {@link Detour} itself
   * @param what the queries, in a few words, for {@code byname check}
   */
  record Except(Detour detour, String what) implements PrecomputedPath {}

  /** Every query must go through the chain. */
  record Closed(String reason) implements PrecomputedPath {}

  PrecomputedPath TRANSPARENT = new Transparent();
}
