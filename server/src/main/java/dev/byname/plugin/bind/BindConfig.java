package dev.byname.plugin.bind;

import java.util.List;

/**
 * What the {@code bind} directives say.
 *
 * @param hosts addresses and names of network interfaces
 * @param except addresses to leave out again
 */
public record BindConfig(List<String> hosts, List<String> except) {
  public BindConfig {
    hosts = List.copyOf(hosts);
    except = List.copyOf(except);
  }
}
