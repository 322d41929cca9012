package dev.byname.zone;

import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import dev.byname.cluster.ServiceImportView;
import dev.byname.cluster.ServiceView;
import dev.byname.wire.DomainName;
import dev.byname.zone.Answers.SrvRecords;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns a service into answers: selects (endpoint × port) matches the way CoreDNS does, in its
 * order, and packs what they give. The same selection serves the precompiled names and those asked
 * for one by one, so they cannot disagree.
 */
final class ServiceCompiler {
  /** More than fits a message of 65,535 bytes; what is beyond could never be sent. */
  private static final int SRV_RECORDS_MAX = 4096;

  private final ZoneOptions options;

  ServiceCompiler(ZoneOptions options) {
    this.options = options;
  }

  /**
   * Which of a service's endpoints and ports a name means. Labels in lower case; null means "any".
   *
   * @param topologyZone with {@code prefer} all endpoints count when none is in it
   */
  record Selection(
      @Nullable String port,
      @Nullable String protocol,
      @Nullable String endpoint,
      @Nullable String cluster,
      @Nullable String topologyZone,
      boolean prefer) {
    static final Selection ALL = new Selection(null, null, null, null, null, false);

    static Selection port(@Nullable String port, @Nullable String protocol) {
      return new Selection(port, protocol, null, null, null, false);
    }

    static Selection endpoint(String endpoint) {
      return new Selection(null, null, endpoint, null, null, false);
    }

    boolean matches(Port candidate) {
      return (port == null || port.equalsIgnoreCase(candidate.name()))
          && (protocol == null || protocol.equals(candidate.protocol().label()));
    }
  }

  /**
   * One (address × port) that a selection found. {@code target}: the labels in front of the zone.
   */
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  private record Match(IpAddress address, int port, byte[] target) {}

  /**
   * @param before what is in use; its answers are kept where the change cannot have touched them
   */
  @SuppressWarnings("ReferenceEquality") // the picture keeps one object of a service
  CompiledService compile(ServiceView view, @Nullable CompiledService before) {
    Service service = view.service();
    if (before != null
        && service != null
        && service == before.view.service()
        && !service.headless()
        && !options.ignoreEmptyServices()) {
      return new CompiledService(view, before.bare, before.ports);
    }
    Finding bare = select(view, Selection.ALL);
    Map<String, CompiledService.PortAnswers> ports = new LinkedHashMap<>();
    if (bare instanceof Finding.Addresses whole) {
      List<Port> all = portsOf(view);
      boolean only =
          all.size() == 1 && view.slices().stream().noneMatch(slice -> slice.ports().isEmpty());
      for (Port port : all) {
        if (!port.name().isEmpty()) {
          String name = port.name().toLowerCase(Locale.ROOT);
          String protocol = port.protocol().label();
          ports.computeIfAbsent(
              name + "/" + protocol,
              key ->
                  new CompiledService.PortAnswers(
                      ascii(name),
                      ascii(protocol),
                      only ? whole : sharing(whole, select(view, Selection.port(name, protocol)))));
        }
      }
    }
    return new CompiledService(view, bare, ports.values().toArray(CompiledService.NO_PORTS));
  }

  /** Keeps one copy where a port's answers are those of the whole service: the usual case. */
  @SuppressWarnings("ReferenceEquality") // whether it is the same copy is the question
  private static Finding sharing(Finding.Addresses whole, Finding part) {
    if (!(part instanceof Finding.Addresses addresses)) {
      return part;
    }
    Answers a = whole.answers();
    Answers b = addresses.answers();
    byte[] v4 = Arrays.equals(a.v4, b.v4) ? a.v4 : b.v4;
    byte[] v6 = Arrays.equals(a.v6, b.v6) ? a.v6 : b.v6;
    SrvRecords srv =
        a.srv != null
                && b.srv != null
                && Arrays.equals(a.srv.records, b.srv.records)
                && Arrays.equals(a.srv.glue, b.srv.glue)
            ? a.srv
            : b.srv;
    return v4 == a.v4 && v6 == a.v6 && srv == a.srv
        ? whole
        : new Finding.Addresses(new Answers(v4, v6, srv));
  }

  private List<Port> portsOf(ServiceView view) {
    Service service = view.service();
    if (service != null && !service.headless()) {
      return service.ports();
    }
    Set<Port> ports = new LinkedHashSet<>();
    view.slices().forEach(slice -> ports.addAll(slice.ports()));
    return List.copyOf(ports);
  }

