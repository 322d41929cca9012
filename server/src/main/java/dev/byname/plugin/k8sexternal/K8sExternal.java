package dev.byname.plugin.k8sexternal;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import dev.byname.plugin.k8sexternal.Selected.Match;
import dev.byname.query.Plugin;
import dev.byname.query.PrecomputedZone;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Response.ExtendedError;
import dev.byname.query.Step;
import dev.byname.query.ZoneSource;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.SpelledAddress;
import dev.byname.zone.ZoneOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers for services under names that lead to them from outside the cluster. */
final class K8sExternal implements Plugin, ZoneSource {
  private final K8sExternalConfig config;

  // Of the neighbour; set by meet.
  private @Nullable PrecomputedZone kubernetes;
  private @Nullable ExternalServices services;
  private @Nullable ExternalAddresses addresses;

  K8sExternal(K8sExternalConfig config) {
    this.config = config;
  }

  @Override
  public String name() {
    return "k8s_external";
  }

  @Override
  public void meet(List<Plugin> block) {
    for (Plugin plugin : block) {
      if (plugin instanceof PrecomputedZone zone) {
        kubernetes = zone;
        services = new ExternalServices(zone.zone(), config.headless());
        var index = new ExternalAddresses(zone.zone().state());
        zone.whileStill(index::attach);
        addresses = index;
      }
    }
  }

  @Override
  public void close() {
    if (kubernetes != null && addresses != null) {
      kubernetes.whileStill(addresses::detach);
    }
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    DomainName zone = config.zoneOf(question.name());
    if (zone == null || kubernetes == null || question.queryClass() != RecordTypes.CLASS_IN) {
      return Step.next(request);
    }
    int type = question.type().value();
    if (type == RecordTypes.AXFR || type == RecordTypes.IXFR) {
      return Step.answer(
          new Response.Failure(Rcode.REFUSED, "zone transfer without the transfer plugin"));
    }
    if (kubernetes.zone().state().standing() == Standing.PARTIAL) {
      return Step.answer(
          new Response.Failure(
              Rcode.SERVFAIL,
              "the cluster has not been read yet",
              new ExtendedError(ExtendedError.NOT_READY, "")));
    }
    if (question.name().equals(zone)) {
      return Step.answer(apex(request, zone));
    }
    DomainName dns = ExternalServices.below(zone, config.apex());
    if (question.name().isSubdomainOf(dns)) {
      return Step.answer(belowApex(request, zone, dns));
    }
    if (question.type().equals(RecordType.PTR)) {
      IpAddress address = spelledBy(question);
      if (address != null) {
        return pointers(request, zone, address);
      }
    }
    return switch (find(question.name(), zone)) {
      case Selected.NoName _ -> noName(request, zone);
      case Selected.Nothing _ -> Step.answer(negative(request, Rcode.NOERROR, zone));
      case Selected.Matches(List<Match> matches) -> answer(request, chain, zone, matches);
    };
  }

  private Selected find(DomainName name, DomainName zone) {
    return services == null ? new Selected.NoName() : services.find(name, zone);
  }

  private Step noName(Request request, DomainName zone) {
    return config.fallsThrough(request.question().name())
        ? Step.next(request)
        : Step.answer(negative(request, Rcode.NXDOMAIN, zone));
  }

  // The zone itself.

  private Response apex(Request request, DomainName zone) {
    RecordType type = request.question().type();
    if (type.equals(RecordType.SOA)) {
      return positive(request, List.of(soa(zone)), List.of());
    }
    return type.equals(RecordType.NS)
        ? positive(request, List.of(ns(zone)), nameServerAddresses(server(zone)))
        : negative(request, Rcode.NOERROR, zone);
  }

  private Response belowApex(Request request, DomainName zone, DomainName dns) {
    DomainName name = request.question().name();
    if (name.equals(dns)) {
      return negative(request, Rcode.NOERROR, zone);
    }
    if (!name.equals(server(zone))) {
      return negative(request, Rcode.NXDOMAIN, zone);
    }
    List<ResourceRecord> found =
        nameServerAddresses(name).stream()
            .filter(record -> record.type().equals(request.question().type()))
            .toList();
    return found.isEmpty()
        ? negative(request, Rcode.NOERROR, zone)
        : positive(request, found, List.of());
  }

