import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Names that are forwarded and stay in the cache: {@value #NAMES} of them, served by an upstream
 * that is asked for each once.
 */
final class Cached {
  private static final int NAMES = 1_000;

  private interface Forwarding {
    List<String> command(String program, Path own, int port, int upstream) throws IOException;
  }

  private Cached() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    Path nsd = Servers.find("nsd");
    if (nsd == null) {
      Bench.say("cache: left out, no nsd on the PATH to be the upstream");
      return null;
    }
    List<Cluster.Query> questions = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      questions.add(new Cluster.Query("host-" + i + ".example.com.", "A", "NOERROR", List.of()));
    }
    int upstream = Measure.freePort();
    lab.start(
        "upstream",
        "",
        upstream(nsd, lab.ownFolder("upstream"), upstream),
        upstream,
        questions.getFirst());
    List<Lab.Server> started = new ArrayList<>();
    int port = Measure.freePort();
    List<String> byname =
        Servers.bynameForwarding(lab.java(), lab.ownFolder("byname-cache"), port, upstream);
    started.add(lab.start("byname", "", byname, port, questions.getFirst()));
    add(lab, started, "unbound", "-V", Servers::unboundForwarding, upstream, questions);
    add(lab, started, "dnsmasq", "-v", Servers::dnsmasqForwarding, upstream, questions);
    var dnsperf = List.of("-c", "8", "-q", "100");
    return Turns.run(lab, started, lab.writeLines("cached", questions), dnsperf, "unbound");
  }

  private static List<String> upstream(Path nsd, Path own, int port) throws IOException {
    var zone = new StringBuilder("$TTL 86400\n@ SOA ns hostmaster 1 7200 1800 86400 60\n@ NS ns\n");
    zone.append("ns A 127.0.0.1\n");
    for (int i = 0; i < NAMES; i++) {
      zone.append("host-%d A 192.0.2.%d\n".formatted(i, i % 250 + 1));
    }
    Path file = Files.writeString(own.resolve("example.zone"), zone);
    return Servers.nsd(nsd.toString(), own, port, Map.of("example.com", file));
  }

  private static void add(
      Lab lab,
      List<Lab.Server> started,
      String name,
      String versionOption,
      Forwarding forwarding,
      int upstream,
      List<Cluster.Query> questions)
      throws IOException, InterruptedException {
    Path program = Servers.find(name);
    if (program == null) {
      Bench.say(name + ": left out, not on the PATH");
      return;
    }
    int port = Measure.freePort();
    started.add(
        lab.start(
            name,
            Servers.version(program, List.of(versionOption)),
            forwarding.command(program.toString(), lab.ownFolder(name + "-cache"), port, upstream),
            port,
            questions.getFirst()));
  }
}