  /** What a name of the service means; {@link Finding.Fixed#NX_DOMAIN} when nothing matches. */
  Finding select(ServiceView view, Selection selection) {
    Service service = view.service();
    if (service == null) {
      return Finding.Fixed.NX_DOMAIN;
    }
    boolean externalName = service.type() == Service.Type.EXTERNAL_NAME;
    if (options.ignoreEmptyServices()
        && !externalName
        && !service.headless()
        && !hasPublished(view)) {
      return Finding.Fixed.NX_DOMAIN;
    }
    if (selection.topologyZone != null && !service.headless()) {
      return Finding.Fixed.NX_DOMAIN;
    }
    if (externalName) {
      return selection.equals(Selection.ALL)
          ? alias(service.externalName())
          : Finding.Fixed.NX_DOMAIN;
    }
    List<Match> matches = new ArrayList<>();
    if (service.headless() || selection.endpoint != null) {
      if (!options.noEndpoints()) {
        addEndpoints(view, selection, selection.topologyZone, matches);
        if (matches.isEmpty() && selection.prefer) {
          addEndpoints(view, selection, null, matches);
        }
      }
      if (matches.isEmpty()) {
        return selection.topologyZone == null ? Finding.Fixed.NX_DOMAIN : Finding.Fixed.NO_DATA;
      }
      return new Finding.Addresses(pack(matches));
    }
    byte[] target = labels(service.key().name(), service.key().namespace(), "svc");
    boolean portFound =
        addClusterIps(service.ports(), service.clusterIps(), target, selection, matches);
    return portFound ? new Finding.Addresses(pack(matches)) : Finding.Fixed.NX_DOMAIN;
  }

  /** As {@link #select}, for a ServiceImport in a multicluster zone. */
  Finding select(ServiceImportView view, Selection selection) {
    ServiceImport service = view.service();
    if (service == null || selection.topologyZone != null) {
      return Finding.Fixed.NX_DOMAIN;
    }
    if (options.ignoreEmptyServices()
        && !service.headless()
        && view.slices().stream().allMatch(slice -> slice.size() == 0)) {
      return Finding.Fixed.NX_DOMAIN;
    }
    List<Match> matches = new ArrayList<>();
    if (!service.headless() && selection.endpoint == null) {
      byte[] target = labels(service.key().name(), service.key().namespace(), "svc");
      boolean portFound =
          addClusterIps(service.ports(), service.clusterSetIps(), target, selection, matches);
      return portFound ? new Finding.Addresses(pack(matches)) : Finding.Fixed.NX_DOMAIN;
    }
    for (EndpointSlice slice : view.slices()) {
      String cluster = slice.clusterId() == null ? "" : slice.clusterId();
      for (int i = 0; i < slice.size(); i++) {
        String host = hostLabel(slice, i);
        if (!slice.ready(i)
            || (selection.endpoint != null
                && !(selection.endpoint.equalsIgnoreCase(host)
                    && cluster.equalsIgnoreCase(selection.cluster)))) {
          continue;
        }
        byte[] target =
            labels(host, cluster, service.key().name(), service.key().namespace(), "svc");
        addPorts(slice, i, selection, target, matches);
      }
    }
    return matches.isEmpty() ? Finding.Fixed.NX_DOMAIN : new Finding.Addresses(pack(matches));
  }

  private static Finding alias(String externalName) {
    // CoreDNS takes an address for no name, and so for nothing found.
    DomainName target =
        IpAddress.parse(externalName) == null ? DomainName.parse(externalName) : null;
    return target == null ? Finding.Fixed.NX_DOMAIN : new Finding.Alias(target);
  }

  /**
   * True when a port matches, also when no address is there yet: then the name exists without data.
   */
  private static boolean addClusterIps(
      List<Port> ports,
      List<IpAddress> addresses,
      byte[] target,
      Selection selection,
      List<Match> matches) {
    boolean portFound = false;
    for (Port port : ports.isEmpty() ? List.of(Port.ABSENT) : ports) {
      if (selection.matches(port)) {
        portFound = true;
        for (IpAddress address : addresses) {
          matches.add(new Match(address, port.number(), target));
        }
      }
    }
    return portFound;
  }

  private void addEndpoints(
      ServiceView view, Selection selection, @Nullable String topologyZone, List<Match> matches) {
    byte[] service = labels(view.key().name(), view.key().namespace(), "svc");
    IpAddress spelled = selection.endpoint == null ? null : undashed(selection.endpoint);
    for (EndpointSlice slice : view.slices()) {
      for (int i = 0; i < slice.size(); i++) {
        if (view.published(slice, i)
            && (topologyZone == null || topologyZone.equalsIgnoreCase(slice.topologyZone(i)))
            && (selection.endpoint == null || isNamed(slice, i, selection.endpoint, spelled))) {
          addPorts(slice, i, selection, target(slice, i, service), matches);
        }
      }
    }
  }

  private boolean isNamed(
      EndpointSlice slice, int index, String label, @Nullable IpAddress spelled) {
    String explicit = explicitHostLabel(slice, index);
    return explicit == null
        ? spelled != null && slice.addressIs(index, spelled.v6(), spelled.high(), spelled.low())
        : explicit.equalsIgnoreCase(label);
  }

  /** The endpoint's label in front of the service's. */
  private byte[] target(EndpointSlice slice, int index, byte[] service) {
    String explicit = explicitHostLabel(slice, index);
    byte[] label = new byte[DomainName.LABEL_BYTES_MAX + 1];
    int length;
    if (explicit != null) {
      length = writeLabel(explicit, label, 0);
    } else {
      IpAddress address = slice.address(index);
      length =
          address.v6()
              ? DashedAddress.writeV6(address.high(), address.low(), label, 0)
              : DashedAddress.writeV4((int) address.low(), label, 0);
    }
    byte[] target = Arrays.copyOf(label, length + service.length);
    System.arraycopy(service, 0, target, length, service.length);
    return target;
  }

