import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A made-up cluster, the same for the same seed: as manifests for Byname, as two zone files for
 * name servers, as lines for dnsmasq; the queries that clients send, and what each is answered.
 *
 * <p>Of the services, one in twenty is headless; the others have a ClusterIP. All have one port,
 * {@code http}, 80/TCP.
 */
final class Cluster {
  static final String ZONE = "cluster.local.";
  static final String REVERSE_ZONE = "10.in-addr.arpa.";
  static final int TTL_SECONDS = 5;
  private static final int NAMESPACES = 100;
  private static final int HEADLESS_EVERY = 20;
  private static final int SERVICES_FROM = 10 << 24 | 96 << 16; // 10.96.0.0/13
  private static final int ENDPOINTS_FROM = 10 << 24 | 128 << 16; // 10.128.0.0/9

  /** A question and its right answer: the rcode's name and the data of the records, sorted. */
  record Query(String name, String type, String rcode, List<String> answers) {}

  /**
   * @param clusterIp 0 when headless
   * @param endpointsFrom the first address; the others follow it
   * @param endpoints how many, 0 for none
   */
  private record Service(
      String name, String namespace, int clusterIp, int endpointsFrom, int endpoints) {
    String fqdn() {
      return name + "." + namespace + ".svc." + ZONE;
    }
  }

  private final List<Service> services = new ArrayList<>();

  /**
   * @param headlessEndpoints of each headless service
   * @param clusterIpEndpoints of each other one; name servers do not serve those
   */
  Cluster(int services, int headlessEndpoints, int clusterIpEndpoints) {
    int endpointsFrom = ENDPOINTS_FROM;
    for (int i = 0; i < services; i++) {
      boolean headless = i % HEADLESS_EVERY == HEADLESS_EVERY - 1;
      int endpoints = headless ? headlessEndpoints : clusterIpEndpoints;
      this.services.add(
          new Service(
              "service-" + i,
              // Not i % NAMESPACES: every namespace has headless services.
              "team-" + i / HEADLESS_EVERY % NAMESPACES,
              headless ? 0 : SERVICES_FROM + 16 + i,
              endpointsFrom,
              endpoints));
      endpointsFrom += endpoints;
    }
  }

  // ---- what clients ask

