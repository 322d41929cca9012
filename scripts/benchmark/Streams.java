import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same questions over TCP and over TLS: few connections, kept open, many questions on the way
 * on each (RFC 7766 section 6.2.1.1).
 */
final class Streams {
  private Streams() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    var cluster = new Cluster(Bench.SERVICES, 20, 0);
    List<Cluster.Query> mix = cluster.queries(100_000, Bench.SEED);
    var servers = new Servers(lab.folder.resolve("stream"), cluster);
    Path lines = lab.writeLines("queries", mix);
    Map<String, Object> result = new LinkedHashMap<>();
    System.out.println("TCP");
    var kinds = servers.peers("knot", "nsd", "unbound", "bind");
    result.put("tcp", measure(lab, servers, kinds, "knot", null, mix.getFirst(), lines));
    Servers.Tls tls = tls(lab.folder);
    if (tls != null) {
      System.out.println("\nTLS");
      // Knot has no DoT before 3.4; others do it in front of another server.
      kinds = servers.peers("nsd", "unbound", "bind");
      result.put("tls", measure(lab, servers, kinds, "nsd", tls, mix.getFirst(), lines));
    }
    return result;
  }

  /** Starts the servers, lets them be asked in turns, and stops them. */
  private static List<Turns.Row> measure(
      Lab lab,
      Servers servers,
      List<Servers.Kind> kinds,
      String yardstick,
      Servers.Tls tls,
      Cluster.Query first,
      Path lines)
      throws IOException, InterruptedException {
    List<Lab.Server> started = new ArrayList<>();
    Servers.Task task = task(tls);
    started.add(at(task, lab.startByname(servers, "byname", task, first)));
    for (Servers.Kind kind : kinds) {
      task = task(tls);
      started.add(at(task, lab.start(kind, task, first)));
    }
    var dnsperf = List.of("-m", tls == null ? "tcp" : "dot", "-c", "8", "-q", "200");
    List<Turns.Row> rows = Turns.run(lab, started, lines, dnsperf, yardstick);
    started.forEach(server -> lab.stop(server.process()));
    return rows;
  }

  private static Servers.Task task(Servers.Tls tls) throws IOException {
    return new Servers.Task(
        Measure.freePort(),
        1,
        tls == null ? null : new Servers.Tls(Measure.freePort(), tls.certificate(), tls.key()),
        0);
  }

  private static Lab.Server at(Servers.Task task, Lab.Server server) {
    return server == null || task.tls() == null ? server : server.at(task.tls().port());
  }

  /**
   * A key as most certificates have it (ECDSA on P-256), and the certificate; null without openssl.
   */
  private static Servers.Tls tls(Path folder) throws IOException, InterruptedException {
    Path openssl = Servers.find("openssl");
    if (openssl == null) {
      Bench.say("TLS: left out, no openssl on the PATH to make a certificate");
      return null;
    }
    Path certificate = folder.resolve("certificate.pem");
    Path key = folder.resolve("key.pem");
    var command =
        new ArrayList<>(List.of("" + openssl, "req", "-x509", "-newkey", "ec", "-nodes", "-batch"));
    command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"));
    command.addAll(List.of("-keyout", "" + key, "-out", "" + certificate));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException("openssl: " + output);
    }
    return new Servers.Tls(0, certificate, key);
  }
}
