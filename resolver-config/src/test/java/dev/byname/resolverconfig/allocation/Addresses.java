package dev.byname.resolverconfig.allocation;

import static java.util.Objects.requireNonNull;

import dev.byname.cluster.IpAddress;

/** Addresses by their text, for tests. */
public final class Addresses {
  private Addresses() {}

  public static IpAddress ip(String text) {
    return requireNonNull(IpAddress.parse(text), text);
  }
}
