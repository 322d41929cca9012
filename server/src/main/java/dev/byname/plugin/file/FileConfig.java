package dev.byname.plugin.file;

import dev.byname.wire.DomainName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all {@code file} directives of a block say. */
record FileConfig(List<ZoneFile> zones) {
  FileConfig {
    zones = List.copyOf(zones);
  }

  /**
   * A zone and the file it comes from.
   *
   * @param reload how often the file is looked at; zero: never
   * @param byModificationTime whether a newer file is read even if its serial has not changed
   * @param fallThrough names below these that do not exist go on to the next plugin; empty: none do
   * @param loaded what the file held when the configuration was read; null when it was not there
   */
  record ZoneFile(
      DomainName origin,
      Path file,
      Duration reload,
      boolean byModificationTime,
      List<DomainName> fallThrough,
      @Nullable Zone loaded) {
    static final Duration RELOAD_DEFAULT = Duration.ofMinutes(1);

    ZoneFile {
      fallThrough = List.copyOf(fallThrough);
    }
  }
}
