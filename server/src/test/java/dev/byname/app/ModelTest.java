package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.rdata.ResourceRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random changes to a small cluster. After each, every name is asked, and the answer compared with
 * a naive model that keeps plain objects and computes everything from scratch.
 */
class ModelTest {
  private static final int STEPS = 1_500;
  private static final List<String> NAMESPACES = List.of("a", "b");
  private static final List<String> NAMES = List.of("x", "y", "z");

  @TempDir Path folder;

  private final Map<ObjectKey, Service> services = new HashMap<>();
  private final Map<ObjectKey, EndpointSlice> slices = new HashMap<>();

  @Test
  void answersEqualTheNaiveModelAfterEveryChange() throws IOException {
    long seed = Long.getLong("byname.seed", System.nanoTime());
    var random = new Random(seed);
    try (var cluster =
        TestCluster.of(".:53 {\n  kubernetes cluster.local in-addr.arpa\n}\n", folder)) {
      for (int step = 0; step < STEPS; step++) {
        change(cluster, random);
        String where = "seed " + seed + ", step " + step;
        for (String namespace : NAMESPACES) {
          for (String name : NAMES) {
            checkService(cluster, new ObjectKey(namespace, name), where);
          }
        }
        for (int host = 1; host <= 6; host++) {
          checkReverse(cluster, "10.0.0." + host, where);
          checkReverse(cluster, "10.1.0." + host, where);
        }
      }
    }
  }

  private void change(TestCluster cluster, Random random) {
    var key = new ObjectKey(pick(NAMESPACES, random), pick(NAMES, random));
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        Service service = randomService(key, random);
        services.put(key, service);
        cluster.put(service);
      }
      case 2 -> removeIfThere(cluster, services.remove(key));
      case 3 -> {
        var sliceKey = new ObjectKey(key.namespace(), "slice-" + random.nextInt(4));
        EndpointSlice slice = randomSlice(sliceKey, key.name(), random);
        slices.put(sliceKey, slice);
        cluster.put(slice);
      }
      default ->
          removeIfThere(
              cluster, slices.remove(new ObjectKey(key.namespace(), "slice-" + random.nextInt(4))));
    }
  }

  private static void removeIfThere(TestCluster cluster, ClusterObject object) {
    if (object != null) {
      cluster.remove(object);
    }
  }

  private static Service randomService(ObjectKey key, Random random) {
    boolean headless = random.nextBoolean();
    return new Service(
        key,
        Service.Type.CLUSTER_IP,
        headless ? List.of() : List.of(IpAddress.v4(0x0a000001 + random.nextInt(6))),
        headless,
        List.of(new Port("http", Protocol.TCP, 80)),
        "",
        List.of(),
        random.nextInt(4) == 0,
        true);
  }

  private static EndpointSlice randomSlice(ObjectKey key, String service, Random random) {
    var slice = EndpointSlice.builder(key, service).port(new Port("http", Protocol.TCP, 8080));
    for (int i = random.nextInt(4); i > 0; i--) {
      boolean ready = random.nextInt(3) > 0;
      String hostname = random.nextInt(3) == 0 ? "host-" + random.nextInt(2) : null;
      slice.endpoint(
          IpAddress.v4(0x0a010001 + random.nextInt(6)),
          ready,
          ready,
          false,
          hostname,
          null,
          null,
          null);
    }
    return slice.build();
  }

  // ---- the naive model

  private record Endpoint(String label, String address) {}

  private List<Endpoint> published(ObjectKey key) {
    List<Endpoint> endpoints = new ArrayList<>();
    Service service = services.get(key);
    for (EndpointSlice slice : slices.values()) {
      if (slice.key().namespace().equals(key.namespace())
          && slice.serviceName().equals(key.name())) {
        for (int i = 0; i < slice.size(); i++) {
          if (slice.ready(i) || (service != null && service.publishNotReadyAddresses())) {
            String address = slice.address(i).toString();
            String hostname = slice.hostname(i);
            endpoints.add(
                new Endpoint(hostname == null ? address.replace('.', '-') : hostname, address));
          }
        }
      }
    }
    return endpoints;
  }

  private void checkService(TestCluster cluster, ObjectKey key, String where) {
    String name = key.name() + "." + key.namespace() + ".svc.cluster.local.";
    Service service = services.get(key);
    List<Endpoint> endpoints = published(key);
    Set<String> addresses = new TreeSet<>();
    Set<String> targets = new TreeSet<>();
    if (service != null && service.headless()) {
      endpoints.forEach(e -> addresses.add(e.address));
      int weight = endpoints.isEmpty() ? 0 : Math.max(1, 100 / endpoints.size());
      endpoints.forEach(e -> targets.add("0 " + weight + " 8080 " + e.label + "." + name));
    } else if (service != null) {
      service.clusterIps().forEach(a -> addresses.add(a.toString()));
      targets.add("0 100 80 " + name);
    }
    assertThat(data(cluster, name + " A")).as("%s: %s A", where, name).isEqualTo(addresses);
    String port = "_http._tcp." + name;
    assertThat(data(cluster, port + " SRV")).as("%s: %s SRV", where, port).isEqualTo(targets);
    String expected = addresses.isEmpty() ? "NXDOMAIN" : "NOERROR";
    assertThat(cluster.ask(name + " AAAA").toString())
        .as("%s: %s", where, name)
        .startsWith(expected);
    for (Endpoint endpoint : endpoints) {
      Set<String> own =
          service == null
              ? Set.of()
              : endpoints.stream()
                  .filter(e -> e.label.equals(endpoint.label))
                  .map(Endpoint::address)
                  .collect(Collectors.toCollection(TreeSet::new));
      assertThat(data(cluster, endpoint.label + "." + name + " A"))
          .as("%s: %s.%s", where, endpoint.label, name)
          .isEqualTo(own);
    }
  }

  private void checkReverse(TestCluster cluster, String address, String where) {
    Set<String> names = new TreeSet<>();
    List<ObjectKey> holders =
        services.values().stream()
            .filter(s -> s.clusterIps().stream().anyMatch(a -> a.toString().equals(address)))
            .map(Service::key)
            .sorted()
            .toList();
    if (!holders.isEmpty()) {
      names.add(
          holders.getFirst().name() + "." + holders.getFirst().namespace() + ".svc.cluster.local.");
    } else {
      for (String namespace : NAMESPACES) {
        for (String name : NAMES) {
          published(new ObjectKey(namespace, name)).stream()
              .filter(e -> e.address.equals(address))
              .forEach(
                  e -> names.add(e.label + "." + name + "." + namespace + ".svc.cluster.local."));
        }
      }
    }
    String[] octets = address.split("\\.");
    String reverse =
        octets[3] + "." + octets[2] + "." + octets[1] + "." + octets[0] + ".in-addr.arpa.";
    assertThat(data(cluster, reverse + " PTR")).as("%s: %s", where, reverse).isEqualTo(names);
  }

  private static Set<String> data(TestCluster cluster, String question) {
    return cluster.ask(question + " +tcp").answer().stream()
        .map(ResourceRecord::data)
        .map(Object::toString)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static <T> T pick(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
