package dev.byname.plugin.k8sexternal;

import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import dev.byname.plugin.k8sexternal.Selected.Match;
import dev.byname.wire.DomainName;
import dev.byname.zone.ClusterZone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds services and their external addresses by name. */
final class ExternalServices {
  private final ClusterZone cluster;
  private final boolean headless;

  ExternalServices(ClusterZone cluster, boolean headless) {
    this.cluster = cluster;
    this.headless = headless;
  }

  /**
   * What a name means: {@code [endpoint.]service.namespace} or {@code _port._protocol.service
   * .namespace}, in front of the zone.
   */
  Selected find(DomainName name, DomainName zone) {
    int labels = name.labelCount() - zone.labelCount();
    String namespace = label(name, labels - 1);
    if (!cluster.exposed(namespace)) {
      return new Selected.NoName();
    }
    return switch (labels) {
      case 1 -> new Selected.Nothing();
      case 2 -> select(namespace, label(name, 0), "", "", "", zone);
      case 3 -> select(namespace, label(name, 1), plain(label(name, 0)), "", "", zone);
      case 4 ->
          select(namespace, label(name, 2), "", plain(label(name, 0)), plain(label(name, 1)), zone);
      default -> new Selected.NoName();
    };
  }

  private static String label(DomainName name, int index) {
    return name.label(index).toLowerCase(Locale.ROOT);
  }

  private static String plain(String label) {
    return label.startsWith("_") ? label.substring(1) : label;
  }

  private Selected select(
      String namespace,
      String serviceName,
      String endpoint,
      String port,
      String protocol,
      DomainName zone) {
    ServiceView view = cluster.state().service(new ObjectKey(namespace, serviceName));
    Service service = view == null ? null : view.service();
    if (view == null || service == null) {
      return new Selected.NoName();
    }
    var matches = new ArrayList<Match>();
    if (showsEndpoints(service) || (headless && shown(service).isEmpty() && !endpoint.isEmpty())) {
      addEndpoints(view, endpoint, port, protocol, zone, matches);
    } else {
      // As CoreDNS: an external address answers whatever endpoint is asked for.
      DomainName target = below(zone, serviceName, namespace);
      for (String host : shown(service)) {
        for (Port one : orAbsent(service.ports())) {
          if (is(one, port, protocol)) {
            matches.add(match(host, one, target));
          }
        }
      }
    }
    return matches.isEmpty() ? new Selected.NoName() : new Selected.Matches(matches);
  }

  /** Whether the service answers with its endpoints. */
  boolean showsEndpoints(Service service) {
    return headless && service.headless() && shown(service).isEmpty();
  }

  private void addEndpoints(
      ServiceView view,
      String endpoint,
      String port,
      String protocol,
      DomainName zone,
      List<Match> matches) {
    for (EndpointSlice slice : view.slices()) {
      for (int i = 0; i < slice.size(); i++) {
        String host = cluster.hostLabel(slice, i).toLowerCase(Locale.ROOT);
        if (!view.published(slice, i) || !(endpoint.isEmpty() || endpoint.equals(host))) {
          continue;
        }
        DomainName target = below(zone, host, view.key().name(), view.key().namespace());
        for (Port one : orAbsent(slice.ports())) {
          if (is(one, port, protocol)) {
            matches.add(new Match.Address(slice.address(i), one.number(), target));
          }
        }
      }
    }
  }

  private static boolean is(Port port, String name, String protocol) {
    return (name.isEmpty() || port.name().equalsIgnoreCase(name))
        && (protocol.isEmpty() || port.protocol().label().equalsIgnoreCase(protocol));
  }

  private static List<Port> orAbsent(List<Port> ports) {
    return ports.isEmpty() ? List.of(Port.ABSENT) : ports;
  }

  private static Match match(String host, Port port, DomainName target) {
    IpAddress address = IpAddress.parse(host);
    return address == null
        ? new Match.Host(DomainName.of(host), port.number())
        : new Match.Address(address, port.number(), target);
  }

  /** External addresses and host names; what is neither is passed over. */
  static List<String> shown(Service service) {
    return service.externalAddresses().stream()
        .filter(host -> IpAddress.parse(host) != null || DomainName.parse(host) != null)
        .toList();
  }

  /** A name in the zone; the zone itself when there is no room. */
  static DomainName below(DomainName zone, String... labels) {
    DomainName name = DomainName.of(String.join(".", labels)).concat(zone);
    return name == null ? zone : name;
  }
}
