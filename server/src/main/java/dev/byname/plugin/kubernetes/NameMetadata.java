package dev.byname.plugin.kubernetes;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.IpAddress;
import dev.byname.query.Request;
import dev.byname.wire.DomainName;
import dev.byname.zone.ZoneOptions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a name says by its form alone, whether or not it exists, and who asks: the {@code
 * kubernetes/…} labels of {@code metadata}, as CoreDNS has them.
 */
final class NameMetadata {
  private final ZoneOptions options;
  private final ClusterState state;

  NameMetadata(ZoneOptions options, ClusterState state) {
    this.options = options;
    this.state = state;
  }

  void addTo(Request request) {
    Request.Metadata values = request.metadata();
    if (options.pods() == ZoneOptions.PodMode.VERIFIED) {
      IpAddress client = IpAddress.of(request.client().remote().getAddress().getAddress());
      state.podsAt(client).stream()
          .findFirst()
          .ifPresent(pod -> {
            put(values, "client-namespace", pod.key().namespace());
            put(values, "client-pod-name", pod.key().name());
          });
    }
    DomainName name = request.question().name().toLowerCase();
    options.origins().stream()
        .filter(name::isSubdomainOf)
        .max(Comparator.comparingInt(DomainName::labelCount))
        .ifPresent(origin -> addParts(name, origin, values));
  }

  /** {@code [endpoint | port.protocol | zone.directive._zone] service namespace kind origin}. */
  private void addParts(DomainName name, DomainName origin, Request.Metadata values) {
    int kindIndex = name.labelCount() - origin.labelCount() - 1;
    String kind = kindIndex < 0 ? "" : name.label(kindIndex);
    List<String> left = kindIndex < 3 ? List.of() : labels(name, kindIndex - 2);
    boolean multicluster = options.multiclusterOrigins().contains(origin);
    boolean zonal = options.zonal() && !multicluster && isZonal(left) && kind.equals("svc");
    boolean known = kind.isEmpty() || kind.equals("svc") || kind.equals("pod");
    if (!known || (left.size() > 2 && !zonal)) {
      put(values, "parse-error", "invalid query name");
      return;
    }
    put(values, "kind", kind);
    put(values, "namespace", kindIndex < 1 ? "" : name.label(kindIndex - 1));
    put(values, "service", kindIndex < 2 ? "" : name.label(kindIndex - 2));
    boolean endpointOfCluster =
        left.size() == 2 && multicluster && left.stream().noneMatch(part -> part.startsWith("_"));
    boolean port = left.size() == 2 && !endpointOfCluster;
    put(values, "endpoint", left.size() == 1 || endpointOfCluster ? left.getFirst() : "");
    put(values, "port-name", port ? withoutUnderscore(left.get(0)) : "");
    put(values, "protocol", port ? withoutUnderscore(left.get(1)) : "");
    if (multicluster) {
      put(values, "cluster", endpointOfCluster ? left.get(1) : "");
    }
    if (zonal) {
      put(values, "zone", String.join(".", left.subList(0, left.size() - 2)));
    }
  }

  private static boolean isZonal(List<String> left) {
    int last = left.size() - 1;
    return last >= 2
        && left.get(last).equals("_zone")
        && (left.get(last - 1).equals("pin") || left.get(last - 1).equals("prefer"));
  }

  private static List<String> labels(DomainName name, int count) {
    return IntStream.range(0, count).mapToObj(name::label).toList();
  }

  private static String withoutUnderscore(String label) {
    return label.startsWith("_") ? label.substring(1) : label;
  }

  private static void put(Request.Metadata values, String label, String value) {
    values.put("kubernetes/" + label, () -> value);
  }
}
