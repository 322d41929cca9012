package dev.byname.app;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import dev.byname.corefile.NearestWord;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what a name of the cluster zone means: which label of it leads nowhere, what there
 * is instead, and what the objects behind it lack. The answer itself comes from the server's own
 * code; this only explains it.
 */
final class NameDiagnosis {
  private static final int LISTED_MAX = 8;

  private final ClusterState state;
  private final String zone;

  /**
   * @param zone lower case with final dot, such as {@code cluster.local.}
   */
  NameDiagnosis(ClusterState state, String zone) {
    this.state = state;
    this.zone = zone;
  }

  /**
   * @param name fully qualified, with final dot
   */
  String explain(String name, RecordType type) {
    String lower = name.toLowerCase(Locale.ROOT);
    DomainName parsed = DomainName.parse(name);
    if (parsed == null) {
      return "no domain name: labels have 1 to 63 bytes, names at most 255 (RFC 1035 section"
          + " 2.3.4)";
    }
    if (lower.equals(zone)) {
      return "the zone itself: it has SOA and NS records";
    }
    if (lower.endsWith(".in-addr.arpa.") || lower.endsWith(".ip6.arpa.")) {
      return reverse(parsed);
    }
    if (!lower.endsWith("." + zone)) {
      return "outside %s: the server's other plugins answer, such as forward%s"
          .formatted(zone, misspeltZone(lower));
    }
    List<String> labels =
        Arrays.asList(lower.substring(0, lower.length() - zone.length() - 1).split("\\."));
    int last = labels.size() - 1;
    return switch (labels.get(last)) {
      case "svc" -> service(labels.subList(0, last), type);
      case "pod" -> last < 2 ? namespace(labels.subList(0, last)) : pod(labels.subList(0, last));
      case "dns-version" -> "the version of the DNS schema, as TXT";
      default ->
          "directly below %s there are only svc, pod and dns-version, not %s"
              .formatted(zone, labels.get(last));
    };
  }

  /** A hint, where the last labels are nearly the zone. */
  private String misspeltZone(String name) {
    List<String> labels = List.of(name.split("\\."));
    int from = labels.size() - zone.split("\\.").length;
    return from <= 0
        ? ""
        : NearestWord.hint(
            String.join(".", labels.subList(from, labels.size())),
            List.of(zone.substring(0, zone.length() - 1)));
  }

  private String reverse(DomainName name) {
    Set<String> holders = new TreeSet<>();
    for (ServiceView view : state.services()) {
      Service service = view.service();
      if (service != null && service.clusterIps().stream().anyMatch(ip -> is(name, ip))) {
        holders.add("the ClusterIP of " + view.key());
      }
      for (EndpointSlice slice : view.slices()) {
        for (int i = 0; i < slice.size(); i++) {
          if (is(name, slice.address(i))) {
            holders.add("an endpoint of " + view.key());
          }
        }
      }
    }
    return holders.isEmpty()
        ? "the address of no service and of no endpoint: the server's other plugins are asked where"
            + " the Corefile says \"fallthrough\""
        : listed(holders);
  }

  private static boolean is(DomainName reverseName, IpAddress address) {
    return DomainName.ofReverse(address.toBytes()).equals(reverseName);
  }

  private String service(List<String> labels, RecordType type) {
    if (labels.size() < 2) {
      return namespace(labels);
    }
    String namespace = labels.getLast();
    String name = labels.get(labels.size() - 2);
    List<String> before = labels.subList(0, labels.size() - 2);
    ServiceView view = state.service(new ObjectKey(namespace, name));
    Service service = view == null ? null : view.service();
    if (view == null || service == null) {
      return missing(namespace, name);
    }
    if (before.isEmpty()) {
      return wholeService(view, service, type);
    }
    if (before.size() == 2 && before.get(0).startsWith("_") && before.get(1).startsWith("_")) {
      return port(view, service, before.get(0).substring(1), before.get(1).substring(1));
    }
    if (before.size() == 1 && !before.getFirst().startsWith("_")) {
      return endpoint(view, before.getFirst());
    }
    return "nothing stands below the service %s but its endpoints and _port._protocol"
        .formatted(view.key());
  }

  private String namespace(List<String> labels) {
    if (labels.isEmpty()) {
      return "the parent of all namespaces: it has no records of its own";
    }
    String name = labels.getLast();
    return state.namespaceExists(name)
        ? "namespace " + name + ": it has no records of its own"
        : noNamespace(name);
  }

  private String noNamespace(String name) {
    return "there is no namespace "
        + name
        + NearestWord.hint(name, new TreeSet<>(state.namespaceNames()));
  }