  /** External addresses of the services this server is part of; without any, the machine's own. */
  private List<ResourceRecord> nameServerAddresses(DomainName owner) {
    if (kubernetes == null) {
      return List.of();
    }
    ClusterZone cluster = kubernetes.zone();
    Set<IpAddress> found = new LinkedHashSet<>();
    List<ServiceView> own = cluster.ownServices();
    for (ServiceView view : own) {
      Service service = view.service();
      if (service != null && config.headless() && service.headless()) {
        for (EndpointSlice slice : view.slices()) {
          for (int i = 0; i < slice.size(); i++) {
            if (view.published(slice, i)) {
              found.add(slice.address(i));
            }
          }
        }
      } else if (service != null) {
        for (String host : service.externalAddresses()) {
          IpAddress address = IpAddress.parse(host);
          if (address != null) {
            found.add(address);
          }
        }
      }
    }
    if (own.isEmpty()) {
      found.addAll(cluster.options().localAddresses());
    }
    return found.stream().map(address -> address(owner, address)).toList();
  }

  // Reverse names.

  private Step pointers(Request request, DomainName zone, IpAddress address) {
    List<ResourceRecord> records = new ArrayList<>();
    if (addresses != null && kubernetes != null) {
      for (ObjectKey key : addresses.servicesAt(address)) {
        if (kubernetes.zone().exposed(key.namespace())) {
          DomainName target =
              ExternalServices.below(config.zones().getFirst(), key.name(), key.namespace());
          records.add(
              record(request.question().name(), RecordType.PTR, new NameRdata(target, true)));
        }
      }
    }
    return records.isEmpty()
        ? noName(request, zone)
        : Step.answer(positive(request, records, List.of()));
  }

  private static @Nullable IpAddress spelledBy(Question question) {
    byte[] wire = new Message(0, 0, 0, question, List.of(), List.of(), List.of(), null).toWire(512);
    var view = new QueryView();
    view.read(wire, wire.length);
    var spelled = new SpelledAddress();
    return spelled.readReverse(view) ? spelled.toIpAddress() : null;
  }

  // Services.

  private Step answer(Request request, Chain chain, DomainName zone, List<Match> matches) {
    RecordType type = request.question().type();
    if (type.equals(RecordType.A) || type.equals(RecordType.AAAA)) {
      return addressAnswer(request, chain, zone, matches);
    }
    return type.equals(RecordType.SRV)
        ? srvAnswer(request, chain, zone, matches)
        : Step.answer(negative(request, Rcode.NOERROR, zone));
  }

  private Step addressAnswer(Request request, Chain chain, DomainName zone, List<Match> matches) {
    Question question = request.question();
    var records = new LinkedHashSet<>(ownAddresses(question.name(), question.type(), matches));
    Set<DomainName> hosts = hosts(matches);
    if (hosts.isEmpty()) {
      return Step.answer(
          records.isEmpty()
              ? negative(request, Rcode.NOERROR, zone)
              : positive(request, records, List.of()));
    }
    hosts.forEach(host -> records.add(cname(question.name(), host)));
    List<Question> questions = hosts.stream().map(host -> question(host, question.type())).toList();
    return elsewhere(
        request,
        chain,
        questions,
        found -> {
          records.addAll(found.records());
          return reply(request, found.truncated(), Rcode.NOERROR, records, List.of(), List.of());
        });
  }

  private Step srvAnswer(Request request, Chain chain, DomainName zone, List<Match> matches) {
    Set<ResourceRecord> records = srvRecords(request.question().name(), matches);
    if (records.isEmpty()) {
      return Step.answer(negative(request, Rcode.NOERROR, zone));
    }
    var additional = new LinkedHashSet<ResourceRecord>();
    for (Match match : matches) {
      if (match instanceof Match.Address(IpAddress address, int port, DomainName target)
          && port != Port.NONE) {
        additional.add(address(target, address));
      }
    }
    List<Question> questions =
        hosts(matches).stream()
            .flatMap(
                host -> Stream.of(question(host, RecordType.A), question(host, RecordType.AAAA)))
            .toList();
    return elsewhere(
        request,
        chain,
        questions,
        found -> {
          additional.addAll(found.records());
          return positive(request, records, additional);
        });
  }

