package dev.byname.plugin.k8sexternal;

import dev.byname.cluster.IpAddress;
import dev.byname.wire.DomainName;
import java.util.List;

/** What the cluster has for a name. */
sealed interface Selected {
  /** At least one. */
  record Matches(List<Match> matches) implements Selected {}

  /** The name exists: something lies below it. */
  record Nothing() implements Selected {}

  record NoName() implements Selected {}

  /** A port of an address, or of a load balancer's host name. */
  sealed interface Match {
    int port();

    /**
     * @param target the name that SRV records point to
     */
    record Address(IpAddress address, int port, DomainName target) implements Match {}

    record Host(DomainName name, int port) implements Match {}
  }
}
