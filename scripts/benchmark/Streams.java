import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The same questions over TCP: few connections, kept open, many questions on the way on each (RFC
 * 7766 section 6.2.1.1).
 */
final class Streams {
  private static final List<String> PEERS = List.of("knot", "nsd", "unbound", "bind");

  private Streams() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    var cluster = new Cluster(Bench.SERVICES, 20, 0);
    List<Cluster.Query> mix = cluster.queries(100_000, Bench.SEED);
    var servers = new Servers(lab.folder.resolve("stream"), cluster);
    Path lines = lab.writeLines("queries", mix);
    List<Lab.Server> started = new ArrayList<>();
    int port = Measure.freePort();
    started.add(
        lab.start(
            "byname",
            "",
            servers.byname(lab.java(), lab.ownFolder("byname-tcp"), port),
            port,
            mix.getFirst()));
    for (Servers.Kind kind : servers.peers()) {
      if (PEERS.contains(kind.name())) {
        started.add(lab.start(kind, Measure.freePort(), mix.getFirst()));
      }
    }
    var dnsperf = List.of("-m", "tcp", "-c", "8", "-q", "200");
    return Turns.run(lab, started, lines, dnsperf, "knot");
  }
}