  private String missing(String namespace, String name) {
    if (!state.namespaceExists(namespace)) {
      return noNamespace(namespace);
    }
    Set<String> elsewhere = new TreeSet<>();
    Set<String> neighbours = new TreeSet<>();
    for (ServiceView view : state.services()) {
      if (view.service() == null) {
        continue;
      }
      if (view.key().name().equals(name)) {
        elsewhere.add(name + "." + view.key().namespace());
      }
      if (view.key().namespace().equals(namespace)) {
        neighbours.add(view.key().name());
      }
    }
    return "namespace %s has no service %s".formatted(namespace, name)
        + (elsewhere.isEmpty()
            ? NearestWord.hint(name, neighbours)
            : "; elsewhere there is " + listed(elsewhere));
  }

  private String wholeService(ServiceView view, Service service, RecordType type) {
    String what = view.key() + " is ";
    if (service.type() == Service.Type.EXTERNAL_NAME) {
      return what + "an ExternalName service: an alias of " + service.externalName();
    }
    Endpoints endpoints = Endpoints.of(view);
    if (service.headless()) {
      return what
          + "headless: its addresses are those of its endpoints; "
          + endpoints
          + (endpoints.ready.isEmpty() ? ", so the name does not exist" : "");
    }
    if (service.clusterIps().isEmpty()) {
      return what + "a service without ClusterIP: none has been allocated";
    }
    String addresses = listed(service.clusterIps());
    String family =
        type.equals(RecordType.A) && service.clusterIps().stream().allMatch(IpAddress::v6)
            ? "; it has no IPv4 address"
            : type.equals(RecordType.AAAA) && service.clusterIps().stream().noneMatch(IpAddress::v6)
                ? "; it has no IPv6 address"
                : "";
    return what + "a service with ClusterIP " + addresses + family + "; " + endpoints;
  }

  private String port(ServiceView view, Service service, String port, String protocol) {
    List<Port> ports =
        service.headless()
            ? view.slices().stream().flatMap(slice -> slice.ports().stream()).distinct().toList()
            : service.ports();
    Set<String> named =
        ports.stream()
            .filter(p -> !p.name().isEmpty())
            .map(p -> "_" + p.name() + "._" + p.protocol().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    String wanted = "_" + port + "._" + protocol;
    if (named.contains(wanted)) {
      return "port %s of %s".formatted(wanted, view.key());
    }
    return named.isEmpty()
        ? view.key() + " has no named port, so it has no such SRV record"
        : view.key() + " has no port " + wanted + ", but " + listed(named);
  }

  private String endpoint(ServiceView view, String label) {
    Endpoints endpoints = Endpoints.of(view);
    if (endpoints.ready.contains(label)) {
      return "endpoint %s of %s, ready".formatted(label, view.key());
    }
    if (endpoints.notReady.contains(label)) {
      return "endpoint %s of %s is not ready, and the service does not publish such"
          .formatted(label, view.key());
    }
    return "%s has no endpoint %s; %s".formatted(view.key(), label, endpoints);
  }

  private String pod(List<String> labels) {
    String namespace = labels.getLast();
    if (!state.namespaceExists(namespace)) {
      return noNamespace(namespace);
    }
    return "the name of a pod by its address: answered where the Corefile says \"pods insecure\" or"
        + " \"pods verified\"";
  }

  private static String listed(Iterable<?> values) {
    var texts = new ArrayList<String>();
    values.forEach(value -> texts.add(value.toString()));
    return texts.size() <= LISTED_MAX
        ? String.join(", ", texts)
        : String.join(", ", texts.subList(0, LISTED_MAX))
            + " and %d more".formatted(texts.size() - LISTED_MAX);
  }

  /** The names of a service's endpoints as they stand in DNS. */
  private record Endpoints(Set<String> ready, Set<String> notReady) {
    static Endpoints of(ServiceView view) {
      var ready = new TreeSet<String>();
      var notReady = new TreeSet<String>();
      for (EndpointSlice slice : view.slices()) {
        for (int i = 0; i < slice.size(); i++) {
          (view.published(slice, i) ? ready : notReady)
              .add(name(slice.hostname(i), slice.address(i)));
        }
      }
      return new Endpoints(ready, notReady);
    }

    private static String name(@Nullable String hostname, IpAddress address) {
      if (hostname != null) {
        return hostname;
      }
      String dashed = address.toString().replace('.', '-').replace(':', '-');
      return dashed.endsWith("-") ? dashed + "0" : dashed;
    }

    @Override
    public String toString() {
      if (ready.isEmpty() && notReady.isEmpty()) {
        return "it has no endpoints: does its selector match a pod?";
      }
      return (ready.isEmpty() ? "no endpoint is ready" : "ready: " + listed(ready))
          + (notReady.isEmpty() ? "" : "; not ready: " + listed(notReady));
    }
  }
}
