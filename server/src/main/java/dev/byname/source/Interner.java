package dev.byname.source;

import dev.byname.cluster.Port;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives one instance to equal values. A hundred thousand endpoints live in a few zones, on a few
 * thousand nodes and behind a few hundred lists of ports; each is kept once.
 */
final class Interner {
  /** Values to remember; a cluster with more pays with a second copy of some, not with a leak. */
  private static final int VALUES_MAX = 65_536;

  private final Map<String, String> texts = new HashMap<>();
  private final Map<List<Port>, List<Port>> portLists = new HashMap<>();

  String text(String value) {
    String known = texts.get(value);
    if (known != null) {
      return known;
    }
    if (texts.size() == VALUES_MAX) {
      texts.clear();
    }
    texts.put(value, value);
    return value;
  }

  /** An immutable list equal to the one given. */
  List<Port> ports(List<Port> value) {
    List<Port> known = portLists.get(value);
    if (known != null) {
      return known;
    }
    if (portLists.size() == VALUES_MAX) {
      portLists.clear();
    }
    List<Port> copy = List.copyOf(value);
    portLists.put(copy, copy);
    return copy;
  }
}