  private static void addPorts(
      EndpointSlice slice, int index, Selection selection, byte[] target, List<Match> matches) {
    List<Port> ports = slice.ports();
    IpAddress address = slice.address(index);
    for (Port port : ports.isEmpty() ? List.of(Port.ABSENT) : ports) {
      if (selection.matches(port)) {
        matches.add(new Match(address, port.number(), target));
      }
    }
  }

  /**
   * An endpoint's own label: its hostname, its pod's name where that is wanted, or its address with
   * dashes.
   */
  String hostLabel(EndpointSlice slice, int index) {
    String explicit = explicitHostLabel(slice, index);
    return explicit == null ? dashed(slice.address(index)) : explicit;
  }

  @Nullable String explicitHostLabel(EndpointSlice slice, int index) {
    String hostname = slice.hostname(index);
    if (hostname != null && hostname.length() <= DomainName.LABEL_BYTES_MAX) {
      return hostname;
    }
    String podName = options.endpointPodNames() ? slice.podName(index) : null;
    return podName != null && podName.length() <= DomainName.LABEL_BYTES_MAX ? podName : null;
  }

  /** The address whose label this is; null when it is none, or spelled in another way. */
  private static @Nullable IpAddress undashed(String label) {
    byte[] bytes = ascii(label);
    var spelled = new SpelledAddress();
    if (!spelled.readDashed(bytes, 0, bytes.length)) {
      return null;
    }
    IpAddress address = spelled.toIpAddress();
    return dashed(address).equalsIgnoreCase(label) ? address : null;
  }

  private static String dashed(IpAddress address) {
    String text = address.toString().replace('.', '-').replace(':', '-');
    // A label may not end with a dash; CoreDNS completes 2001-db8-- to 2001-db8--0.
    return text.endsWith("-") ? text + "0" : text;
  }

  /** Calls the action with the address of every published endpoint: what reverse names lead to. */
  void forEachPublished(ServiceView view, EndpointSlice slice, Consumer<IpAddress> action) {
    if (!options.noEndpoints()) {
      for (int i = 0; i < slice.size(); i++) {
        if (view.published(slice, i)) {
          action.accept(slice.address(i));
        }
      }
    }
  }

  private boolean hasPublished(ServiceView view) {
    for (EndpointSlice slice : view.slices()) {
      for (int i = 0; i < slice.size(); i++) {
        if (view.published(slice, i)) {
          return !options.noEndpoints();
        }
      }
    }
    return false;
  }

  private static Answers pack(List<Match> matches) {
    return new Answers(pack(matches, false), pack(matches, true), packSrv(matches));
  }

  private static byte[] pack(List<Match> matches, boolean v6) {
    PackedSet addresses = null;
    for (Match match : matches) {
      if (match.address.v6() == v6) {
        if (addresses == null) {
          addresses = new PackedSet(matches.size(), v6 ? 16 : 4);
        }
        addresses.address(match.address).seal();
      }
    }
    return addresses == null ? Answers.NONE : addresses.toByteArray();
  }

  /**
   * The weight is shared among all matches, before duplicates are dropped and whatever their
   * family, and is never 0: as CoreDNS computes it, so that a swap goes unnoticed by clients that
   * use it.
   */
  private static @Nullable SrvRecords packSrv(List<Match> matches) {
    int size = matches.size();
    int weight = Math.max(1, 100 / Math.max(1, size));
    int targetBytes = size == 0 ? 0 : matches.getFirst().target.length;
    var targets = new PackedSet(size, targetBytes);
    int[] firstRecordOf = new int[size];
    var records = new PackedSet(size, 7 + targetBytes);
    var glue = new PackedSet(size, 7);
    for (Match match : matches) {
      if (match.port == Port.NONE || records.count() >= SRV_RECORDS_MAX) {
        continue;
      }
      records.u16(0).u16(weight).u16(match.port).u8(match.target.length).bytes(match.target);
      int record = records.seal();
      int known = targets.count();
      int target = targets.bytes(match.target).seal();
      if (target == known) {
        firstRecordOf[target] = record;
      }
      glue.u16(firstRecordOf[target]).u8(match.address.v6() ? 16 : 4).address(match.address).seal();
    }
    return records.count() == 0
        ? null
        : new SrvRecords(records.count(), records.toByteArray(), glue.count(), glue.toByteArray());
  }

  private static byte[] labels(String... labels) {
    int length = 0;
    for (String label : labels) {
      length += label.length() + 1;
    }
    byte[] out = new byte[length];
    int at = 0;
    for (String label : labels) {
      at = writeLabel(label, out, at);
    }
    return out;
  }

  private static int writeLabel(String label, byte[] out, int at) {
    out[at++] = (byte) label.length();
    for (int i = 0; i < label.length(); i++) {
      out[at++] = DomainName.fold((byte) label.charAt(i));
    }
    return at;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
