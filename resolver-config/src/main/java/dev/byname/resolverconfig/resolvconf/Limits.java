package dev.byname.resolverconfig.resolvconf;

/**
 * What the kubelet lets through.
 *
 * @param nameserversMax entries
 * @param searchesMax entries
 * @param searchLineMax bytes of the entries joined by single blanks
 * @param searchMax bytes of one entry
 */
public record Limits(int nameserversMax, int searchesMax, int searchLineMax, int searchMax) {
  /** Kubernetes 1.26 and later (KEP-2595). */
  public static final Limits CURRENT = new Limits(3, 32, 2048, 253);

  public static final Limits BEFORE_1_26 = new Limits(3, 6, 256, 253);
}
