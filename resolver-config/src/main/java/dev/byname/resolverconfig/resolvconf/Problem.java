package dev.byname.resolverconfig.resolvconf;

/**
 * One thing that is wrong with an input.
 *
 * @param where {@code file:line}, or the path of a field such as {@code spec.dnsConfig.searches[2]}
 * @param what what is wrong, and what would be right
 */
public record Problem(String where, String what) {
  @Override
  public String toString() {
    return where + ": " + what;
  }
}
