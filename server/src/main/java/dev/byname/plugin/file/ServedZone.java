package dev.byname.plugin.file;

import dev.byname.interop.ZoneFileException;
import dev.byname.plugin.file.FileConfig.ZoneFile;
import dev.byname.wire.DomainName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A zone and its file; a file that cannot be used leaves the zone as it was. */
final class ServedZone {
  private static final Logger log = LoggerFactory.getLogger(ServedZone.class);

  private final ZoneFile config;
  private final Consumer<DomainName> changed;
  private volatile @Nullable Zone zone;

  // Used by one look at a time.
  private @Nullable FileTime modified;
  private String complaint = "";

  ServedZone(ZoneFile config, Consumer<DomainName> changed) {
    this.config = config;
    this.changed = changed;
    zone = config.loaded();
    modified = zone == null ? null : modificationTime();
  }

  ZoneFile config() {
    return config;
  }

  /** Null until the file has been there once. */
  @Nullable Zone zone() {
    return zone;
  }

  /** Reads the file if its serial has changed, in whatever direction. */
  synchronized void look() {
    Zone now = zone;
    FileTime found = modificationTime();
    try {
      if (now != null && !isNew(now, found)) {
        complaint = "";
        return;
      }
      var warnings = new ArrayList<String>();
      Zone next = ZoneLoader.load(config.file(), config.origin(), warnings);
      zone = next;
      modified = found;
      complaint = "";
      log.info("zone {} is now {} with serial {}", next.origin(), config.file(), next.serial());
      warnings.forEach(warning -> log.warn("{}: {}", config.file(), warning));
      changed.accept(next.origin());
    } catch (ZoneFileException e) {
      complain(now, e);
    }
  }

  private boolean isNew(Zone now, @Nullable FileTime found) throws ZoneFileException {
    if (config.byModificationTime()) {
      return found != null && !found.equals(modified);
    }
    return !Objects.equals(ZoneLoader.serial(config.file(), config.origin()), now.serial());
  }

  /** Once for each complaint, not at each look. */
  private void complain(@Nullable Zone now, ZoneFileException e) {
    String message = String.valueOf(e.getMessage());
    if (message.equals(complaint)) {
      return;
    }
    complaint = message;
    String still =
        now == null ? "it is answered with SERVFAIL" : "serial " + now.serial() + " stays";
    log.error("zone {} cannot be read, {}:\n{}", config.origin(), still, message);
  }

  private @Nullable FileTime modificationTime() {
    try {
      return Files.getLastModifiedTime(config.file());
    } catch (IOException gone) {
      return null;
    }
  }

  List<DomainName> fallThrough() {
    return config.fallThrough();
  }
}
