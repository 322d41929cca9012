package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.rdata.Message;
import dev.byname.rdata.ResourceRecord;
import dev.byname.testkit.NameServerProcess;
import dev.byname.wire.Header;
import dev.byname.wire.MessageWriter;
import dev.byname.wire.Rcode;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The same questions to Byname and to other servers that are installed. Every difference needs its
 * reason in {@code test-fixtures/peers}; one without fails, and so does a reason for nothing.
 */
class PeersIT {
  private static final Path FIXTURES =
      Path.of(System.getProperty("byname.root", ".."), "test-fixtures");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path folder;

  /** The zones, answered with authority; also what the forwarding servers forward to. */
  private BynameServer zones;

  @BeforeEach
  void serveTheZones() throws IOException {
    // What the peers do not read ($GENERATE) or not accept (names below a DNAME) is left out.
    List<String> lines =
        new ArrayList<>(
            Files.readAllLines(FIXTURES.resolve("zones/example.zone")).stream()
                .filter(line -> !line.startsWith("$GENERATE") && !line.startsWith("hidden.old"))
                .toList());
    for (int i = 1; i <= 40; i++) {
      lines.add("big 300 A 198.51.100." + i); // more than fits 512 bytes
    }
    Files.write(folder.resolve("example.zone"), lines);
    Files.copy(FIXTURES.resolve("zones/signed.zone"), folder.resolve("signed.zone"));
    zones =
        serve(
            "zones",
            """
            example.org:0 {
              bind 127.0.0.1
              file example.zone
            }
            signed.example:0 {
              bind 127.0.0.1
              file signed.zone
            }
            """);
  }

  @AfterEach
  void stop() {
    zones.close();
  }

  private BynameServer serve(String name, String corefile) throws IOException {
    var server = new BynameServer(Files.writeString(folder.resolve(name), corefile), -1, Map.of());
    server.start();
    return server;
  }

  private static int port(BynameServer server) {
    return server.listeners().all().getFirst().address().getPort();
  }

  private NameServerProcess start(String program, int port, String config, String... arguments)
      throws IOException {
    var path = NameServerProcess.find(program);
    assumeTrue(path.isPresent(), program + " is not installed");
    Path file = Files.writeString(folder.resolve(program + ".conf"), config);
    List<String> command = new ArrayList<>(List.of(path.get().toString()));
    for (String argument : arguments) {
      command.add(argument.replace("CONFIG", file.toString()));
    }
    return NameServerProcess.start(command, port, folder.resolve(program + ".log"));
  }

  // Zones.

  @Test
  void zonesAsNsd() throws IOException {
    int port = NameServerProcess.freePort();
    try (var nsd =
        start(
            "nsd",
            port,
            """
            server:
              ip-address: 127.0.0.1@%1$d
              username: ""
              chroot: ""
              zonesdir: "%2$s"
              database: ""
              pidfile: ""
              xfrdir: "%2$s"
              xfrdfile: ""
              zonelistfile: "%2$s/zones.list"
              server-count: 1
              rrl-ratelimit: 0
              round-robin: no
            remote-control:
              control-enable: no
            zone:
              name: example.org
              zonefile: example.zone
            zone:
              name: signed.example
              zonefile: signed.zone
            """
                .formatted(port, folder),
            "-d",
            "-c",
            "CONFIG")) {
      compareZones("nsd", nsd);
    }
  }

  @Test
  void zonesAsKnot() throws IOException {
    int port = NameServerProcess.freePort();
    try (var knot =
        start(
            "knotd",
            port,
            """
            server:
              rundir: %2$s
              listen: 127.0.0.1@%1$d
              udp-workers: 1
              tcp-workers: 1
              background-workers: 1
            database:
              storage: %2$s
            template:
              - id: default
                storage: %2$s
                semantic-checks: off
                journal-content: none
                zonefile-sync: -1
            zone:
              - domain: example.org
                file: example.zone
              - domain: signed.example
                file: signed.zone
            """
                .formatted(port, folder),
            "-c",
            "CONFIG")) {
      compareZones("knot", knot);
    }
  }

