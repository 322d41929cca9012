package dev.byname.cluster;

import dev.byname.cluster.ClusterObject.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of the cluster. One thread writes ({@link #apply}); any number read without
 * waiting, each read of a service giving one immutable {@link ServiceView}.
 *
 * <p>The work of a change is proportional to the service it touches, never to the cluster: {@link
 * #viewsBuilt} counts it for the test that holds us to that. Putting an object equal to the one
 * already held is no change.
 */
public final class ClusterState {
  /** What a source says happened. */
  public sealed interface Change {
    record Put(ClusterObject object) implements Change {}

    record Remove(Kind kind, ObjectKey key) implements Change {}

    /**
     * What an earlier process knew last has been put, whole: right at some time, perhaps no more.
     */
    record Restored() implements Change {}

    /** The source has delivered its first complete list. */
    record Synced() implements Change {}

    /** Something to be done between two changes, such as a new listener's first look. */
    record Call(Runnable action) implements Change {}
  }

  /** How far what is known can be relied upon; only ever goes forward. */
  public enum Standing {
    /** The first list is on its way: what is missing may exist, and what is there lacks parts. */
    PARTIAL,
    /** Whole, but from a snapshot that no source has confirmed yet. */
    RESTORED,
    /** A source has delivered all it has. */
    SYNCED
  }

  private final LongSupplier epochSeconds;
  private final List<ClusterListener> listeners = new CopyOnWriteArrayList<>();

  // What readers see.
  private final Map<ObjectKey, ServiceView> services = new ConcurrentHashMap<>();
  private final Map<ObjectKey, ServiceImportView> imports = new ConcurrentHashMap<>();
  private final Map<String, Namespace> namespaces = new ConcurrentHashMap<>();
  private final Map<String, Integer> servicesByNamespace = new ConcurrentHashMap<>();
  private final Map<ObjectKey, Pod> pods = new ConcurrentHashMap<>();
  private final Map<IpAddress, List<Pod>> podsByAddress = new ConcurrentHashMap<>();

  // What the views are built from; concurrent only because a relist reads their keys from another
  // thread.
  private final Map<ObjectKey, Service> serviceObjects = new ConcurrentHashMap<>();
  private final Map<ObjectKey, ServiceImport> importObjects = new ConcurrentHashMap<>();
  private final Map<ObjectKey, EndpointSlice> endpointSlices = new ConcurrentHashMap<>();
  private final Map<ObjectKey, EndpointSlice> endpointsObjects = new ConcurrentHashMap<>();

  // Writer only: the slices of each service sorted by name; the lists are shared with the views.
  private final Map<ObjectKey, List<EndpointSlice>> slicesByService = new HashMap<>();
  private final Map<ObjectKey, List<EndpointSlice>> endpointsByService = new HashMap<>();
  private final Map<ObjectKey, List<EndpointSlice>> slicesByImport = new HashMap<>();

  private final LongAdder viewsBuilt = new LongAdder();
  private volatile Standing standing = Standing.PARTIAL;
  private volatile long modifiedEpochSeconds;

  /**
   * @param epochSeconds the wall clock; its value at the last change is the zones' serial
   */
  public ClusterState(LongSupplier epochSeconds) {
    this.epochSeconds = epochSeconds;
    modifiedEpochSeconds = epochSeconds.getAsLong();
  }

  /** Applies a batch in order and tells the listeners once. Called by one thread only. */
  public void apply(Collection<Change> changes) {
    var touched = new Touched();
    for (Change change : changes) {
      switch (change) {
        case Change.Put(ClusterObject object) -> put(object, touched);
        case Change.Remove(Kind kind, ObjectKey key) -> remove(kind, key, touched);
        case Change.Restored() -> touched.restored = true;
        case Change.Synced() -> touched.becameSynced |= !synced();
        case Change.Call(Runnable action) -> action.run();
      }
    }
    touched.services.forEach(this::rebuildService);
    touched.imports.forEach(this::rebuildImport);
    if (touched.becameSynced) {
      standing = Standing.SYNCED;
    } else if (touched.restored && !synced()) {
      standing = Standing.RESTORED;
    }
    if (touched.any()) {
      // A serial must never go back (RFC 1982), even when the wall clock does.
      modifiedEpochSeconds = Math.max(modifiedEpochSeconds, epochSeconds.getAsLong());
      var change =
          new ClusterChange(
              Collections.unmodifiableSet(touched.services),
              Collections.unmodifiableSet(touched.imports),
              Collections.unmodifiableSet(touched.namespaces),
              Collections.unmodifiableSet(touched.pods),
              synced());
      listeners.forEach(listener -> listener.onChange(change));
    }
  }

  /**
   * Adds a listener; it sees every later change. Call on the writing thread, or before the source
   * starts.
   */
  public void addListener(ClusterListener listener) {
    listeners.add(listener);
  }

  public void removeListener(ClusterListener listener) {
    listeners.remove(listener);
  }

  public @Nullable ServiceView service(ObjectKey key) {
    return services.get(key);
  }

  /** A live view: iterating it while the cluster changes shows each service once, old or new. */
  public Collection<ServiceView> services() {
    return Collections.unmodifiableCollection(services.values());
  }

  public @Nullable ServiceImportView serviceImport(ObjectKey key) {
    return imports.get(key);
  }

  public Collection<ServiceImportView> serviceImports() {
    return Collections.unmodifiableCollection(imports.values());
  }

  /** The Namespace object, if one was seen; see {@link #namespaceExists}. */
  public @Nullable Namespace namespace(String name) {
    return namespaces.get(name);
  }

  /**
   * True for a declared namespace and for one that holds a Service: manifests need not declare it.
   */
  public boolean namespaceExists(String name) {
    return namespaces.containsKey(name) || servicesByNamespace.containsKey(name);
  }

  public Set<String> namespaceNames() {
    var names = new HashSet<>(namespaces.keySet());
    names.addAll(servicesByNamespace.keySet());
    return names;
  }

  /** The pods that hold the address; several on the host network, otherwise at most one. */
  public List<Pod> podsAt(IpAddress address) {
    return podsByAddress.getOrDefault(address, List.of());
  }

  public @Nullable Pod pod(ObjectKey key) {
    return pods.get(key);
  }

  public Collection<Pod> pods() {
    return Collections.unmodifiableCollection(pods.values());
  }

  /** The keys held of a kind, as a copy: what a relist compares itself with. */
  public Set<ObjectKey> keys(Kind kind) {
    return switch (kind) {
      case SERVICE -> new HashSet<>(serviceObjects.keySet());
      case SERVICE_IMPORT -> new HashSet<>(importObjects.keySet());
      case ENDPOINT_SLICE, ENDPOINTS -> new HashSet<>(slicesOf(kind).keySet());
      case NAMESPACE -> {
        var keys = new HashSet<ObjectKey>();
        namespaces.keySet().forEach(name -> keys.add(new ObjectKey("", name)));
        yield keys;
      }
      case POD -> new HashSet<>(pods.keySet());
    };
  }

  /** How many objects of a kind are held. */
  public int count(Kind kind) {
    return switch (kind) {
      case SERVICE -> serviceObjects.size();
      case SERVICE_IMPORT -> importObjects.size();
      case ENDPOINT_SLICE, ENDPOINTS -> slicesOf(kind).size();
      case NAMESPACE -> namespaces.size();
      case POD -> pods.size();
    };
  }

  /** The object held under a key, if any. */
  public @Nullable ClusterObject object(Kind kind, ObjectKey key) {
    return switch (kind) {
      case SERVICE -> serviceObjects.get(key);
      case SERVICE_IMPORT -> importObjects.get(key);
      case ENDPOINT_SLICE, ENDPOINTS -> slicesOf(kind).get(key);
      case NAMESPACE -> namespaces.get(key.name());
      case POD -> pods.get(key);
    };
  }

  /** Whether the first complete list has been applied; until then a missing name means nothing. */
  public boolean synced() {
    return standing == Standing.SYNCED;
  }

  /** One volatile read. */
  public Standing standing() {
    return standing;
  }

  /**
   * When the picture last changed, in seconds since 1970: the serial of its zones. Never goes back.
   */
  public long modifiedEpochSeconds() {
    return modifiedEpochSeconds;
  }

  /** How many views have been built since the start: the unit of work that a change costs. */
  public long viewsBuilt() {
    return viewsBuilt.sum();
  }

  private void put(ClusterObject object, Touched touched) {
    ClusterObject before = object(object.kind(), object.key());
    if (object.equals(before)) {
      return; // what is held stays, so that the views and this picture share it
    }
    switch (object) {
      case Service service -> {
        serviceObjects.put(service.key(), service);
        touched.services.add(service.key());
        if (before == null) {
          countService(service.key().namespace(), 1, touched);
        }
      }
      case ServiceImport service -> {
        importObjects.put(service.key(), service);
        touched.imports.add(service.key());
      }
      case EndpointSlice slice -> {
        slicesOf(slice.kind()).put(slice.key(), slice);
        if (before instanceof EndpointSlice old) {
          unlink(old, touched);
        }
        link(slice, touched);
      }
      case Namespace namespace -> {
        namespaces.put(namespace.name(), namespace);
        touched.namespaces.add(namespace.name());
      }
      case Pod pod -> {
        pods.put(pod.key(), pod);
        if (before instanceof Pod old) {
          unlinkPod(old);
        }
        for (IpAddress address : pod.addresses()) {
          podsByAddress.merge(address, List.of(pod), ClusterState::concat);
        }
        touched.pods.add(pod.key());
      }
    }
  }

  private void remove(Kind kind, ObjectKey key, Touched touched) {
    switch (kind) {
      case SERVICE -> {
        if (serviceObjects.remove(key) != null) {
          touched.services.add(key);
          countService(key.namespace(), -1, touched);
        }
      }
      case SERVICE_IMPORT -> {
        if (importObjects.remove(key) != null) {
          touched.imports.add(key);
        }
      }
      case ENDPOINT_SLICE, ENDPOINTS -> {
        EndpointSlice before = slicesOf(kind).remove(key);
        if (before != null) {
          unlink(before, touched);
        }
      }
      case NAMESPACE -> {
        if (namespaces.remove(key.name()) != null) {
          touched.namespaces.add(key.name());
        }
      }
      case POD -> {
        Pod before = pods.remove(key);
        if (before != null) {
          unlinkPod(before);
          touched.pods.add(key);
        }
      }
    }
  }

  private void countService(String namespace, int delta, Touched touched) {
    Integer count =
        servicesByNamespace.merge(namespace, delta, (a, b) -> a + b == 0 ? null : a + b);
    if (count == null || (delta > 0 && count == 1)) {
      touched.namespaces.add(namespace);
    }
  }

  private void link(EndpointSlice slice, Touched touched) {
    if (slice.serviceName().isEmpty()) {
      return; // belongs to no service, so no name leads to it
    }
    var owner = new ObjectKey(slice.key().namespace(), slice.serviceName());
    linked(slice).merge(owner, List.of(slice), ClusterState::sortedByName);
    (slice.clusterId() == null ? touched.services : touched.imports).add(owner);
  }

  private void unlink(EndpointSlice slice, Touched touched) {
    var owner = new ObjectKey(slice.key().namespace(), slice.serviceName());
    linked(slice)
        .computeIfPresent(
            owner,
            (key, list) -> {
              List<EndpointSlice> rest =
                  list.stream().filter(other -> !other.key().equals(slice.key())).toList();
              return rest.isEmpty() ? null : rest;
            });
    (slice.clusterId() == null ? touched.services : touched.imports).add(owner);
  }

  private Map<ObjectKey, List<EndpointSlice>> linked(EndpointSlice slice) {
    return slice.clusterId() == null ? linkedSlicesOf(slice.kind()) : slicesByImport;
  }

  private void unlinkPod(Pod pod) {
    for (IpAddress address : pod.addresses()) {
      podsByAddress.computeIfPresent(
          address,
          (key, list) -> {
            List<Pod> rest = list.stream().filter(other -> !other.key().equals(pod.key())).toList();
            return rest.isEmpty() ? null : rest;
          });
    }
  }

  private void rebuildService(ObjectKey key) {
    Service service = serviceObjects.get(key);
    List<EndpointSlice> endpoints = linkedSlicesOf(Kind.ENDPOINT_SLICE).get(key);
    if (endpoints == null) {
      // The API server mirrors Endpoints into slices; where both are seen, counting both would be
      // counting twice.
      endpoints = linkedSlicesOf(Kind.ENDPOINTS).getOrDefault(key, List.of());
    }
    viewsBuilt.increment();
    if (service == null && endpoints.isEmpty()) {
      services.remove(key);
    } else {
      services.put(key, new ServiceView(key, service, endpoints));
    }
  }

  private void rebuildImport(ObjectKey key) {
    ServiceImport service = importObjects.get(key);
    List<EndpointSlice> endpoints = slicesByImport.getOrDefault(key, List.of());
    viewsBuilt.increment();
    if (service == null && endpoints.isEmpty()) {
      imports.remove(key);
    } else {
      imports.put(key, new ServiceImportView(key, service, endpoints));
    }
  }

  private Map<ObjectKey, EndpointSlice> slicesOf(Kind kind) {
    return kind == Kind.ENDPOINTS ? endpointsObjects : endpointSlices;
  }

  private Map<ObjectKey, List<EndpointSlice>> linkedSlicesOf(Kind kind) {
    return kind == Kind.ENDPOINTS ? endpointsByService : slicesByService;
  }

  private static List<EndpointSlice> sortedByName(
      List<EndpointSlice> list, List<EndpointSlice> added) {
    var sorted = new ArrayList<>(list);
    sorted.addAll(added);
    sorted.sort((one, other) -> one.key().compareTo(other.key()));
    return List.copyOf(sorted);
  }

  private static <T> List<T> concat(List<T> list, List<T> added) {
    var all = new ArrayList<>(list);
    all.addAll(added);
    return List.copyOf(all);
  }

  private static final class Touched {
    final Set<ObjectKey> services = new LinkedHashSet<>();
    final Set<ObjectKey> imports = new LinkedHashSet<>();
    final Set<String> namespaces = new LinkedHashSet<>();
    final Set<ObjectKey> pods = new LinkedHashSet<>();
    boolean restored;
    boolean becameSynced;

    boolean any() {
      return becameSynced
          || !services.isEmpty()
          || !imports.isEmpty()
          || !namespaces.isEmpty()
          || !pods.isEmpty();
    }
  }
}
