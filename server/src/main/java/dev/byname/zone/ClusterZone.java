package dev.byname.zone;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImportView;
import dev.byname.cluster.ServiceView;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import dev.byname.zone.ServiceCompiler.Selection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The zones of one {@code kubernetes} block: knows what every name means, kept up to date by the
 * cluster's changes.
 *
 * <p>Written by the thread that changes the cluster, read by any number of event loops without
 * waiting. What a reader finds of one service always comes from one moment.
 */
public final class ClusterZone implements ClusterListener, AutoCloseable {
  private static final byte[] SVC = {3, 's', 'v', 'c'};
  private static final byte[] POD = {3, 'p', 'o', 'd'};
  private static final byte[] ZONE_ANCHOR = {5, '_', 'z', 'o', 'n', 'e'};

  /** A namespace that names may use: it exists and is exposed. */
  private static final class NamespaceEntry extends NameTable.Entry {
    NamespaceEntry(byte[] key) {
      super(key);
    }
  }

  private final ZoneOptions options;
  private final ClusterState state;
  private final ServiceCompiler compiler;

  private final byte[][] originWire;
  private final int[] originLabels;
  private final boolean[] originReverse;
  private final boolean[] originMulticluster;
  private final byte[] primaryOriginWire;
  private final byte[][] fallThroughWire;
  private final int[] fallThroughLabels;

  private final NameTable<ServiceSlot> services = new NameTable<>();
  private final NameTable<NamespaceEntry> namespaces = new NameTable<>();
  private final AddressTable addresses = new AddressTable();

  /** Writer only: slots that reverse names alone lead to. */
  private final Map<ObjectKey, ServiceSlot> hiddenSlots = new HashMap<>();

  private final LongAdder servicesCompiled = new LongAdder();

  /** Compiles what the cluster holds now and follows it from then on, until {@link #close}. */
  public ClusterZone(ZoneOptions options, ClusterState state) {
    this.options = options;
    this.state = state;
    compiler = new ServiceCompiler(options);
    int count = options.origins().size();
    originWire = new byte[count][];
    originLabels = new int[count];
    originReverse = new boolean[count];
    originMulticluster = new boolean[count];
    for (int i = 0; i < count; i++) {
      DomainName origin = options.origins().get(i);
      originWire[i] = origin.toWire();
      originLabels[i] = origin.labelCount();
      originReverse[i] = ReverseNames.isReverse(origin);
      originMulticluster[i] = options.multiclusterOrigins().contains(origin);
    }
    primaryOriginWire = options.primaryOrigin().toWire();
    List<DomainName> fallThrough = options.fallThrough();
    fallThroughWire =
        fallThrough.stream().map(n -> n.toLowerCase().toWire()).toArray(byte[][]::new);
    fallThroughLabels = fallThrough.stream().mapToInt(DomainName::labelCount).toArray();
  }

  /**
   * Reads the whole cluster and follows its changes. Runs on the thread that writes the cluster's
   * state, so that nothing is missed in between.
   */
  public void attach() {
    state.addListener(this);
    state.namespaceNames().forEach(this::refreshNamespace);
    state.services().forEach(view -> refreshService(view.key()));
  }

  @Override
  public void close() {
    state.removeListener(this);
  }

  public ZoneOptions options() {
    return options;
  }

  public ClusterState state() {
    return state;
  }

  // ---- reading

  /**
   * The longest of this block's zones that the name is in.
   *
   * @return its index in {@code options().origins()}, or -1
   */
  public int originOf(QueryView q) {
    int best = -1;
    for (int i = 0; i < originWire.length; i++) {
      if ((best < 0 || originLabels[i] > originLabels[best])
          && endsWith(q, originLabels[i], originWire[i])) {
        best = i;
      }
    }
    return best;
  }

  private static boolean endsWith(QueryView q, int labels, byte[] origin) {
    if (q.labelCount < labels) {
      return false;
    }
    int from = q.labelOffset[q.labelCount - labels];
    return Arrays.equals(q.name, from, q.nameLengthBytes, origin, 0, origin.length);
  }

  /** Where the zone part of the name begins. */
  int originOffset(QueryView q, int origin) {
    return q.labelOffset[q.labelCount - originLabels[origin]];
  }