  @Test
  void zonesAsBind() throws IOException {
    int port = NameServerProcess.freePort();
    try (var bind =
        bind(
            port,
            """
            zone "example.org" { type primary; file "example.zone"; };
            zone "signed.example" { type primary; file "signed.zone"; };
            """,
            "recursion no; allow-transfer { none; }; check-names primary ignore;")) {
      compareZones("bind", bind);
    }
  }

  private NameServerProcess bind(int port, String zones, String options) throws IOException {
    return start(
        "named",
        port,
        """
        options {
          directory "%2$s";
          listen-on port %1$d { 127.0.0.1; };
          listen-on-v6 { none; };
          pid-file none;
          session-keyfile none;
          minimal-responses no;
          dnssec-validation no;
          empty-zones-enable no;
          notify no;
          %4$s
        };
        controls { };
        %3$s
        """
            .formatted(port, folder, zones, options),
        "-g",
        "-n",
        "1",
        "-c",
        "CONFIG");
  }

  private void compareZones(String peer, NameServerProcess server) throws IOException {
    var comparison = new Comparison("zones.yaml", peer);
    // A server that takes connections may still be reading its zones.
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() ->
            ask(server.port(), "example.org. SOA").rcode() == Rcode.NOERROR
                && ask(server.port(), "signed.example. SOA").rcode() == Rcode.NOERROR);
    for (String question : comparison.questions) {
      comparison.compare(question, ask(port(zones), question), ask(server.port(), question), false);
    }
    comparison.finish();
  }

  /** Answers and denials of a signed zone convince a validator. */
  @Test
  void delvValidates() throws IOException {
    var delv = NameServerProcess.find("delv");
    assumeTrue(delv.isPresent(), "delv is not installed");
    Path anchors =
        Files.writeString(
            folder.resolve("anchors"),
            "trust-anchors { signed.example. static-key 256 3 13 \"%s\"; };\n"
                .formatted(signingKey()));
    for (String question :
        List.of(
            "www.signed.example A",
            "alias.signed.example A",
            "www.signed.example TXT",
            "alias.signed.example TXT",
            "b.signed.example TXT",
            "zzz.signed.example A",
            "under.www.signed.example A",
            "any.wild.signed.example TXT",
            "any.wild.signed.example A",
            "secure.signed.example DS",
            "insecure.signed.example DS")) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  delv.get().toString(),
                  "@127.0.0.1",
                  "-p",
                  "" + port(zones),
                  "-a",
                  anchors.toString(),
                  "+root=signed.example"));
      command.addAll(List.of(question.split(" ")));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .as(question)
          .contains("fully validated");
    }
  }

  private String signingKey() throws IOException {
    return Files.readAllLines(folder.resolve("signed.zone")).stream()
        .map(line -> line.split("\\s+"))
        .filter(words -> words.length > 7 && words[3].equals("DNSKEY"))
        .map(words -> words[7])
        .findFirst()
        .orElseThrow();
  }

  // Forwarding and caching.

  @Test
  void forwardingAsUnbound() throws IOException {
    int port = NameServerProcess.freePort();
    try (var unbound =
        start(
            "unbound",
            port,
            """
            server:
              interface: 127.0.0.1@%1$d
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "%2$s"
              pidfile: ""
              use-syslog: no
              module-config: "iterator"
              do-not-query-localhost: no
              minimal-responses: no
              qname-minimisation: no
              rrset-roundrobin: no
              num-threads: 1
            remote-control:
              control-enable: no
            forward-zone:
              name: "."
              forward-addr: 127.0.0.1@%3$d
            """
                .formatted(port, folder, port(zones)),
            "-d",
            "-c",
            "CONFIG")) {
      compareForwarding("unbound", unbound);
    }
  }

  @Test
  void forwardingAsDnsmasq() throws IOException {
    int port = NameServerProcess.freePort();
    try (var dnsmasq =
        start(
            "dnsmasq",
            port,
            """
            port=%1$d
            listen-address=127.0.0.1
            bind-interfaces
            no-resolv
            no-hosts
            server=127.0.0.1#%3$d
            cache-size=1000
            user=%4$s
            pid-file=%2$s/dnsmasq.pid
            log-facility=-
            """
                .formatted(port, folder, port(zones), System.getProperty("user.name")),
            "--keep-in-foreground",
            "--conf-file=CONFIG")) {
      compareForwarding("dnsmasq", dnsmasq);
    }
  }

  @Test
  void forwardingAsBind() throws IOException {
    int port = NameServerProcess.freePort();
    try (var bind =
        bind(
            port,
            "",
            "recursion yes; forward only; forwarders { 127.0.0.1 port %d; };"
                .formatted(port(zones)))) {
      compareForwarding("bind", bind);
    }
  }

  private void compareForwarding(String peer, NameServerProcess server) throws IOException {
    var comparison = new Comparison("forwarding.yaml", peer);
    try (var byname =
        serve(
            "forwarding",
            ".:0 {\n bind 127.0.0.1\n forward . 127.0.0.1:%d\n cache\n}\n"
                .formatted(port(zones)))) {
      for (String question : comparison.questions) {
        comparison.compare(
            question, ask(port(byname), question), ask(server.port(), question), true);
        // From the cache now.
        comparison.compare(
            question, ask(port(byname), question), ask(server.port(), question), true);
      }
      for (String question : comparison.countedDown) {
        long original = ttl(ask(port(zones), question));
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> {
              assertThat(ttl(ask(port(byname), question))).as(question).isLessThan(original);
              assertThat(ttl(ask(server.port(), question))).as(question).isLessThan(original);
            });
      }
    }
    comparison.finish();
  }

  private static long ttl(Message message) {
    return message.answer().getFirst().ttlSeconds();
  }

  /** What is asked, what may differ and why, and what did. */
  private static final class Comparison {
    private final String peer;
    final List<String> questions;
    final List<String> countedDown;
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> unlisted = new ArrayList<>();

    private static final class Rule {
      final Pattern ask;
      final Pattern difference;
      final String text;
      boolean used;

      Rule(Map<String, String> row) {
        ask = glob(row.getOrDefault("ask", "**"));
        difference = glob(row.get("difference"));
        text = row.toString();
      }

      /** {@code *} stands for anything but a blank, {@code **} for anything. */
      private static Pattern glob(String text) {
        var pattern = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
          if (text.startsWith("**", i)) {
            pattern.append(".*");
            i++;
          } else if (text.charAt(i) == '*') {
            pattern.append("[^ ]*");
          } else {
            pattern.append(Pattern.quote(text.substring(i, i + 1)));
          }
        }
        return Pattern.compile(pattern.toString());
      }
    }

    @SuppressWarnings("unchecked")
    Comparison(String file, String peer) throws IOException {
      this.peer = peer;
      var fixture =
          (Map<String, Object>)
              new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                  .loadFromString(Files.readString(FIXTURES.resolve("peers").resolve(file)));
      questions = (List<String>) fixture.get("questions");
      countedDown = (List<String>) fixture.getOrDefault("countedDown", List.of());
      for (var row : (List<Map<String, String>>) fixture.get("differences")) {
        assertThat(row.get("reason")).as("reason of " + row).isNotBlank();
        if (List.of(row.get("peers").split(" ")).contains(peer)) {
          rules.add(new Rule(row));
        }
      }
      assertThat(questions).isNotEmpty();
    }

    /**
     * @param ttlsMayDiffer whether time may have passed since either server has learnt the answer
     */
    void compare(String question, Message ours, Message theirs, boolean ttlsMayDiffer) {
      Set<String> differences = new LinkedHashSet<>();
      if (ours.rcode() != theirs.rcode()) {
        differences.add(
            "rcode: ours %s, theirs %s"
                .formatted(Rcode.name(ours.rcode()), Rcode.name(theirs.rcode())));
      }
      flag("aa", Header.AA, ours, theirs, differences);
      flag("ra", Header.RA, ours, theirs, differences);
      flag("tc", Header.TC, ours, theirs, differences);
      // Of what does not fit, everybody may choose the part that does.
      if (!ours.has(Header.TC) || !theirs.has(Header.TC)) {
        section("answer", ours.answer(), theirs.answer(), ttlsMayDiffer, differences);
        section("authority", ours.authority(), theirs.authority(), ttlsMayDiffer, differences);
        section("additional", ours.additional(), theirs.additional(), ttlsMayDiffer, differences);
      }
      for (String difference : differences) {
        boolean listed = false;
        for (Rule rule : rules) {
          if (rule.ask.matcher(question).matches()
              && rule.difference.matcher(difference).matches()) {
            rule.used = true;
            listed = true;
          }
        }
        if (!listed) {
          unlisted.add(question + " | " + difference);
        }
      }
    }

    private static void flag(
        String name, int bit, Message ours, Message theirs, Set<String> differences) {
      if (ours.has(bit) != theirs.has(bit)) {
        differences.add(name + ": only " + (ours.has(bit) ? "ours" : "theirs"));
      }
    }

    private static void section(
        String name,
        List<ResourceRecord> ours,
        List<ResourceRecord> theirs,
        boolean ttlsMayDiffer,
        Set<String> differences) {
      Set<String> a = texts(ours, ttlsMayDiffer);
      Set<String> b = texts(theirs, ttlsMayDiffer);
      a.stream()
          .filter(r -> !b.contains(r))
          .forEach(r -> differences.add(name + ": only ours: " + r));
      b.stream()
          .filter(r -> !a.contains(r))
          .forEach(r -> differences.add(name + ": only theirs: " + r));
    }

    private static Set<String> texts(List<ResourceRecord> records, boolean withoutTtl) {
      Set<String> texts = new LinkedHashSet<>();
      for (ResourceRecord record : records) {
        texts.add(text(withoutTtl ? record.withTtl(0) : record));
      }
      return texts;
    }

    /** As dnsjava prints it, for the types that we keep as bytes; names in lower case. */
    private static String text(ResourceRecord record) {
      var out = new MessageWriter();
      record.writeTo(out);
      try {
        return org.xbill.DNS.Record.fromWire(out.toByteArray(), org.xbill.DNS.Section.ANSWER)
            .toString()
            .replaceAll("\\s+", " ")
            .replaceFirst("( RRSIG \\w+) .*", "$1")
            .toLowerCase(Locale.ROOT);
      } catch (IOException unknown) {
        return record.toString();
      }
    }

    void finish() {
      assertThat(unlisted).as("differences from " + peer + " without a reason").isEmpty();
      assertThat(rules.stream().filter(rule -> !rule.used).map(rule -> rule.text))
          .as("reasons for differences from " + peer + " that there are not")
          .isEmpty();
    }
  }

  // Asking.

  /** By UDP, or TCP with {@code +tcp}; a lost datagram is sent again. */
  private static Message ask(int port, String question) throws IOException {
    byte[] query = TestCluster.query(question).toWire(0xffff);
    byte[] answer = question.contains("+tcp") ? overTcp(port, query) : overUdp(port, query);
    Message message = Message.read(answer, answer.length);
    if (message == null || !message.has(Header.QR)) {
      throw new AssertionError("no answer to " + question);
    }
    return message;
  }

  private static byte[] overUdp(int port, byte[] query) throws IOException {
    try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      socket.connect(new InetSocketAddress(LOOPBACK, port));
      socket.setSoTimeout(5_000);
      for (int i = 0; i < 6; i++) {
        socket.send(new DatagramPacket(query, query.length));
        var packet = new DatagramPacket(new byte[0xffff], 0xffff);
        try {
          socket.receive(packet);
          return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (SocketTimeoutException lost) {
          // once more
        }
      }
      throw new AssertionError("no answer from port " + port);
    }
  }

  private static byte[] overTcp(int port, byte[] query) throws IOException {
    try (var socket = new Socket(LOOPBACK, port)) {
      socket.setSoTimeout(60_000);
      byte[] framed = new byte[query.length + 2];
      framed[0] = (byte) (query.length >>> 8);
      framed[1] = (byte) query.length;
      System.arraycopy(query, 0, framed, 2, query.length);
      socket.getOutputStream().write(framed);
      var in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return answer;
    }
  }
}
