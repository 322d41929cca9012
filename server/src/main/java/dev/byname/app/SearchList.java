package dev.byname.app;

import java.util.List;

/**
 * The names that a resolver asks for, one after the other, from a pod with the usual resolv.conf.
 */
final class SearchList {
  private static final int NDOTS = 5;

  private SearchList() {}

  /**
   * Fewer dots than {@code ndots} means the search list comes first (resolv.conf(5)).
   *
   * @param zone of the cluster, with final dot
   */
  static List<String> candidates(String name, String namespace, String zone) {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    String asGiven = name + ".";
    List<String> searched =
        List.of(asGiven + namespace + ".svc." + zone, asGiven + "svc." + zone, asGiven + zone);
    return name.chars().filter(c -> c == '.').count() < NDOTS
        ? List.of(searched.get(0), searched.get(1), searched.get(2), asGiven)
        : List.of(asGiven, searched.get(0), searched.get(1), searched.get(2));
  }
}
