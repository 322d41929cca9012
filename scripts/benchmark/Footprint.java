import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a picture of the cluster costs: memory per service and per endpoint, and the process with
 * 10,000 services and 100,000 endpoints beside what CoreDNS's documentation says such a cluster
 * needs.
 */
final class Footprint {
  private Footprint() {}

  /**
   * CoreDNS, "Scaling CoreDNS in Kubernetes Clusters": (pods + services) / 1000 + 54 MB in its
   * default setup.
   */
  private static double coreDnsMegabytes(int services, int endpoints) {
    return (services + endpoints) / 1000.0 + 54;
  }

  static Object run(Lab lab) throws IOException, InterruptedException {
    Map<String, Object> result = new LinkedHashMap<>();
    // Headless services have as many endpoints as the others here: so all cost the same.
    long small = live(lab, "1000 services, 1 endpoint each", new Cluster(1_000, 1, 1));
    long services = live(lab, "10,000 services, 1 endpoint each", new Cluster(10_000, 1, 1));
    var largest = new Cluster(10_000, 10, 10);
    Lab.Server server = start(lab, "10,000 services, 10 endpoints each", largest);
    if (server == null) {
      return null;
    }
    long endpoints = liveBytes(server);
    double perEndpoint = (endpoints - services) / 90_000.0;
    result.put("bytesPerEndpoint", Math.round(perEndpoint));
    result.put("bytesPerService", Math.round((services - small) / 9_000.0 - perEndpoint));
    exercise(lab, server, largest);
    result.put("residentMib", Bench.rounded(Measure.memoryMib(server.process())));
    result.put("coreDnsMb", coreDnsMegabytes(10_000, 100_000));
    result.forEach((name, value) -> System.out.printf("%-34s %s%n", name, value));
    lab.stop(server.process());
    return result;
  }

  private static long live(Lab lab, String what, Cluster cluster)
      throws IOException, InterruptedException {
    Lab.Server server = start(lab, what, cluster);
    if (server == null) {
      return 0;
    }
    long bytes = liveBytes(server);
    lab.stop(server.process());
    return bytes;
  }

  private static Lab.Server start(Lab lab, String what, Cluster cluster)
      throws IOException, InterruptedException {
    Bench.say(what);
    var servers = new Servers(lab.folder.resolve("footprint"), cluster);
    return lab.startByname(
        servers,
        "byname",
        new Servers.Task(Measure.freePort()),
        cluster.queries(1, Bench.SEED).getFirst());
  }

  /** What is left after a full collection, without the gaps that it leaves between objects. */
  private static long liveBytes(Lab.Server server) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                "" + server.process().pid(),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String output = new String(jcmd.getInputStream().readAllBytes());
    jcmd.waitFor();
    return bytes(output, "Total ") - bytes(output, "jdk.internal.vm.Filler");
  }

  /** Of the lines that have the text. */
  private static long bytes(String histogram, String text) {
    return histogram
        .lines()
        .filter(line -> line.contains(text))
        .mapToLong(line -> Long.parseLong(line.strip().split(" +")[2]))
        .sum();
  }

  /** Queries at full speed, so that what is compiled and cached is there. */
  private static void exercise(Lab lab, Lab.Server server, Cluster cluster)
      throws IOException, InterruptedException {
    Path load = lab.loadProgram();
    if (load != null) {
      Path messages = lab.writeMessages("messages", cluster.queries(100_000, Bench.SEED));
      Measure.load(server.process(), server.port(), load, messages, 6, 0);
    }
  }
}