  /** Whether a name of this zone that does not exist is left to the next plugin. */
  public boolean fallsThrough(QueryView q) {
    for (int i = 0; i < fallThroughWire.length; i++) {
      if (endsWith(q, fallThroughLabels[i], fallThroughWire[i])) {
        return true;
      }
    }
    return false;
  }

  /**
   * What the name means. Allocates nothing for services, their named ports, reverse names, names
   * that do not exist, and the structure above them; a name of one endpoint, and anything in a
   * multicluster zone, is put together now.
   *
   * @param origin from {@link #originOf}
   * @param spelled receives the address that a pod's or reverse name spells
   */
  public Finding find(QueryView q, int origin, SpelledAddress spelled) {
    int labels = q.labelCount - originLabels[origin];
    if (labels == 0) {
      return Finding.Fixed.APEX;
    }
    if (originReverse[origin]) {
      return findReverse(q, spelled);
    }
    Finding finding = findForward(q, origin, labels, spelled);
    return finding == Finding.Fixed.NX_DOMAIN && !state.synced()
        ? Finding.Fixed.NOT_SYNCED
        : finding;
  }

  private Finding findReverse(QueryView q, SpelledAddress spelled) {
    if (spelled.readReverse(q)) {
      AddressTable.Entry entry = addresses.find(spelled.v6, spelled.high, spelled.low);
      if (entry != null) {
        return entry;
      }
    }
    return state.synced() ? Finding.Fixed.NX_DOMAIN : Finding.Fixed.NOT_SYNCED;
  }

  /** {@code labels} stand in front of the zone: …, service, namespace, svc or pod. */
  private Finding findForward(QueryView q, int origin, int labels, SpelledAddress spelled) {
    int kind = q.labelOffset[labels - 1];
    boolean svc = is(q.name, kind, SVC);
    if (!svc && !is(q.name, kind, POD)) {
      return findFixed(q, labels);
    }
    if (labels == 1) {
      return Finding.Fixed.NO_DATA;
    }
    int namespace = q.labelOffset[labels - 2];
    if (!svc) {
      return findPod(q, labels, namespace, kind, spelled);
    }
    if (labels == 2) {
      return namespaces.find(q.name, namespace, kind) == null
          ? Finding.Fixed.NX_DOMAIN
          : Finding.Fixed.NO_DATA;
    }
    if (originMulticluster[origin]) {
      return findImport(q, labels, namespace, kind);
    }
    ServiceSlot slot = services.find(q.name, q.labelOffset[labels - 3], kind);
    if (slot == null) {
      return Finding.Fixed.NX_DOMAIN;
    }
    CompiledService compiled = slot.compiled;
    return switch (labels) {
      case 3 -> compiled.bare;
      case 4 -> findEndpoint(q, compiled);
      case 5 -> findPort(q, compiled);
      default -> findZonal(q, labels, compiled);
    };
  }

  private static Finding findFixed(QueryView q, int labels) {
    if (labels == 1 && is(q.name, 0, VERSION_LABEL)) {
      return Finding.Fixed.SCHEMA_VERSION;
    }
    boolean nameServer = labels == 2 && is(q.name, 0, NS_LABEL) && is(q.name, 3, DNS_LABEL);
    return nameServer ? Finding.Fixed.NAME_SERVER : Finding.Fixed.NX_DOMAIN;
  }

  private static final byte[] VERSION_LABEL = label("dns-version");
  private static final byte[] NS_LABEL = label("ns");
  private static final byte[] DNS_LABEL = label("dns");

  private Finding findEndpoint(QueryView q, CompiledService compiled) {
    return compiler.select(compiled.view, Selection.endpoint(text(q, 0)));
  }

  private Finding findPort(QueryView q, CompiledService compiled) {
    int port = q.labelOffset[0];
    int protocol = q.labelOffset[1];
    int portFrom = port + 1 + (q.name[port + 1] == '_' ? 1 : 0);
    int protocolFrom = protocol + 1 + (q.name[protocol + 1] == '_' ? 1 : 0);
    int portTo = port + 1 + q.name[port];
    int protocolTo = protocol + 1 + q.name[protocol];
    if (portFrom == portTo || protocolFrom == protocolTo) {
      // A lone underscore stands for any port or protocol in CoreDNS; rare, so selected now.
      return compiler.select(
          compiled.view,
          Selection.port(textOrNull(q, portFrom, portTo), textOrNull(q, protocolFrom, protocolTo)));
    }
    Finding finding = compiled.port(q.name, portFrom, portTo, protocolFrom, protocolTo);
    return finding == null ? Finding.Fixed.NX_DOMAIN : finding;
  }