  /** The weight is a share of 100 among all ports of all addresses, before duplicates go. */
  private Set<ResourceRecord> srvRecords(DomainName owner, List<Match> matches) {
    int weight = Math.max(1, 100 / matches.size());
    var records = new LinkedHashSet<ResourceRecord>();
    for (Match match : matches) {
      if (match.port() != Port.NONE) {
        DomainName target =
            switch (match) {
              case Match.Address address -> address.target();
              case Match.Host host -> host.name();
            };
        records.add(record(owner, RecordType.SRV, new SrvRdata(0, weight, match.port(), target)));
      }
    }
    return records;
  }

  private Set<ResourceRecord> ownAddresses(DomainName owner, RecordType type, List<Match> matches) {
    var records = new LinkedHashSet<ResourceRecord>();
    for (Match match : matches) {
      if (match instanceof Match.Address(IpAddress address, int _, DomainName _)
          && address.v6() == type.equals(RecordType.AAAA)) {
        records.add(address(owner, address));
      }
    }
    return records;
  }

  private static Set<DomainName> hosts(List<Match> matches) {
    Set<DomainName> hosts = new LinkedHashSet<>();
    for (Match match : matches) {
      if (match instanceof Match.Host(DomainName name, int _)) {
        hosts.add(name);
      }
    }
    return hosts;
  }

  /** What the server as a whole says about names of load balancers. */
  private record Elsewhere(List<ResourceRecord> records, int truncated) {}

  private static Step elsewhere(
      Request request, Chain chain, List<Question> questions, Function<Elsewhere, Response> then) {
    List<CompletableFuture<Response>> asked =
        questions.stream()
            .map(question -> chain.server(request.asking(question)).toCompletableFuture())
            .toList();
    if (asked.isEmpty()) {
      return Step.answer(then.apply(new Elsewhere(List.of(), 0)));
    }
    return new Step.Pending(
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
            .thenApply(_ -> {
              var records = new ArrayList<ResourceRecord>();
              int truncated = 0;
              for (CompletableFuture<Response> one : asked) {
                Message message = one.join().read();
                if (message != null) {
                  records.addAll(message.answer());
                  truncated |= message.flags() & Header.TC;
                }
              }
              return then.apply(new Elsewhere(records, truncated));
            }));
  }

  // Transfers.

  @Override
  public List<DomainName> origins() {
    return config.zones().stream().filter(zone -> !ZoneOptions.isReverse(zone)).toList();
  }

  @Override
  public @Nullable ZoneCopy copyOf(DomainName origin) {
    if (kubernetes == null
        || !origins().contains(origin)
        || kubernetes.zone().state().standing() == Standing.PARTIAL) {
      return null;
    }
    ClusterZone cluster = kubernetes.zone();
    List<ResourceRecord> first = new ArrayList<>();
    first.add(ns(origin));
    first.addAll(nameServerAddresses(server(origin)));
    Stream<List<ResourceRecord>> each =
        cluster.state().services().stream()
            .map(ServiceView::key)
            .filter(key -> cluster.exposed(key.namespace()))
            .sorted()
            .toList()
            .stream()
            .map(key -> List.copyOf(recordsOf(key, origin)));
    return new ZoneCopy(
        soa(origin), Stream.concat(Stream.of(first), each).flatMap(List::stream).iterator());
  }

