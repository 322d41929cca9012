package dev.byname.query;

import dev.byname.wire.QueryView;

/**
 * Queries for cluster names that must go through the plugins although the precomputed path could
 * answer them: a plugin of the block has another answer. Asked on the hot path, by many threads: it
 * must not allocate, and looks at the query alone.
 */
@FunctionalInterface
public interface Detour {
  boolean takes(QueryView query);

  default Detour or(Detour other) {
    return query -> takes(query) || other.takes(query);
  }

  /** No query. */
  Detour NONE = _ -> false;
}
