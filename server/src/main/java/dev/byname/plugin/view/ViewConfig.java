package dev.byname.plugin.view;

import dev.byname.query.Request;
import java.util.List;

/**
 * What the {@code view} directive says.
 *
 * @param conditions all must hold
 */
public record ViewConfig(String name, List<Condition> conditions) {
  public ViewConfig {
    conditions = List.copyOf(conditions);
  }

  /** Whether the block answers this query. */
  public boolean admits(Request request) {
    for (Condition condition : conditions) {
      if (!condition.holds(request)) {
        return false;
      }
    }
    return true;
  }
}