  /** {@code ZONE.pin._zone.service…}, where ZONE may itself have dots. */
  private Finding findZonal(QueryView q, int labels, CompiledService compiled) {
    if (!options.zonal() || !is(q.name, q.labelOffset[labels - 4], ZONE_ANCHOR)) {
      return Finding.Fixed.NX_DOMAIN;
    }
    String directive = text(q, labels - 5);
    boolean prefer = directive.equals("prefer");
    if (labels < 6 || !(prefer || directive.equals("pin"))) {
      return Finding.Fixed.NX_DOMAIN;
    }
    var zone = new StringBuilder();
    for (int i = 0; i < labels - 5; i++) {
      zone.append(i == 0 ? "" : ".").append(text(q, i));
    }
    return compiler.select(
        compiled.view, new Selection(null, null, null, null, zone.toString(), prefer));
  }

  /**
   * {@code [endpoint.cluster.]service.namespace.svc} or {@code _port._proto.service…} (KEP-1645).
   */
  private Finding findImport(QueryView q, int labels, int namespace, int kind) {
    if (namespaces.find(q.name, namespace, kind) == null) {
      return Finding.Fixed.NX_DOMAIN;
    }
    ServiceImportView view =
        state.serviceImport(new ObjectKey(text(q, labels - 2), text(q, labels - 3)));
    if (view == null) {
      return Finding.Fixed.NX_DOMAIN;
    }
    return switch (labels) {
      case 3 -> compiler.select(view, Selection.ALL);
      case 4 -> compiler.select(view, new Selection(null, null, text(q, 0), "", null, false));
      case 5 -> {
        String first = text(q, 0);
        String second = text(q, 1);
        yield first.startsWith("_") || second.startsWith("_")
            ? compiler.select(view, Selection.port(wildcard(first), wildcard(second)))
            : compiler.select(view, new Selection(null, null, first, second, null, false));
      }
      default -> Finding.Fixed.NX_DOMAIN;
    };
  }

  private static @Nullable String wildcard(String label) {
    String name = label.startsWith("_") ? label.substring(1) : label;
    return name.isEmpty() ? null : name;
  }

  private Finding findPod(
      QueryView q, int labels, int namespace, int kind, SpelledAddress spelled) {
    if (namespaces.find(q.name, namespace, kind) == null
        || options.pods() == ZoneOptions.PodMode.DISABLED) {
      return Finding.Fixed.NX_DOMAIN;
    }
    if (labels == 2) {
      return Finding.Fixed.NO_DATA;
    }
    // As in CoreDNS, labels further left do not matter here.
    int pod = q.labelOffset[labels - 3];
    if (labels > 5 || !spelled.readDashed(q.name, pod + 1, pod + 1 + q.name[pod])) {
      return Finding.Fixed.NX_DOMAIN;
    }
    return switch (options.pods()) {
      case DISABLED -> Finding.Fixed.NX_DOMAIN;
      case INSECURE -> Finding.Fixed.POD_ADDRESS;
      case VERIFIED ->
          podExists(spelled, text(q, labels - 2))
              ? Finding.Fixed.POD_ADDRESS
              : Finding.Fixed.NX_DOMAIN;
    };
  }

  private boolean podExists(SpelledAddress spelled, String namespace) {
    for (Pod pod : state.podsAt(spelled.toIpAddress())) {
      if (pod.key().namespace().equals(namespace)) {
        return true;
      }
    }
    return false;
  }

  /** The SOA record as it is now: first and last of a transfer. */
  public ResourceRecord soaRecord(DomainName origin) {
    return new ZoneRecords(this, origin).soa();
  }

  /** Every record of the zone as a transfer gives it, but the SOA; made while they are taken. */
  public Iterator<ResourceRecord> recordsBehindSoa(DomainName origin) {
    return new ZoneRecords(this, origin).behindSoa();
  }

