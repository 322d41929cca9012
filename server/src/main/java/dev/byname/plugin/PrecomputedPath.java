package dev.byname.plugin;

/**
 * What a plugin's presence means for answering cluster names from precomputed bytes. Decided once,
 * from the configuration alone.
 */
public sealed interface PrecomputedPath {
  /** Nothing this plugin does can change such an answer (errors, cache, forward, …). */
  record Transparent() implements PrecomputedPath {}

  /** Address records are rotated while they are copied. */
  record Rotates() implements PrecomputedPath {}

  /** Every query must go through the chain. */
  record Closed(String reason) implements PrecomputedPath {}

  PrecomputedPath TRANSPARENT = new Transparent();
}
