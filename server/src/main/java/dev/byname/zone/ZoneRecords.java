package dev.byname.zone;

import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import dev.byname.cluster.ServiceImportView;
import dev.byname.cluster.ServiceView;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.zone.ClusterZone.NameServerAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster zone written out as records, for zone transfers: those that CoreDNS gives, which are
 * fewer than can be asked for (no endpoints of ClusterIP services, no pods, no {@code
 * dns-version}).
 *
 * <p>Records are made service by service while they are taken. Each service is seen at one moment;
 * the zone as a whole may change meanwhile, as any cluster does.
 */
final class ZoneRecords {
  private final ClusterZone zone;
  private final DomainName origin;
  private final long ttlSeconds;

  ZoneRecords(ClusterZone zone, DomainName origin) {
    this.zone = zone;
    this.origin = origin;
    ttlSeconds = zone.options().ttlSeconds();
  }

  ResourceRecord soa() {
    return ResourceRecord.in(
        origin,
        RecordType.SOA,
        Math.min(ttlSeconds, AnswerWriter.SOA_TTL_SECONDS_MAX),
        new SoaRdata(
            below("ns", "dns"), below("hostmaster"), zone.serial(), 7200, 1800, 86400, ttlSeconds));
  }

  Iterator<ResourceRecord> behindSoa() {
    Stream<List<ResourceRecord>> services =
        zone.options().multiclusterOrigins().contains(origin)
            ? sorted(zone.state().serviceImports().stream().map(ServiceImportView::key))
                .map(this::importRecords)
            : sorted(zone.state().services().stream().map(ServiceView::key))
                .map(this::serviceRecords);
    return Stream.concat(Stream.of(nameServers()), services).flatMap(List::stream).iterator();
  }

  /** The keys alone are held, so that each service is looked at when its turn comes. */
  private Stream<ObjectKey> sorted(Stream<ObjectKey> keys) {
    return keys.filter(key -> zone.exposed(key.namespace())).sorted().toList().stream();
  }

  private List<ResourceRecord> nameServers() {
    var servers = new LinkedHashSet<ResourceRecord>();
    var addresses = new LinkedHashSet<ResourceRecord>();
    for (NameServerAddress server : zone.nameServers()) {
      DomainName name = below(server.labels().split("\\."));
      servers.add(record(origin, RecordType.NS, new NameRdata(name, true)));
      addresses.add(address(name, server.address()));
    }
    servers.addAll(addresses);
    return List.copyOf(servers);
  }

  private List<ResourceRecord> serviceRecords(ObjectKey key) {
    ServiceView view = zone.state().service(key);
    Service service = view == null ? null : view.service();
    if (view == null || service == null) {
      return List.of(); // gone meanwhile
    }
    DomainName name = below(key.name(), key.namespace(), "svc");
    if (service.type() == Service.Type.EXTERNAL_NAME) {
      DomainName target =
          IpAddress.parse(service.externalName()) == null
              ? DomainName.parse(service.externalName())
              : null;
      return target == null
          ? List.of()
          : List.of(record(name, RecordType.CNAME, new NameRdata(target, true)));
    }
    if (!service.clusterIps().isEmpty()) {
      return behindOneName(name, service.clusterIps(), service.ports());
    }
    var records = new LinkedHashSet<ResourceRecord>();
    if (!zone.options().noEndpoints()) {
      view.slices().forEach(slice -> addEndpoints(name, slice, view, records));
    }
    return List.copyOf(records);
  }

  private List<ResourceRecord> importRecords(ObjectKey key) {
    ServiceImportView view = zone.state().serviceImport(key);
    ServiceImport service = view == null ? null : view.service();
    if (view == null || service == null) {
      return List.of();
    }
    DomainName name = below(key.name(), key.namespace(), "svc");
    if (!service.clusterSetIps().isEmpty()) {
      return behindOneName(name, service.clusterSetIps(), service.ports());
    }
    var records = new LinkedHashSet<ResourceRecord>();
    view.slices().forEach(slice -> addEndpoints(name, slice, null, records));
    return List.copyOf(records);
  }

  /**
   * Each port has an SRV record on the service's own name too, which StatefulSet tools look for.
   */
  private List<ResourceRecord> behindOneName(
      DomainName name, List<IpAddress> addresses, Collection<Port> ports) {
    var records = new LinkedHashSet<ResourceRecord>();
    addresses.forEach(address -> records.add(address(name, address)));
    for (Port port : ports) {
      records.add(srv(name, 100, port, name));
      if (!port.name().isEmpty()) {
        records.add(srv(portName(port, name), 100, port, name));
      }
    }
    return List.copyOf(records);
  }

  /**
   * The weight is shared within the slice, where a query shares it among all: as CoreDNS.
   *
   * @param view null for an import, whose unready endpoints are never published
   */
  private void addEndpoints(
      DomainName name,
      EndpointSlice slice,
      @Nullable ServiceView view,
      Set<ResourceRecord> records) {
    List<Integer> published = new ArrayList<>();
    for (int i = 0; i < slice.size(); i++) {
      if (view == null ? slice.ready(i) : view.published(slice, i)) {
        published.add(i);
      }
    }
    int weight = Math.max(1, 100 / Math.max(1, published.size()));
    for (int i : published) {
      DomainName host = DomainName.of(zone.hostLabel(slice, i)).concat(name);
      if (host == null) {
        continue; // longer than a name may be
      }
      records.add(address(name, slice.address(i)));
      records.add(address(host, slice.address(i)));
      for (Port port : slice.ports()) {
        if (!port.name().isEmpty()) {
          records.add(srv(portName(port, name), weight, port, host));
        }
      }
    }
  }

  private static DomainName portName(Port port, DomainName service) {
    String labels = "_" + port.name() + "._" + port.protocol().label();
    DomainName name = DomainName.of(labels.toLowerCase(Locale.ROOT)).concat(service);
    return name == null ? service : name;
  }

  private ResourceRecord srv(DomainName owner, int weight, Port port, DomainName target) {
    return record(owner, RecordType.SRV, new SrvRdata(0, weight, port.number(), target));
  }

  private ResourceRecord address(DomainName owner, IpAddress address) {
    return record(
        owner, address.v6() ? RecordType.AAAA : RecordType.A, new AddressRdata(address.toBytes()));
  }

  private ResourceRecord record(DomainName owner, RecordType type, Rdata data) {
    return ResourceRecord.in(owner, type, ttlSeconds, data);
  }

  private DomainName below(String... labels) {
    DomainName name = DomainName.of(String.join(".", labels)).concat(origin);
    return name == null ? origin : name;
  }
}