  // ---- what the writer of answers asks

  /** An endpoint's own label. */
  public String hostLabel(EndpointSlice slice, int index) {
    return compiler.hostLabel(slice, index);
  }

  /** The seconds of the last change, for the SOA. */
  long serial() {
    return state.modifiedEpochSeconds();
  }

  byte[] primaryOriginWire() {
    return primaryOriginWire;
  }

  /** The endpoint's label; null where it is its dashed address, which needs no String. */
  @Nullable String explicitHostLabel(EndpointSlice slice, int index) {
    return compiler.explicitHostLabel(slice, index);
  }

  /** A name server of the zone: labels in front of the zone, and its address. */
  record NameServerAddress(String labels, IpAddress address) {}

  /** The services that this server is an endpoint of. */
  public List<ServiceView> ownServices() {
    Set<ServiceView> found = new LinkedHashSet<>();
    for (IpAddress local : options.localAddresses()) {
      AddressTable.Entry entry = addresses.find(local.v6(), local.high(), local.low());
      if (entry != null) {
        for (ServiceSlot slot : entry.endpointOf()) {
          found.add(slot.compiled.view);
        }
      }
    }
    return List.copyOf(found);
  }

  /**
   * The services that this server's own addresses are endpoints of; without one, {@code ns.dns}
   * with the machine's addresses, as CoreDNS does.
   */
  List<NameServerAddress> nameServers() {
    List<NameServerAddress> found = new ArrayList<>();
    List<ServiceView> own = ownServices();
    own.forEach(view -> addNameServers(view, found));
    if (own.isEmpty()) {
      options.localAddresses().forEach(local -> found.add(new NameServerAddress("ns.dns", local)));
    }
    return found;
  }

  private void addNameServers(ServiceView view, List<NameServerAddress> found) {
    Service service = view.service();
    if (service == null) {
      return;
    }
    String name = view.key().name() + "." + view.key().namespace() + ".svc";
    if (!service.headless()) {
      service.clusterIps().forEach(address -> found.add(new NameServerAddress(name, address)));
      return;
    }
    for (EndpointSlice slice : view.slices()) {
      for (int i = 0; i < slice.size(); i++) {
        if (view.published(slice, i)) {
          found.add(
              new NameServerAddress(compiler.hostLabel(slice, i) + "." + name, slice.address(i)));
        }
      }
    }
  }

  // ---- writing, on the thread that changes the cluster

  @Override
  public void onChange(ClusterChange change) {
    change.namespaces().forEach(this::refreshNamespace);
    if (options.namespaceLabels() != null && !change.namespaces().isEmpty()) {
      state.services().stream()
          .map(ServiceView::key)
          .filter(key -> change.namespaces().contains(key.namespace()))
          .forEach(this::refreshService);
    }
    change.services().forEach(this::refreshService);
  }

  /** How many services have been compiled since the start: the unit of work that a change costs. */
  public long servicesCompiled() {
    return servicesCompiled.sum();
  }

  /** How many entries have been copied since the start because a table was full. */
  public long entriesCopied() {
    return services.entriesCopied() + namespaces.entriesCopied() + addresses.entriesCopied();
  }

  private boolean configured(String namespace) {
    return options.namespaces().isEmpty() || options.namespaces().contains(namespace);
  }

  /** Whether names may use the namespace: it exists and is among those asked for. */
  public boolean exposed(String namespace) {
    if (!configured(namespace) || !state.namespaceExists(namespace)) {
      return false;
    }
    if (options.namespaceLabels() == null) {
      return true;
    }
    Namespace declared = state.namespace(namespace);
    return options.namespaceLabels().matches(declared == null ? Map.of() : declared.labels());
  }

  private void refreshNamespace(String namespace) {
    byte[] key = label(namespace);
    boolean listed = namespaces.find(key) != null;
    boolean exposed = exposed(namespace);
    if (exposed && !listed) {
      namespaces.add(new NamespaceEntry(key));
    } else if (!exposed && listed) {
      namespaces.remove(key);
    }
  }

