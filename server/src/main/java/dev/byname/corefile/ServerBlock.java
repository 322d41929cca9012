package dev.byname.corefile;

import java.util.List;

/**
 * The zones and ports of one set of plugins.
 *
 * @param keys at least one
 * @param directives in the file's order; plugins run in {@link DirectiveNames#CORE_DNS_ORDER} all
 *     the same
 * @param location of the first key
 */
public record ServerBlock(List<ServerKey> keys, List<Directive> directives, Location location) {
  public ServerBlock {
    keys = List.copyOf(keys);
    directives = List.copyOf(directives);
  }

  /** The zones of the keys, each once, in the file's order. */
  public List<String> zones() {
    return keys.stream().map(ServerKey::zone).distinct().toList();
  }

  /** The directives of this name; several are allowed for most plugins ({@code forward}, say). */
  public List<Directive> directives(String name) {
    return directives.stream().filter(directive -> directive.name().equals(name)).toList();
  }

  /** Canonical Corefile text, without a line end. */
  @Override
  public String toString() {
    return CorefilePrinter.print(this);
  }
}
