package dev.byname.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine, or pod, calls itself. */
public final class HostName {
  private HostName() {}

  /** Asks the kernel and never the network; {@code localhost} where the kernel does not say. */
  public static String get() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException notLinux) {
      return System.getenv().getOrDefault("HOSTNAME", "localhost");
    }
  }
}
