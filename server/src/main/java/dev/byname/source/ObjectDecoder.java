package dev.byname.source;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.NameRules;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import dev.byname.source.Decoded.LeftOut;
import dev.byname.source.Decoded.Objects;
import dev.byname.source.Decoded.OtherKind;
import dev.byname.source.Decoded.Undecodable;
import dev.byname.source.Field.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From a Kubernetes object as it is written to what the picture of the cluster keeps of it: v1
 * Service, Endpoints, Namespace and Pod, discovery.k8s.io/v1 and v1beta1 EndpointSlice,
 * multicluster.x-k8s.io/v1alpha1 ServiceImport, and the List kinds of all of them.
 *
 * <p>Defaults are those that the API server fills in, so that a manifest written by hand means what
 * it would mean in a cluster; a namespaced object without a namespace is in {@code default}. What
 * the API server would refuse, and would give a wrong answer, is refused here too, every mistake
 * with its field. Fields that DNS does not need are not looked at.
 *
 * <p>Equal strings and port lists of different objects are kept once, so use one decoder for all
 * objects of a source. Not safe for use by several threads at once.
 */
public final class ObjectDecoder {
  private static final String LABEL_SERVICE_NAME = "kubernetes.io/service-name";
  private static final String LABEL_IMPORT_NAME = "multicluster.kubernetes.io/service-name";
  private static final String LABEL_SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster";
  private static final String TOLERATE_UNREADY =
      "service.alpha.kubernetes.io/tolerate-unready-endpoints";

  /** What Go's strconv.ParseBool, which the endpoints controller uses, takes for true. */
  private static final Set<String> TRUE_VALUES = Set.of("1", "t", "T", "true", "TRUE", "True");

  /** Phases of a pod whose address is no longer, or not certainly, its own. */
  private static final Set<String> GONE_PHASES = Set.of("Succeeded", "Failed", "Unknown");

  private static final int NODE_PORT_NONE = 0;

  private final DecodeOptions options;
  private final Interner interner = new Interner();

  public ObjectDecoder(DecodeOptions options) {
    this.options = options;
  }

  /**
   * The key of one of the parts that a Kubernetes object may be kept as: its own for the first,
   * {@code name/1} and so on for others. No object has such a name, so nothing else is met there.
   */
  public static ObjectKey partKey(ObjectKey key, int part) {
    return part == 0 ? key : new ObjectKey(key.namespace(), key.name() + "/" + part);
  }

  /** Decodes an object, or every item of a List; in the order of the text. */
  public List<Decoded> decode(Tree document) {
    var decoded = new ArrayList<Decoded>();
    decodeEach(document, (_, object) -> decoded.add(object));
    return decoded;
  }

  /** Decodes an object, or every item of a List, one after the other. */
  public void decodeEach(Tree document, EachDecoded each) {
    var problems = new Problems();
    Field list = Field.root(document, problems);
    if (!(document instanceof Tree.Mapping(Map<String, Tree> fields, int line))) {
      list.problem("is %s, but must be a Kubernetes object".formatted(document.description()));
      each.decoded(document.line(), new Undecodable(null, null, problems.found()));
      return;
    }
    String kind = scalarText(fields.get("kind"));
    String apiVersion = scalarText(fields.get("apiVersion"));
    @Nullable String itemKind = itemKind(apiVersion, kind);
    if (itemKind == null) {
      each.decoded(line, decodeObject(document));
      return;
    }
    List<Field> items = list.get("items").items();
    if (!problems.isEmpty()) {
      each.decoded(line, new Undecodable(null, null, problems.found()));
    }
    for (Field item : items) {
      each.decoded(item.line(), decodeObject(item.asObject(), apiVersion, itemKind));
    }
  }

  /** What to do with each object of a document. */
  @FunctionalInterface
  public interface EachDecoded {
    /**
     * Takes one object.
     *
     * @param line where it begins, from 1; 0 where there are no lines
     */
    void decoded(int line, Decoded decoded);
  }

  /** Decodes one object that names its own kind; of a List it makes nothing. */
  public Decoded decodeObject(Tree object) {
    return decodeObject(object, "", "");
  }

