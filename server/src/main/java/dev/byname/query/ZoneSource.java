package dev.byname.query;

import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A plugin that can give its zones away as a whole (RFC 5936). */
public interface ZoneSource extends Plugin {
  /** The zones it has, or will have. */
  List<DomainName> origins();

  /**
   * A zone as it is now.
   *
   * @param origin compared whole: names below a zone are not its copy's name
   * @return null when the zone is not this plugin's, or is not complete yet
   */
  @Nullable ZoneCopy copyOf(DomainName origin);

  /** Whether it tells of changes. A zone that changes with every pod is not worth a message. */
  default boolean tellsOfChanges() {
    return false;
  }

  /** Asks to be told of zones whose serial has changed, on whatever thread. */
  default void whenChanged(Consumer<DomainName> listener) {}

  /**
   * @param soa the first and the last record of the transfer
   * @param behindSoa all others, made while they are taken
   */
  record ZoneCopy(ResourceRecord soa, Iterator<ResourceRecord> behindSoa) {}
}
