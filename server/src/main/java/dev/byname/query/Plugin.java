package dev.byname.query;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A member of a server block's chain. Called by many threads at once, on event loops: it must not
 * block. Made when a configuration is loaded; {@link #start} when it takes over; {@link #close}
 * when the next one has.
 */
public interface Plugin extends AutoCloseable {
  /** The directive's name; the {@code plugin} label of the metrics. */
  String name();

  Step handle(Request request, Chain chain);

  /**
   * Shows the plugin those it shares the block with, itself included, in the order in which queries
   * meet them. Called once, before {@link #start}: the place to find a neighbour that offers
   * something ({@link ZoneSource}), since plugins do not know each other's classes.
   */
  default void meet(List<Plugin> block) {}

  /**
   * Says in {@link Request#metadata} what it can tell about a query before any plugin has seen it;
   * asked where the block has {@code metadata}. Values are suppliers: what nobody reads costs
   * little.
   */
  default void addMetadata(Request request) {}

  /** Begins background work. Must not fail for what may come later (an upstream that is down). */
  default void start() {}

  /**
   * Empty when it can do its work; otherwise what it waits for, in a few words: {@code /ready} says
   * it.
   */
  default String notReady() {
    return "";
  }

  @Override
  default void close() {}

  /** Ways for a plugin to ask on its own. */
  interface Chain {
    /** Where the query fell: the labels of what a plugin counts. */
    default QueryMetrics.Key labels() {
      return QueryMetrics.Key.NONE;
    }

    /** Asks the plugins behind this one. */
    CompletionStage<Response> next(Request request);

    /**
     * Asks the whole server, as a client of this listener would: for names that may belong to
     * another block.
     */
    CompletionStage<Response> server(Request request);
  }
}
