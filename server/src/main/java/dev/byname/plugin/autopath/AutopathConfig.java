package dev.byname.plugin.autopath;

import dev.byname.wire.DomainName;
import java.util.List;

/** What {@code autopath} says. */
record AutopathConfig(List<DomainName> zones, Source source) {
  AutopathConfig {
    zones = List.copyOf(zones);
  }

  /** Where search lists come from. */
  sealed interface Source {
    /**
     * One list for all clients.
     *
     * @param file only for the record; it has been read
     */
    record ResolvConf(String file, List<DomainName> search) implements Source {
      public ResolvConf {
        search = List.copyOf(search);
      }
    }

    /** The client's pod has a namespace, which makes the list. */
    record Kubernetes() implements Source {}
  }
}