  /** What queries for the service's names would find, but for what other zones say of hosts. */
  private Set<ResourceRecord> recordsOf(ObjectKey key, DomainName origin) {
    var records = new LinkedHashSet<ResourceRecord>();
    ServiceView view = kubernetes == null ? null : kubernetes.zone().state().service(key);
    Service service = view == null ? null : view.service();
    DomainName name = ExternalServices.below(origin, key.name(), key.namespace());
    if (view == null
        || service == null
        || services == null
        || !(find(name, origin) instanceof Selected.Matches(List<Match> matches))) {
      return records;
    }
    addOwned(name, matches, records);
    for (Match match : matches) {
      if (match instanceof Match.Address(IpAddress _, int _, DomainName target)
          && !target.equals(name)
          && find(target, origin) instanceof Selected.Matches(List<Match> ofEndpoint)) {
        addOwned(target, ofEndpoint, records);
      }
    }
    Set<Port> ports = new LinkedHashSet<>();
    if (services.showsEndpoints(service)) {
      view.slices().forEach(slice -> ports.addAll(slice.ports()));
    } else {
      ports.addAll(service.ports());
    }
    for (Port port : ports) {
      String labels = "_" + port.name() + "._" + port.protocol().label();
      DomainName owner = DomainName.of(labels.toLowerCase(Locale.ROOT)).concat(name);
      if (!port.name().isEmpty()
          && owner != null
          && find(owner, origin) instanceof Selected.Matches(List<Match> ofPort)) {
        records.addAll(srvRecords(owner, ofPort));
      }
    }
    return records;
  }

  private void addOwned(DomainName owner, List<Match> matches, Set<ResourceRecord> records) {
    records.addAll(ownAddresses(owner, RecordType.A, matches));
    records.addAll(ownAddresses(owner, RecordType.AAAA, matches));
    Set<DomainName> hosts = hosts(matches);
    if (!hosts.isEmpty() && records.stream().noneMatch(record -> record.owner().equals(owner))) {
      // A CNAME stands alone (RFC 1034 section 3.6.2): no second one, no address, no SRV.
      records.add(cname(owner, hosts.iterator().next()));
      return;
    }
    records.addAll(srvRecords(owner, matches));
  }

  // Records.

  private ResourceRecord soa(DomainName zone) {
    long serial = kubernetes == null ? 0 : kubernetes.zone().state().modifiedEpochSeconds();
    return record(
        zone,
        RecordType.SOA,
        new SoaRdata(
            server(zone),
            ExternalServices.below(zone, "hostmaster", config.apex()),
            serial & 0xffff_ffffL,
            7200,
            1800,
            86400,
            config.ttlSeconds()));
  }

  private ResourceRecord ns(DomainName zone) {
    return record(zone, RecordType.NS, new NameRdata(server(zone), true));
  }

  private DomainName server(DomainName zone) {
    return ExternalServices.below(zone, "ns1", config.apex());
  }

  private ResourceRecord cname(DomainName owner, DomainName target) {
    return record(owner, RecordType.CNAME, new NameRdata(target, true));
  }

  private ResourceRecord address(DomainName owner, IpAddress address) {
    return record(
        owner, address.v6() ? RecordType.AAAA : RecordType.A, new AddressRdata(address.toBytes()));
  }

  private ResourceRecord record(DomainName owner, RecordType type, Rdata data) {
    return ResourceRecord.in(owner, type, config.ttlSeconds(), data);
  }

  private static Question question(DomainName name, RecordType type) {
    return new Question(name, type, RecordTypes.CLASS_IN);
  }

  private Response negative(Request request, int rcode, DomainName zone) {
    return reply(request, 0, rcode, List.of(), List.of(soa(zone)), List.of());
  }

  private static Response positive(
      Request request, Collection<ResourceRecord> answer, Collection<ResourceRecord> additional) {
    return reply(request, 0, Rcode.NOERROR, answer, List.of(), additional);
  }

  private static Response reply(
      Request request,
      int moreFlags,
      int rcode,
      Collection<ResourceRecord> answer,
      List<ResourceRecord> authority,
      Collection<ResourceRecord> additional) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | Header.AA | moreFlags | (request.flags() & (Header.RD | Header.CD)),
            rcode,
            request.question(),
            List.copyOf(answer),
            authority,
            List.copyOf(additional),
            null));
  }
}
