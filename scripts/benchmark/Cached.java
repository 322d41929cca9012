import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Names that are forwarded and stay in the cache: {@value #NAMES} of them, served by an upstream
 * that is asked for each once.
 */
final class Cached {
  private static final int NAMES = 1_000;

  private Cached() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    List<Cluster.Query> questions = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      questions.add(new Cluster.Query("host-" + i + ".example.com.", "A", "NOERROR", List.of()));
    }
    var servers = new Servers("example.com", zone(lab.folder.resolve("example.zone")));
    var upstream = new Servers.Task(Measure.freePort());
    if (lab.start(servers.peers("nsd").getFirst(), upstream, questions.getFirst()) == null) {
      Bench.say("cache: left out, it needs nsd to be the upstream");
      return null;
    }
    List<Lab.Server> started = new ArrayList<>();
    Cluster.Query first = questions.getFirst();
    started.add(lab.startByname(servers, "byname", forwarding(upstream), first));
    for (Servers.Kind kind : servers.peers("unbound", "dnsmasq")) {
      started.add(lab.start(kind, forwarding(upstream), first));
    }
    var dnsperf = List.of("-c", "8", "-q", "100");
    return Turns.run(lab, started, lab.writeLines("cached", questions), dnsperf, "unbound");
  }

  private static Servers.Task forwarding(Servers.Task upstream) throws IOException {
    return new Servers.Task(Measure.freePort(), 1, null, upstream.port());
  }

  private static Path zone(Path file) throws IOException {
    var zone = new StringBuilder("$TTL 86400\n@ SOA ns hostmaster 1 7200 1800 86400 60\n@ NS ns\n");
    zone.append("ns A 127.0.0.1\n");
    for (int i = 0; i < NAMES; i++) {
      zone.append("host-%d A 192.0.2.%d\n".formatted(i, i % 250 + 1));
    }
    return Files.writeString(file, zone);
  }
}
