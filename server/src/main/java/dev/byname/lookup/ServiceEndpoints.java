package dev.byname.lookup;

import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service and its endpoints at one moment.
 *
 * @param exists false when there is no such service; everything else is empty then
 * @param clusterIps empty for headless and ExternalName services
 * @param ports of the service
 * @param endpoints of all its EndpointSlices, ready or not, in the order of the slices' names
 */
public record ServiceEndpoints(
    String namespace,
    String name,
    boolean exists,
    List<InetAddress> clusterIps,
    List<Port> ports,
    List<Endpoint> endpoints) {

  public ServiceEndpoints {
    clusterIps = List.copyOf(clusterIps);
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
  }

  /**
   * One endpoint.
   *
   * @param ports what the slice says; targets, not the service's ports
   * @param ready whether traffic should go to it: DNS publishes these
   * @param hostname empty without one
   * @param topologyZone empty where it is not known
   */
  public record Endpoint(
      InetAddress address,
      List<Port> ports,
      boolean ready,
      boolean serving,
      boolean terminating,
      String hostname,
      String topologyZone,
      String nodeName) {}

  /** The endpoints that DNS would publish. */
  public List<Endpoint> ready() {
    return endpoints.stream().filter(Endpoint::ready).toList();
  }

  static ServiceEndpoints none(String namespace, String name) {
    return new ServiceEndpoints(namespace, name, false, List.of(), List.of(), List.of());
  }

  static ServiceEndpoints of(ServiceView view) {
    Service service = view.service();
    // An endpoint may stand in two slices while the controller moves it; the last one counts.
    Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    for (EndpointSlice slice : view.slices()) {
      for (int i = 0; i < slice.size(); i++) {
        IpAddress address = slice.address(i);
        endpoints.put(
            address + " " + slice.ports(),
            new Endpoint(
                address.toInetAddress(),
                slice.ports(),
                view.published(slice, i),
                slice.serving(i),
                slice.terminating(i),
                orEmpty(slice.hostname(i)),
                orEmpty(slice.topologyZone(i)),
                orEmpty(slice.nodeName(i))));
      }
    }
    return new ServiceEndpoints(
        view.key().namespace(),
        view.key().name(),
        service != null,
        service == null
            ? List.of()
            : service.clusterIps().stream().map(IpAddress::toInetAddress).toList(),
        service == null ? List.of() : service.ports(),
        new ArrayList<>(endpoints.values()));
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
