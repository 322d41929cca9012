package dev.byname.plugin.k8sexternal;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which services an external address belongs to: for PTR records. Written by the thread that
 * changes the cluster, read by any.
 */
final class ExternalAddresses implements ClusterListener {
  private final ClusterState state;
  private final Map<IpAddress, List<ObjectKey>> services = new ConcurrentHashMap<>();

  /** Writer only: what each service has been entered with. */
  private final Map<ObjectKey, Set<IpAddress>> entered = new HashMap<>();

  ExternalAddresses(ClusterState state) {
    this.state = state;
  }

  /** Runs while the cluster does not change. */
  void attach() {
    state.addListener(this);
    refresh(state.services().stream().map(ServiceView::key).toList());
  }

  void detach() {
    state.removeListener(this);
  }

  /** In the order of their names. */
  List<ObjectKey> servicesAt(IpAddress address) {
    return services.getOrDefault(address, List.of());
  }

  @Override
  public void onChange(ClusterChange change) {
    refresh(change.services());
  }

  private void refresh(Collection<ObjectKey> keys) {
    for (ObjectKey key : keys) {
      Set<IpAddress> now = addresses(key);
      Set<IpAddress> before = entered.getOrDefault(key, Set.of());
      before.stream()
          .filter(address -> !now.contains(address))
          .forEach(address -> services.computeIfPresent(address, (_, list) -> without(list, key)));
      now.stream()
          .filter(address -> !before.contains(address))
          .forEach(address -> services.merge(address, List.of(key), ExternalAddresses::sorted));
      if (now.isEmpty()) {
        entered.remove(key);
      } else {
        entered.put(key, now);
      }
    }
  }

  private Set<IpAddress> addresses(ObjectKey key) {
    ServiceView view = state.service(key);
    Service service = view == null ? null : view.service();
    Set<IpAddress> addresses = new LinkedHashSet<>();
    if (service != null) {
      for (String host : service.externalAddresses()) {
        IpAddress address = IpAddress.parse(host);
        if (address != null) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  private static @Nullable List<ObjectKey> without(List<ObjectKey> list, ObjectKey key) {
    List<ObjectKey> rest = list.stream().filter(other -> !other.equals(key)).toList();
    return rest.isEmpty() ? null : rest;
  }

  private static List<ObjectKey> sorted(List<ObjectKey> list, List<ObjectKey> added) {
    var all = new TreeSet<>(list);
    all.addAll(added);
    return List.copyOf(all);
  }
}
