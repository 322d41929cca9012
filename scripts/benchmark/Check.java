import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/**
 * Whether the comparison is one of equals: a small cluster of the generator, made in every form;
 * each server is asked every kind of query and must answer what the cluster says, and what Byname
 * says, TTLs and AA included. Fails when one does not.
 */
final class Check {
  private static final int SERVICES = 200;
  private static final int ENDPOINTS = 20;
  private static final int QUERIES = 400;

  /** How one server did. */
  record Row(String server, String version, int asked, int wrong, int unlikeByname) {}

  private Check() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    List<Cluster.Query> mix = new Cluster(SERVICES, ENDPOINTS, 0).queries(QUERIES, Bench.SEED);
    var again = new Cluster(SERVICES, ENDPOINTS, 0);
    if (!again.queries(QUERIES, Bench.SEED).equals(mix)) {
      throw new IllegalStateException("the same seed made other queries");
    }
    var servers = new Servers(lab.folder.resolve("check"), again);
    List<Lab.Server> started = new ArrayList<>();
    started.add(
        lab.startByname(servers, "byname", new Servers.Task(Measure.freePort()), mix.getFirst()));
    for (Servers.Kind kind : servers.peers()) {
      if (kind.name().equals("dnsmasq")) {
        continue; // a forwarder, whatever it knows itself: no AA
      }
      started.add(lab.start(kind, new Servers.Task(Measure.freePort()), mix.getFirst()));
    }
    started.removeIf(server -> server == null);
    List<Row> rows = new ArrayList<>();
    List<String> reference = null;
    for (Lab.Server server : started) {
      List<String> answers = new ArrayList<>();
      int wrong = 0;
      for (Cluster.Query query : mix) {
        Message answer =
            Measure.ask(server.port(), query.name(), query.type(), Duration.ofSeconds(10));
        wrong += Measure.right(answer, query) ? 0 : 1;
        answers.add(answer == null ? "none" : text(answer));
      }
      reference = reference == null ? answers : reference;
      var row =
          new Row(
              server.name(), server.version(), mix.size(), wrong, unlike(mix, reference, answers));
      System.out.printf(
          "%-16s %d asked, %d wrong, %d unlike %s%n",
          server.label(),
          row.asked,
          wrong,
          row.unlikeByname,
          rows.isEmpty() ? "" : rows.get(0).server);
      rows.add(row);
    }
    if (rows.isEmpty() || rows.stream().anyMatch(row -> row.wrong + row.unlikeByname > 0)) {
      throw new IllegalStateException("check: not all servers give the same answers");
    }
    return rows;
  }

  private static int unlike(List<Cluster.Query> mix, List<String> one, List<String> other) {
    int unlike = 0;
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).equals(other.get(i)) && unlike++ == 0) {
        Bench.say(mix.get(i) + "\n  " + one.get(i) + "\n  " + other.get(i));
      }
    }
    return unlike;
  }

  /** What must be alike: rcode, AA, and the answers whatever their order and spelling. */
  private static String text(Message answer) {
    return Rcode.string(answer.getRcode())
        + (answer.getHeader().getFlag(Flags.AA) ? " aa " : " ")
        + answer.getSection(Section.ANSWER).stream()
            .map(record -> record.toString().toLowerCase(Locale.ROOT))
            .sorted()
            .toList();
  }
}