  /**
   * 60 % A, 15 % AAAA without data, 5 % A of headless services, 5 % SRV, 5 % PTR, 10 % names that
   * do not exist; which services, in which order, is random.
   */
  List<Query> queries(int count, long seed) {
    var random = new Random(seed);
    List<Service> headless = services.stream().filter(s -> s.clusterIp == 0).toList();
    List<Service> clusterIp = services.stream().filter(s -> s.clusterIp != 0).toList();
    List<Query> queries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Service one = clusterIp.get(random.nextInt(clusterIp.size()));
      int kind = random.nextInt(100);
      if (kind < 60) {
        queries.add(new Query(one.fqdn(), "A", "NOERROR", List.of(dotted(one.clusterIp))));
      } else if (kind < 75) {
        queries.add(new Query(one.fqdn(), "AAAA", "NOERROR", List.of()));
      } else if (kind < 80) {
        Service other = headless.get(random.nextInt(headless.size()));
        queries.add(new Query(other.fqdn(), "A", "NOERROR", addresses(other)));
      } else if (kind < 85) {
        String answer = "0 100 80 " + one.fqdn();
        queries.add(new Query("_http._tcp." + one.fqdn(), "SRV", "NOERROR", List.of(answer)));
      } else if (kind < 90) {
        String name = reversed(one.clusterIp) + ".in-addr.arpa.";
        queries.add(new Query(name, "PTR", "NOERROR", List.of(one.fqdn())));
      } else {
        // What a search path makes of an outside name.
        String name = "host-" + random.nextInt(1_000_000) + "." + one.namespace + ".svc." + ZONE;
        queries.add(new Query(name, "A", "NXDOMAIN", List.of()));
      }
    }
    return queries;
  }

  private static List<String> addresses(Service service) {
    var addresses = new TreeSet<String>();
    for (int k = 0; k < service.endpoints; k++) {
      addresses.add(dotted(service.endpointsFrom + k));
    }
    return List.copyOf(addresses);
  }

  // ---- for Byname

  /** A file per namespace, as {@code kubectl get -o json} prints a list. */
  void writeManifests(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int n = 0; n < NAMESPACES; n++) {
      String namespace = "team-" + n;
      try (Writer out = Files.newBufferedWriter(folder.resolve(namespace + ".json"))) {
        out.write(
            "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n"
                + "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\""
                + namespace
                + "\"}}");
        for (Service service : services) {
          if (service.namespace.equals(namespace)) {
            out.write(",\n" + serviceManifest(service));
            if (service.endpoints > 0) {
              out.write(",\n" + sliceManifest(service));
            }
          }
        }
        out.write("\n]}\n");
      }
    }
  }

  /**
   * An object as it is stored and as an API server lists it.
   *
   * @param changes whether it is another one in the next generation
   */
  record Stored(String kind, String namespace, String name, boolean changes, String json) {}

  /**
   * All objects at one moment of the cluster's life.
   *
   * @param generation at odd ones, an endpoint of every tenth service is not ready
   */
  void forEachObject(int generation, Consumer<Stored> action) {
    for (int n = 0; n < NAMESPACES; n++) {
      String name = "team-" + n;
      String json =
          "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + name + "\"}}";
      action.accept(new Stored("Namespace", "", name, false, json));
    }
    for (int i = 0; i < services.size(); i++) {
      Service s = services.get(i);
      action.accept(new Stored("Service", s.namespace, s.name, false, serviceManifest(s)));
      String slice = sliceManifest(s);
      boolean changes = i % 10 == 0;
      if (changes && generation % 2 == 1) {
        slice = slice.replaceFirst("\"ready\":true", "\"ready\":false");
      }
      action.accept(new Stored("EndpointSlice", s.namespace, s.name + "-1", changes, slice));
    }
  }

  private static String serviceManifest(Service service) {
    return """
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"%s"},\
    "spec":{"clusterIP":"%s","ports":[{"name":"http","port":80,"protocol":"TCP"}]}}\
    """
        .formatted(
            service.name,
            service.namespace,
            service.clusterIp == 0 ? "None" : dotted(service.clusterIp));
  }

  private static String sliceManifest(Service service) {
    var endpoints = new StringBuilder();
    for (int k = 0; k < service.endpoints; k++) {
      endpoints
          .append(k == 0 ? "" : ",")
          .append("{\"addresses\":[\"")
          .append(dotted(service.endpointsFrom + k))
          .append("\"],\"conditions\":{\"ready\":true}}");
    }
    return """
    {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"%1$s-1",\
    "namespace":"%2$s","labels":{"kubernetes.io/service-name":"%1$s"}},"addressType":"IPv4",\
    "ports":[{"name":"http","port":80,"protocol":"TCP"}],"endpoints":[%3$s]}\
    """
        .formatted(service.name, service.namespace, endpoints);
  }

  // ---- for the others

  /** Two zone files in the order of {@link #ZONE} and {@link #REVERSE_ZONE}. */
  void writeZones(Path forward, Path reverse) throws IOException {
    try (Writer out = Files.newBufferedWriter(forward)) {
      out.write(head(ZONE));
      for (Service service : services) {
        String name = service.fqdn();
        if (service.clusterIp != 0) {
          out.write(name + " A " + dotted(service.clusterIp) + "\n");
          out.write("_http._tcp." + name + " SRV 0 100 80 " + name + "\n");
        } else {
          writeHeadless(service, out);
        }
      }
    }
    try (Writer out = Files.newBufferedWriter(reverse)) {
      out.write(head(REVERSE_ZONE));
      for (Service service : services) {
        if (service.clusterIp != 0) {
          out.write(reversed(service.clusterIp) + ".in-addr.arpa. PTR " + service.fqdn() + "\n");
        } else {
          for (int k = 0; k < service.endpoints; k++) {
            int address = service.endpointsFrom + k;
            out.write(reversed(address) + ".in-addr.arpa. PTR " + endpoint(service, k) + "\n");
          }
        }
      }
    }
  }

  private static void writeHeadless(Service service, Writer out) throws IOException {
    int weight = Math.max(1, 100 / service.endpoints);
    for (int k = 0; k < service.endpoints; k++) {
      String address = dotted(service.endpointsFrom + k);
      String endpoint = endpoint(service, k);
      out.write(service.fqdn() + " A " + address + "\n" + endpoint + " A " + address + "\n");
      out.write("_http._tcp." + service.fqdn() + " SRV 0 " + weight + " 80 " + endpoint + "\n");
    }
  }

  private static String endpoint(Service service, int k) {
    return dotted(service.endpointsFrom + k).replace('.', '-') + "." + service.fqdn();
  }

  private static String head(String zone) {
    return """
    $ORIGIN %1$s
    $TTL %2$d
    @ SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 %2$d
    @ NS ns.dns.cluster.local.
    """
            .formatted(zone, TTL_SECONDS)
        + (zone.equals(ZONE) ? "ns.dns A 127.0.0.1\n" : "");
  }

  /** Addresses as a hosts file, SRV and PTR as options: dnsmasq reads no zone files. */
  void writeDnsmasq(Path hosts, Path options) throws IOException {
    try (Writer host = Files.newBufferedWriter(hosts);
        Writer option = Files.newBufferedWriter(options)) {
      for (Service service : services) {
        String name = withoutDot(service.fqdn());
        if (service.clusterIp != 0) {
          host.write(dotted(service.clusterIp) + " " + name + "\n");
          option.write("srv-host=_http._tcp." + name + "," + name + ",80,0,100\n");
        } else {
          for (int k = 0; k < service.endpoints; k++) {
            host.write(dotted(service.endpointsFrom + k) + " " + name + "\n");
          }
        }
      }
    }
  }

  // ---- addresses

  static String withoutDot(String name) {
    return name.substring(0, name.length() - 1);
  }

  private static String dotted(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  private static String reversed(int address) {
    return dotted(Integer.reverseBytes(address));
  }
}
