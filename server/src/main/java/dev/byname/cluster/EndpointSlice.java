package dev.byname.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A discovery.k8s.io/v1 EndpointSlice (or a core/v1 Endpoints object in the same shape), packed: a
 * cluster has ten times more endpoints than services, so an endpoint costs its address, a byte of
 * conditions, and references only for what it really has.
 *
 * <p>An endpoint with several addresses is kept as several endpoints, in the order of the slice.
 */
public final class EndpointSlice implements ClusterObject {
  private static final byte READY = 1;
  private static final byte SERVING = 2;
  private static final byte TERMINATING = 4;
  private static final byte V6 = 8;

  private final ObjectKey key;
  private final Kind kind;
  private final String serviceName;
  private final @Nullable String clusterId;
  private final List<Port> ports;

  /** 4 bytes an address where all are IPv4, else 16 bytes each. */
  private final byte[] addresses;

  private final byte[] conditions;
  private final @Nullable String @Nullable [] hostnames;
  private final @Nullable String @Nullable [] podNames;
  private final @Nullable String @Nullable [] zones;
  private final @Nullable String @Nullable [] nodeNames;

  private EndpointSlice(Builder builder) {
    key = builder.key;
    kind = builder.kind;
    serviceName = builder.serviceName;
    clusterId = builder.clusterId;
    ports = builder.ports;
    int count = builder.addresses.size();
    boolean wide = builder.addresses.stream().anyMatch(IpAddress::v6);
    addresses = new byte[count * (wide ? 16 : 4)];
    conditions = Arrays.copyOf(builder.conditions, count);
    for (int i = 0; i < count; i++) {
      builder.addresses.get(i).writeTo(addresses, i * (wide ? 16 : 4));
    }
    hostnames = compact(builder.hostnames);
    podNames = compact(builder.podNames);
    zones = compact(builder.zones);
    nodeNames = compact(builder.nodeNames);
  }

  private static @Nullable String @Nullable [] compact(List<@Nullable String> values) {
    return values.stream().allMatch(Objects::isNull)
        ? null
        : values.toArray(new @Nullable String[0]);
  }