  /**
   * Decodes one object of a known kind: items of a typed list do not repeat theirs.
   *
   * @param apiVersion and kind to assume where the object says nothing
   */
  public Decoded decodeObject(Tree object, String apiVersion, String kind) {
    return decodeObject(Field.root(object, new Problems()), apiVersion, kind);
  }

  private Decoded decodeObject(Field object, String apiVersionOfList, String kindOfList) {
    Problems problems = object.problems();
    if (!object.isMapping()) {
      object.mapping();
      object.require("a Kubernetes object");
      return new Undecodable(null, null, problems.found());
    }
    String apiVersion = object.get("apiVersion").textOr(apiVersionOfList);
    String kindName = object.get("kind").textOr(kindOfList);
    if (kindName.isEmpty()) {
      object.get("kind").require("");
    } else if (apiVersion.isEmpty() && knownKind(kindName) != null) {
      object.get("apiVersion").require("");
    }
    if (!problems.isEmpty()) {
      return new Undecodable(null, null, problems.found());
    }
    @Nullable Kind kind = kindOf(object, apiVersion, kindName);
    if (!problems.isEmpty()) {
      return new Undecodable(null, null, problems.found());
    }
    if (kind == null) {
      return new OtherKind(apiVersion, kindName);
    }
    return decodeKnown(object, kind, apiVersion);
  }

  private Decoded decodeKnown(Field object, Kind kind, String apiVersion) {
    Problems problems = object.problems();
    problems.about(kind.apiName());
    Field metadata = object.get("metadata").mapping();
    @Nullable ObjectKey key = key(kind, metadata);
    if (key == null) {
      return new Undecodable(kind, null, problems.found());
    }
    problems.about(kind.apiName() + " " + key);
    Map<String, String> labels = metadata.get("labels").texts();
    @Nullable String reason = problems.isEmpty() ? leftOut(kind, object, labels) : null;
    if (reason != null) {
      return new LeftOut(kind, key, reason);
    }
    List<? extends ClusterObject> objects =
        switch (kind) {
          case SERVICE -> List.of(service(object, key));
          case SERVICE_IMPORT -> List.of(serviceImport(object, key));
          case ENDPOINT_SLICE -> slices(object, key, labels, apiVersion);
          case ENDPOINTS -> subsets(object, key);
          case NAMESPACE -> List.of(namespace(key, labels));
          case POD -> pods(object, key);
        };
    if (!problems.isEmpty()) {
      return new Undecodable(kind, key, problems.found());
    }
    if (kind == Kind.POD && objects.isEmpty()) {
      return new LeftOut(kind, key, "has no address yet");
    }
    return new Objects(kind, key, List.copyOf(objects));
  }

  // What it is, and whether it is wanted.

  /** The kind of the items of a list; empty where they name their own; null when it is no list. */
  private static @Nullable String itemKind(String apiVersion, String kind) {
    if (kind.equals("List") && apiVersion.equals("v1")) {
      return "";
    }
    if (kind.endsWith("List")) {
      String item = kind.substring(0, kind.length() - "List".length());
      Kind known = knownKind(item);
      return known != null && groupOf(apiVersion).equals(groupOf(known)) ? item : null;
    }
    return null;
  }

  private static @Nullable Kind kindOf(Field object, String apiVersion, String name) {
    Kind kind = knownKind(name);
    if (kind == null) {
      for (Kind similar : Kind.values()) {
        if (groupOf(similar).equals(groupOf(apiVersion))
            && similar.apiName().equalsIgnoreCase(name)) {
          object
              .get("kind")
              .problem("\"%s\" must be written %s".formatted(name, similar.apiName()));
        }
      }
      if (name.equals("List") && apiVersion.equals("v1")) {
        object.problem("is a List inside a List");
      }
      return null;
    }
    if (!groupOf(kind).equals(groupOf(apiVersion))) {
      return null; // somebody else's: Knative has a Service, too
    }
    List<String> versions = versionsOf(kind);
    if (!versions.contains(apiVersion)) {
      object
          .get("apiVersion")
          .problem(
              "\"%s\" is not known for %s; known: %s"
                  .formatted(Field.abridged(apiVersion), name, String.join(", ", versions)));
      return null;
    }
    return kind;
  }

