package dev.byname.resolverconfig.registry;

import java.util.List;

/**
 * What a repair did, or would do in a dry run.
 *
 * @param writtenDown what Services hold and is marked as taken now
 * @param freed what nobody held
 * @param waiting leaks that wait for more rounds
 * @param left what only people can decide
 */
public record RepairReport(
    List<Finding> writtenDown, List<Leak> freed, List<Leak> waiting, List<Finding> left) {
  public RepairReport {
    writtenDown = List.copyOf(writtenDown);
    freed = List.copyOf(freed);
    waiting = List.copyOf(waiting);
    left = List.copyOf(left);
  }
}