  @Override
  public ObjectKey key() {
    return key;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  /**
   * The service this slice belongs to: the label {@code kubernetes.io/service-name}; empty when it
   * has none.
   */
  public String serviceName() {
    return serviceName;
  }

  /**
   * The cluster of a slice that the Multi-Cluster Services API imported ({@code
   * multicluster.kubernetes.io/source-cluster}); null for a slice of this cluster.
   */
  public @Nullable String clusterId() {
    return clusterId;
  }

  /** Empty when the slice declares none. */
  public List<Port> ports() {
    return ports;
  }

  public int size() {
    return conditions.length;
  }

  public IpAddress address(int index) {
    int width = addresses.length / conditions.length;
    boolean v6 = (conditions[index] & V6) != 0;
    int at = index * width;
    return v6
        ? IpAddress.v6(
            IpAddress.readBits(addresses, at, 8), IpAddress.readBits(addresses, at + 8, 8))
        : IpAddress.v4((int) IpAddress.readBits(addresses, at, 4));
  }

  /** Whether the address at {@code index} is this one; allocates nothing. */
  public boolean addressIs(int index, boolean v6, long high, long low) {
    if (((conditions[index] & V6) != 0) != v6) {
      return false;
    }
    int width = addresses.length / conditions.length;
    int at = index * width;
    return v6
        ? IpAddress.readBits(addresses, at, 8) == high
            && IpAddress.readBits(addresses, at + 8, 8) == low
        : IpAddress.readBits(addresses, at, 4) == low;
  }

  /** The Ready condition; unknown counts as ready (EndpointSlice API). */
  public boolean ready(int index) {
    return (conditions[index] & READY) != 0;
  }

  public boolean serving(int index) {
    return (conditions[index] & SERVING) != 0;
  }

  public boolean terminating(int index) {
    return (conditions[index] & TERMINATING) != 0;
  }

  public @Nullable String hostname(int index) {
    return hostnames == null ? null : hostnames[index];
  }

  /** The name of the pod that {@code targetRef} points to, if its kind is Pod. */
  public @Nullable String podName(int index) {
    return podNames == null ? null : podNames[index];
  }

  /** The topology zone, as written. */
  public @Nullable String topologyZone(int index) {
    return zones == null ? null : zones[index];
  }

  public @Nullable String nodeName(int index) {
    return nodeNames == null ? null : nodeNames[index];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EndpointSlice that
        && key.equals(that.key)
        && kind == that.kind
        && serviceName.equals(that.serviceName)
        && Objects.equals(clusterId, that.clusterId)
        && ports.equals(that.ports)
        && Arrays.equals(addresses, that.addresses)
        && Arrays.equals(conditions, that.conditions)
        && Arrays.equals(hostnames, that.hostnames)
        && Arrays.equals(podNames, that.podNames)
        && Arrays.equals(zones, that.zones)
        && Arrays.equals(nodeNames, that.nodeNames);
  }

  @Override
  public int hashCode() {
    return 31 * key.hashCode() + Arrays.hashCode(addresses);
  }

  @Override
  public String toString() {
    return "EndpointSlice["
        + key
        + " of "
        + serviceName
        + ", "
        + size()
        + " endpoints, "
        + ports
        + "]";
  }

  public static Builder builder(ObjectKey key, String serviceName) {
    return new Builder(key, Kind.ENDPOINT_SLICE, serviceName);
  }

  /**
   * For a core/v1 Endpoints subset; several subsets of one object need different {@code key} names.
   */
  public static Builder endpointsBuilder(ObjectKey key, String serviceName) {
    return new Builder(key, Kind.ENDPOINTS, serviceName);
  }

  /** Collects endpoints one by one, as a decoder meets them. */
  public static final class Builder {
    private final ObjectKey key;
    private final Kind kind;
    private final String serviceName;
    private @Nullable String clusterId;
    private List<Port> ports = List.of();
    private final List<IpAddress> addresses = new ArrayList<>();
    private final List<@Nullable String> hostnames = new ArrayList<>();
    private final List<@Nullable String> podNames = new ArrayList<>();
    private final List<@Nullable String> zones = new ArrayList<>();
    private final List<@Nullable String> nodeNames = new ArrayList<>();
    private byte[] conditions = new byte[16];

    private Builder(ObjectKey key, Kind kind, String serviceName) {
      this.key = key;
      this.kind = kind;
      this.serviceName = serviceName;
    }

    public Builder clusterId(@Nullable String value) {
      clusterId = value;
      return this;
    }

    public Builder port(Port port) {
      var more = new ArrayList<>(ports);
      more.add(port);
      return ports(more);
    }

    /** All ports at once; an unmodifiable list is kept as it is, so that slices can share one. */
    public Builder ports(List<Port> value) {
      ports = List.copyOf(value);
      return this;
    }

    /** An endpoint that is ready and has nothing but its address. */
    public Builder endpoint(IpAddress address) {
      return endpoint(address, true, true, false, null, null, null, null);
    }

    public Builder endpoint(
        IpAddress address,
        boolean ready,
        boolean serving,
        boolean terminating,
        @Nullable String hostname,
        @Nullable String podName,
        @Nullable String topologyZone,
        @Nullable String nodeName) {
      int index = addresses.size();
      if (index == conditions.length) {
        conditions = Arrays.copyOf(conditions, index * 2);
      }
      conditions[index] =
          (byte)
              ((ready ? READY : 0)
                  | (serving ? SERVING : 0)
                  | (terminating ? TERMINATING : 0)
                  | (address.v6() ? V6 : 0));
      addresses.add(address);
      hostnames.add(hostname == null || hostname.isEmpty() ? null : hostname);
      podNames.add(podName);
      zones.add(topologyZone);
      nodeNames.add(nodeName);
      return this;
    }

    public EndpointSlice build() {
      return new EndpointSlice(this);
    }
  }
}