  private static @Nullable Kind knownKind(String apiName) {
    for (Kind kind : Kind.values()) {
      if (kind.apiName().equals(apiName)) {
        return kind;
      }
    }
    return null;
  }

  private static List<String> versionsOf(Kind kind) {
    return switch (kind) {
      case SERVICE, ENDPOINTS, NAMESPACE, POD -> List.of("v1");
      case ENDPOINT_SLICE -> List.of("discovery.k8s.io/v1", "discovery.k8s.io/v1beta1");
      case SERVICE_IMPORT -> List.of("multicluster.x-k8s.io/v1alpha1");
    };
  }

  private static String groupOf(Kind kind) {
    return groupOf(versionsOf(kind).getFirst());
  }

  private static String groupOf(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  private @Nullable ObjectKey key(Kind kind, Field metadata) {
    Field nameField = metadata.get("name");
    String name = nameField.text();
    if (name.isEmpty()) {
      nameField.require("");
      return null;
    }
    boolean good =
        switch (kind) {
          // They become labels of DNS names.
          case SERVICE, SERVICE_IMPORT, NAMESPACE -> nameField.label(name);
          case ENDPOINT_SLICE, ENDPOINTS, POD -> nameField.subdomain(name);
        };
    if (kind == Kind.NAMESPACE) {
      return good ? new ObjectKey("", interner.text(name)) : null;
    }
    Field namespaceField = metadata.get("namespace");
    String namespace = namespaceField.textOr("default");
    good &= namespaceField.label(namespace);
    if (!good) {
      return null;
    }
    boolean shared = kind == Kind.SERVICE || kind == Kind.ENDPOINTS;
    return new ObjectKey(interner.text(namespace), shared ? interner.text(name) : name);
  }

  private @Nullable String leftOut(Kind kind, Field object, Map<String, String> labels) {
    if (!options.wants(kind)) {
      return kind.apiName() + " is not wanted";
    }
    return switch (kind) {
      case NAMESPACE, SERVICE_IMPORT -> null; // never chosen by labels
      case SERVICE, ENDPOINTS -> unselected(labels);
      case ENDPOINT_SLICE -> {
        if (object.get("addressType").isText("FQDN")) {
          yield "holds names, not addresses";
        }
        yield labels.getOrDefault(LABEL_SERVICE_NAME, "").isEmpty()
                && labels.getOrDefault(LABEL_IMPORT_NAME, "").isEmpty()
            ? "belongs to no service"
            : unselected(labels);
      }
      case POD -> {
        String phase = object.get("status").mapping().get("phase").text();
        yield GONE_PHASES.contains(phase) ? "its phase is " + phase : unselected(labels);
      }
    };
  }

  private @Nullable String unselected(Map<String, String> labels) {
    return options.labels().matches(labels) ? null : "its labels are not selected";
  }

  // The kinds.

  private Service service(Field object, ObjectKey key) {
    Field spec = object.get("spec").mapping();
    spec.require("the service's ports and addresses");
    Service.Type type = serviceType(spec.get("type"));
    List<Field> clusterIpFields = clusterIpFields(spec);
    boolean headless = !clusterIpFields.isEmpty() && clusterIpFields.getFirst().isText("None");
    boolean external = type == Service.Type.EXTERNAL_NAME;
    if (headless && clusterIpFields.size() > 1) {
      clusterIpFields.get(1).problem("must not be beside None");
    }
    if (headless && (type == Service.Type.NODE_PORT || type == Service.Type.LOAD_BALANCER)) {
      clusterIpFields
          .getFirst()
          .problem("None is not possible for type " + spec.get("type").text());
    }
    return new Service(
        key,
        type,
        headless || external ? List.of() : clusterIps(clusterIpFields),
        headless && !external,
        servicePorts(spec.get("ports")),
        external ? externalName(spec.get("externalName")) : "",
        externalAddresses(spec, object.get("status").mapping()),
        spec.get("publishNotReadyAddresses").flag(false) || toleratesUnready(object),
        spec.get("selector").mapping().isFilledMapping());
  }

  private static Service.Type serviceType(Field type) {
    return switch (type.textOr("ClusterIP")) {
      case "ClusterIP" -> Service.Type.CLUSTER_IP;
      case "NodePort" -> Service.Type.NODE_PORT;
      case "LoadBalancer" -> Service.Type.LOAD_BALANCER;
      case "ExternalName" -> Service.Type.EXTERNAL_NAME;
      default -> {
        type.problemUnlessEmpty("is none of ClusterIP, NodePort, LoadBalancer, ExternalName");
        yield Service.Type.CLUSTER_IP;
      }
    };
  }

  /** Where the cluster IPs are written; an empty one is one that is not allocated yet. */
  private static List<Field> clusterIpFields(Field spec) {
    Field single = spec.get("clusterIP");
    List<Field> several = spec.get("clusterIPs").items();
    if (several.isEmpty()) {
      return single.text().isEmpty() ? List.of() : List.of(single);
    }
    String first = several.getFirst().text();
    if (!single.text().isEmpty() && !single.text().equals(first)) {
      several
          .getFirst()
          .problem(
              "\"%s\" must be the same as spec.clusterIP, \"%s\""
                  .formatted(Field.abridged(first), Field.abridged(single.text())));
    }
    return several;
  }

  private static List<IpAddress> clusterIps(List<Field> fields) {
    var addresses = new ArrayList<IpAddress>(fields.size());
    for (Field field : fields) {
      @Nullable IpAddress address = field.address();
      if (address == null) {
        continue;
      }
      for (IpAddress other : addresses) {
        if (other.v6() == address.v6()) {
          field.problem(
              "%s is a second %s address; a service has one of each family"
                  .formatted(address, address.v6() ? "IPv6" : "IPv4"));
        }
      }
      addresses.add(address);
    }
    return addresses;
  }

  private List<Port> servicePorts(Field portsField) {
    List<Field> fields = portsField.items();
    var ports = new ArrayList<Port>(fields.size());
    var names = new HashMap<String, Integer>();
    var numbers = new HashMap<Port, Integer>();
    for (Field field : fields) {
      Field number = field.mapping().get("port");
      number.require("");
      var port =
          new Port(
              portName(field.get("name"), names, fields.size() > 1),
              protocol(field.get("protocol")),
              number.number(1, 65535, "port", 1));
      Integer twin =
          numbers.putIfAbsent(new Port("", port.protocol(), port.number()), ports.size());
      if (twin != null && number.present()) {
        number.problem(
            "%d/%s is the same as ports[%d]".formatted(port.number(), port.protocol(), twin));
      }
      field.get("nodePort").number(NODE_PORT_NONE, 65535, "node port", NODE_PORT_NONE);
      ports.add(port);
    }
    return interner.ports(ports);
  }

  private String portName(Field field, Map<String, Integer> names, boolean mustDiffer) {
    String name = field.text();
    if (!name.isEmpty()) {
      field.label(name);
    }
    Integer twin = mustDiffer ? names.putIfAbsent(name, names.size()) : null;
    if (twin != null) {
      field.problem(
          name.isEmpty()
              ? "is missing; of several ports only one may be without a name"
              : "\"%s\" is the name of another port, too".formatted(name));
    }
    return interner.text(name);
  }

  private static Protocol protocol(Field field) {
    return switch (field.textOr("TCP")) {
      case "TCP" -> Protocol.TCP;
      case "UDP" -> Protocol.UDP;
      case "SCTP" -> Protocol.SCTP;
      default -> {
        field.problemUnlessEmpty("is none of TCP, UDP, SCTP");
        yield Protocol.TCP;
      }
    };
  }

  private static String externalName(Field field) {
    String name = field.text();
    field.require("the name that the service is an alias for");
    if (name.isEmpty()) {
      return name;
    }
    // The API server forgives the dot at the end of a full name.
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (!NameRules.isDnsName(bare)) {
      field.problem(
          "\"%s\" is no DNS name (lower-case letters, digits, '-' and '.')"
              .formatted(Field.abridged(name)));
    }
    return name;
  }

  private static List<String> externalAddresses(Field spec, Field status) {
    var addresses = new ArrayList<String>(0);
    for (Field externalIp : spec.get("externalIPs").items()) {
      @Nullable IpAddress address = externalIp.address();
      if (address != null) {
        addresses.add(address.toString());
      }
    }
    for (Field ingress : status.get("loadBalancer").mapping().get("ingress").items()) {
      @Nullable IpAddress address = ingress.mapping().get("ip").address();
      String hostname = ingress.get("hostname").text();
      if (address != null) {
        addresses.add(address.toString());
      } else if (!hostname.isEmpty()) {
        if (!NameRules.isDnsName(hostname.toLowerCase(Locale.ROOT))) {
          ingress
              .get("hostname")
              .problem("\"%s\" is no DNS name".formatted(Field.abridged(hostname)));
        }
        addresses.add(hostname);
      }
    }
    return addresses;
  }

  private static boolean toleratesUnready(Field object) {
    Field annotations = object.get("metadata").get("annotations").mapping();
    return TRUE_VALUES.contains(annotations.get(TOLERATE_UNREADY).text());
  }

  private ServiceImport serviceImport(Field object, ObjectKey key) {
    Field spec = object.get("spec").mapping();
    spec.require("the import's type and ports");
    Field type = spec.get("type");
    String typeName = type.text();
    boolean headless = typeName.equals("Headless");
    if (!headless && !typeName.equals("ClusterSetIP")) {
      type.problemUnlessEmpty("is none of ClusterSetIP, Headless");
      type.require("ClusterSetIP or Headless");
    }
    List<IpAddress> addresses = clusterIps(spec.get("ips").items());
    return new ServiceImport(
        key, headless ? List.of() : addresses, headless, servicePorts(spec.get("ports")));
  }

  private List<EndpointSlice> slices(
      Field object, ObjectKey key, Map<String, String> labels, String apiVersion) {
    String serviceName = labels.getOrDefault(LABEL_SERVICE_NAME, "");
    String importName = labels.getOrDefault(LABEL_IMPORT_NAME, "");
    boolean v6 = isV6(object.get("addressType"));
    List<Port> ports = endpointPorts(object.get("ports"));
    var builders = new ArrayList<EndpointSlice.Builder>(1);
    if (!serviceName.isEmpty()) {
      builders.add(EndpointSlice.builder(key, interner.text(serviceName)));
    }
    if (!importName.isEmpty()) {
      builders.add(
          EndpointSlice.builder(partKey(key, builders.size()), interner.text(importName))
              .clusterId(interner.text(labels.getOrDefault(LABEL_SOURCE_CLUSTER, ""))));
    }
    builders.forEach(builder -> builder.ports(ports));
    boolean beta = apiVersion.endsWith("v1beta1");
    for (Field endpoint : object.get("endpoints").items()) {
      addEndpoint(endpoint.mapping(), v6, beta, builders);
    }
    return builders.stream().map(EndpointSlice.Builder::build).toList();
  }

  private static boolean isV6(Field addressType) {
    return switch (addressType.text()) {
      case "IPv4" -> false;
      case "IPv6" -> true;
      default -> {
        addressType.require("IPv4, IPv6 or FQDN");
        addressType.problemUnlessEmpty("is none of IPv4, IPv6, FQDN");
        yield false;
      }
    };
  }

  private void addEndpoint(
      Field endpoint, boolean v6, boolean beta, List<EndpointSlice.Builder> builders) {
    Field conditions = endpoint.get("conditions").mapping();
    // Unknown counts as ready; serving follows ready where it is not told (EndpointSlice API).
    boolean ready = conditions.get("ready").flag(true);
    boolean serving = conditions.get("serving").flag(ready);
    boolean terminating = conditions.get("terminating").flag(false);
    @Nullable String hostname = hostname(endpoint.get("hostname"));
    @Nullable String podName = podName(endpoint.get("targetRef").mapping());
    Field topology = endpoint.get("topology").mapping();
    @Nullable String zone =
        shared(beta ? topology.get("topology.kubernetes.io/zone") : endpoint.get("zone"));
    @Nullable String nodeName = shared(endpoint.get("nodeName"));
    if (nodeName == null && beta) {
      nodeName = shared(topology.get("kubernetes.io/hostname"));
    }
    List<Field> addresses = endpoint.get("addresses").items();
    endpoint.get("addresses").require("an endpoint has at least one address");
    for (Field field : addresses) {
      @Nullable IpAddress address = field.address();
      if (address == null) {
        field.require("an address");
      } else if (address.v6() != v6) {
        field.problem(
            "%s is no address of addressType %s".formatted(address, v6 ? "IPv6" : "IPv4"));
      } else {
        for (EndpointSlice.Builder builder : builders) {
          builder.endpoint(address, ready, serving, terminating, hostname, podName, zone, nodeName);
        }
      }
    }
  }

  private List<EndpointSlice> subsets(Field object, ObjectKey key) {
    var slices = new ArrayList<EndpointSlice>(1);
    for (Field subset : object.get("subsets").items()) {
      EndpointSlice.Builder builder =
          EndpointSlice.endpointsBuilder(partKey(key, slices.size()), key.name());
      builder.ports(endpointPorts(subset.mapping().get("ports")));
      for (Field address : subset.get("addresses").items()) {
        addAddress(address.mapping(), true, builder);
      }
      for (Field address : subset.get("notReadyAddresses").items()) {
        addAddress(address.mapping(), false, builder);
      }
      slices.add(builder.build());
    }
    return slices;
  }

  private void addAddress(Field field, boolean ready, EndpointSlice.Builder builder) {
    @Nullable String hostname = hostname(field.get("hostname"));
    @Nullable String podName = podName(field.get("targetRef").mapping());
    @Nullable String nodeName = shared(field.get("nodeName"));
    @Nullable IpAddress address = field.get("ip").address();
    if (address == null) {
      field.get("ip").require("an address");
    } else {
      builder.endpoint(address, ready, ready, false, hostname, podName, null, nodeName);
    }
  }

  /** Ports of a slice or subset; a port may be nameless, and in a slice without a number. */
  private List<Port> endpointPorts(Field portsField) {
    List<Field> fields = portsField.items();
    var ports = new ArrayList<Port>(fields.size());
    var names = new HashMap<String, Integer>();
    for (Field field : fields) {
      // No number (or the zero that some encodings make of it) means all ports: nothing for an SRV.
      int number = field.mapping().get("port").number(0, 65535, "port", 0);
      ports.add(
          new Port(
              portName(field.get("name"), names, fields.size() > 1),
              protocol(field.get("protocol")),
              number == 0 ? Port.NONE : number));
    }
    return interner.ports(ports);
  }

  private static @Nullable String hostname(Field field) {
    String hostname = field.text();
    if (hostname.isEmpty()) {
      return null;
    }
    field.label(hostname);
    return hostname;
  }

  /** Only a name that can be a label: pod names may be longer than 63 and have dots in them. */
  private @Nullable String podName(Field targetRef) {
    if (!options.podNames() || !targetRef.get("kind").textOr("Pod").equals("Pod")) {
      return null;
    }
    String name = targetRef.get("name").text();
    return NameRules.isLabel(name) ? name : null;
  }

  private @Nullable String shared(Field field) {
    String text = field.text();
    return text.isEmpty() ? null : interner.text(text);
  }

  private Namespace namespace(ObjectKey key, Map<String, String> labels) {
    var shared = new HashMap<String, String>();
    labels.forEach((name, value) -> shared.put(interner.text(name), interner.text(value)));
    return new Namespace(key.name(), shared);
  }

  private static List<Pod> pods(Field object, ObjectKey key) {
    Field status = object.get("status").mapping();
    var addresses = new ArrayList<IpAddress>(1);
    for (Field field : status.get("podIPs").items()) {
      @Nullable IpAddress address = field.mapping().get("ip").address();
      if (address != null) {
        addresses.add(address);
      }
    }
    @Nullable IpAddress single = status.get("podIP").address();
    if (addresses.isEmpty() && single != null) {
      addresses.add(single);
    }
    return addresses.isEmpty() ? List.of() : List.of(new Pod(key, addresses));
  }

  private static String scalarText(@Nullable Tree tree) {
    return tree instanceof Tree.Scalar(Tree.ScalarType type, String text, int line)
            && type == Tree.ScalarType.TEXT
        ? text
        : "";
  }
}