  private void refreshService(ObjectKey service) {
    servicesCompiled.increment();
    byte[] key = ServiceSlot.keyOf(service);
    ServiceSlot slot = services.find(key);
    ServiceSlot hidden = slot == null ? hiddenSlots.get(service) : slot;
    ServiceView before = hidden == null ? null : hidden.compiled.view;
    ServiceView after = configured(service.namespace()) ? state.service(service) : null;
    if (after == null) {
      if (hidden != null) {
        index(hidden, before, null);
        services.remove(key);
        hiddenSlots.remove(service);
      }
      return;
    }
    CompiledService compiled = compiler.compile(after, hidden == null ? null : hidden.compiled);
    if (hidden == null) {
      hidden = new ServiceSlot(service, compiled);
    } else {
      hidden.compiled = compiled;
    }
    // Names need an exposed namespace and a Service; reverse names need neither (behaviour of
    // CoreDNS).
    boolean named = after.service() != null && exposed(service.namespace());
    if (named && slot == null) {
      services.add(hidden);
      hiddenSlots.remove(service);
    } else if (!named) {
      services.remove(key);
      hiddenSlots.put(service, hidden);
    }
    index(hidden, before, after);
  }

  private void index(ServiceSlot slot, @Nullable ServiceView before, @Nullable ServiceView after) {
    Set<IpAddress> clusterIps = clusterIps(after);
    Set<IpAddress> clusterIpsGone = clusterIps(before);
    clusterIps.removeIf(clusterIpsGone::remove);
    clusterIpsGone.forEach(a -> addresses.removeClusterIp(a.v6(), a.high(), a.low(), slot));
    clusterIps.forEach(a -> addresses.addClusterIp(a.v6(), a.high(), a.low(), slot));

    // A service of thousands of endpoints has many slices, and a change is of one of them.
    Set<EndpointSlice> unchanged = unchangedSlices(before, after);
    Set<IpAddress> endpoints = endpointAddresses(after, unchanged);
    Set<IpAddress> gone = endpointAddresses(before, unchanged);
    endpoints.removeIf(gone::remove);
    if (after != null && !gone.isEmpty()) {
      unchanged.forEach(slice -> compiler.forEachPublished(after, slice, gone::remove));
    }
    gone.forEach(a -> addresses.removeEndpoint(a.v6(), a.high(), a.low(), slot));
    endpoints.forEach(a -> addresses.addEndpoint(a.v6(), a.high(), a.low(), slot));
  }

  private static Set<IpAddress> clusterIps(@Nullable ServiceView view) {
    return view == null || view.service() == null
        ? new HashSet<>()
        : new HashSet<>(view.service().clusterIps());
  }

  /** The slices, compared by identity, that publish the same endpoints before and after. */
  private static Set<EndpointSlice> unchangedSlices(
      @Nullable ServiceView before, @Nullable ServiceView after) {
    Set<EndpointSlice> unchanged = Collections.newSetFromMap(new IdentityHashMap<>());
    if (before != null
        && after != null
        && before.publishesNotReady() == after.publishesNotReady()) {
      unchanged.addAll(before.slices());
      Set<EndpointSlice> now = Collections.newSetFromMap(new IdentityHashMap<>());
      now.addAll(after.slices());
      unchanged.retainAll(now);
    }
    return unchanged;
  }

  private Set<IpAddress> endpointAddresses(@Nullable ServiceView view, Set<EndpointSlice> leftOut) {
    Set<IpAddress> addresses = new LinkedHashSet<>();
    if (view != null) {
      for (EndpointSlice slice : view.slices()) {
        if (!leftOut.contains(slice)) {
          compiler.forEachPublished(view, slice, addresses::add);
        }
      }
    }
    return addresses;
  }

  // ---- labels

  private static boolean is(byte[] name, int offset, byte[] label) {
    return Arrays.equals(name, offset, offset + label.length, label, 0, label.length);
  }

  private static byte[] label(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] label = new byte[bytes.length + 1];
    label[0] = (byte) bytes.length;
    for (int i = 0; i < bytes.length; i++) {
      label[i + 1] = DomainName.fold(bytes[i]);
    }
    return label;
  }

  private static String text(QueryView q, int label) {
    int offset = q.labelOffset[label];
    return new String(q.name, offset + 1, q.name[offset], StandardCharsets.ISO_8859_1);
  }

  private static @Nullable String textOrNull(QueryView q, int from, int to) {
    return from == to ? null : new String(q.name, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
