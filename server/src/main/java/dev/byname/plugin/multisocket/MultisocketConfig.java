package dev.byname.plugin.multisocket;

/**
 * What the {@code multisocket} directive says.
 *
 * @param sockets 1 to 1024, or {@link #PER_PROCESSOR}
 */
public record MultisocketConfig(int sockets) {
  public static final int PER_PROCESSOR = 0;
  static final int SOCKETS_MAX = 1024;
}
