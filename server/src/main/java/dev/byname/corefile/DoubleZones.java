package dev.byname.corefile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds zones that two server blocks would answer at the same place. As in CoreDNS: a block without
 * {@code bind} listens everywhere, so it clashes with any block for the zone and port; a block with
 * a {@code view} may share them, because it picks its queries.
 *
 * <p>Interface names in {@code bind} are compared as text; that {@code eth0} and its address are
 * the same place only shows when listening.
 */
final class DoubleZones {
  /** For a block without bind. */
  private static final String EVERYWHERE = "";

  private DoubleZones() {}

  static void report(List<ServerBlock> blocks, Problems problems) {
    Map<String, Map<String, ServerKey>> taken = new HashMap<>();
    for (var block : blocks) {
      var addresses = addresses(block);
      var viewed = !block.directives("view").isEmpty();
      for (var key : block.keys()) {
        var here =
            taken.computeIfAbsent(
                key.scheme() + " " + key.zone() + ":" + key.port(), _ -> new LinkedHashMap<>());
        for (var address : addresses) {
          var same = here.get(address);
          if (same != null) {
            if (!viewed) {
              problems.add(
                  key.location(),
                  "%s is already served by %s".formatted(shown(key, address), same.location()));
            }
            continue;
          }
          var overlapping =
              address.equals(EVERYWHERE)
                  ? here.values().stream().findFirst().orElse(null)
                  : here.get(EVERYWHERE);
          if (overlapping != null) {
            problems.add(
                key.location(),
                "%s overlaps with %s: of two blocks for one zone and port, both need a bind, or one a view"
                    .formatted(shown(key, address), overlapping.location()));
          } else if (!viewed) {
            here.put(address, key);
          }
        }
      }
    }
  }

  private static String shown(ServerKey key, String address) {
    return address.equals(EVERYWHERE) ? key.toString() : key + " on " + address;
  }

  private static Set<String> addresses(ServerBlock block) {
    Set<String> addresses = new LinkedHashSet<>();
    for (var bind : block.directives("bind")) {
      var except = new HashSet<String>();
      bind.options("except").forEach(line -> except.addAll(line.words()));
      var bound = new ArrayList<>(bind.words());
      bound.removeAll(except);
      addresses.addAll(bound);
    }
    return addresses.isEmpty() ? Set.of(EVERYWHERE) : addresses;
  }
}
