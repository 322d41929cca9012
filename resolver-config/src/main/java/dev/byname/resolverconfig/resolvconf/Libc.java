package dev.byname.resolverconfig.resolvconf;

import java.util.Locale;

/** The C library whose resolver a container's programs use. */
public enum Libc {
  /** Debian, Ubuntu, Red Hat and most others. */
  GLIBC,
  /** Alpine, and static binaries built there. */
  MUSL;

  /** As the command line reads and writes it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return id();
  }
}
