package dev.byname.source.snapshot;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Objects of all kinds with every field filled in every way, by seed. */
final class RandomObjects {
  private final Random random;

  RandomObjects(long seed) {
    random = new Random(seed);
  }

  List<ClusterObject> list(int count) {
    return several(count, this::object);
  }

  private ClusterObject object() {
    return switch (random.nextInt(6)) {
      case 0 ->
          new Service(
              key(),
              anyOf(Service.Type.values()),
              several(random.nextInt(3), this::address),
              random.nextBoolean(),
              several(random.nextInt(4), this::port),
              random.nextBoolean() ? "" : "example.org",
              several(random.nextInt(3), () -> address().toString()),
              random.nextBoolean(),
              random.nextBoolean());
      case 1 ->
          new ServiceImport(
              key(),
              several(random.nextInt(3), this::address),
              random.nextBoolean(),
              several(random.nextInt(3), this::port));
      case 2 -> slice(EndpointSlice.builder(key(), name()).clusterId(maybe("cluster")));
      case 3 -> slice(EndpointSlice.endpointsBuilder(key(), name()));
      case 4 -> {
        var labels = new HashMap<String, String>();
        for (int i = random.nextInt(4); i > 0; i--) {
          labels.put(name(), random.nextBoolean() ? "" : name());
        }
        yield new Namespace(name(), labels);
      }
      default -> new Pod(key(), several(1 + random.nextInt(2), this::address));
    };
  }

  private EndpointSlice slice(EndpointSlice.Builder slice) {
    for (int i = random.nextInt(3); i > 0; i--) {
      slice.port(port());
    }
    for (int i = random.nextInt(40); i > 0; i--) {
      slice.endpoint(
          address(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          maybe("host"),
          maybe("pod"),
          maybe("zone"),
          maybe("node"));
    }
    return slice.build();
  }

  private ObjectKey key() {
    return new ObjectKey("ns" + random.nextInt(3), name());
  }

  private String name() {
    return "n\u00e4me-" + Integer.toString(random.nextInt(1000), 36);
  }

  private String maybe(String what) {
    return random.nextInt(3) == 0 ? null : what + random.nextInt(20);
  }

  private IpAddress address() {
    return random.nextBoolean()
        ? IpAddress.v4(random.nextInt())
        : IpAddress.v6(random.nextLong(), random.nextLong());
  }

  private Port port() {
    return random.nextInt(5) == 0
        ? Port.ABSENT
        : new Port(
            random.nextBoolean() ? "" : "http",
            anyOf(Protocol.values()),
            1 + random.nextInt(65535));
  }

  private <T> T anyOf(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static <T> List<T> several(int count, Supplier<T> make) {
    var list = new ArrayList<T>();
    for (int i = 0; i < count; i++) {
      list.add(make.get());
    }
    return list;
  }
}
