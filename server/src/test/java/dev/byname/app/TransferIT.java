package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.testkit.NameServerProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zones given away over real connections: to dig, to a client that reads slowly, to nsd. */
class TransferIT {
  private static final int HOSTS = 20_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private BynameServer server;
  private int port;

  private void serve(String corefile) throws IOException {
    Path file = Files.writeString(folder.resolve("Corefile"), corefile);
    server = new BynameServer(file, -1, Map.of());
    server.start();
    port = server.listeners().all().getFirst().address().getPort();
  }

  private void zone(int serial, String more) throws IOException {
    Path next = folder.resolve("db.next");
    Files.writeString(
        next,
        "$TTL 60\n@ SOA ns h %d 3600 1 3600 60\n@ NS ns\nns A 127.0.0.1\n%s"
            .formatted(serial, more));
    Files.move(
        next,
        folder.resolve("db"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static String hosts() {
    var text = new StringBuilder();
    for (int i = 0; i < HOSTS; i++) {
      text.append("host%05d TXT \"%0100d\"\n".formatted(i, i));
    }
    return text.toString();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private String dig(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("dig", "@127.0.0.1", "-p", "" + port));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void digTakesAZoneOfManyMessages() throws IOException {
    zone(1, hosts());
    serve("example.org:0 {\n bind 127.0.0.1\n file db\n transfer {\n  to 127.0.0.1\n }\n}\n");
    String answer = dig("example.org", "AXFR");
    assertThat(answer).contains("XFR size: " + (HOSTS + 4) + " records (messages ");
    assertThat(answer.lines().filter(line -> line.startsWith("host")).distinct()).hasSize(HOSTS);
    assertThat(dig("example.org", "IXFR=1")).contains("XFR size: 1 records (messages 1,");
    assertThat(dig("example.org", "IXFR=0")).contains("XFR size: " + (HOSTS + 4) + " records");
  }

  @Test
  void digTakesTheClusterZone() throws IOException {
    Path demo = Path.of(System.getProperty("byname.root", ".."), "conf", "demo");
    serve(
        """
        .:0 {
          bind 127.0.0.1
          kubernetes cluster.local {
            manifests %s
          }
          transfer cluster.local {
            to *
          }
        }
        """
            .formatted(demo.toAbsolutePath()));
    await().atMost(PATIENCE).until(server::synced);
    String answer = dig("cluster.local", "AXFR", "+noall", "+answer");
    assertThat(answer.lines().map(line -> line.split("\\s+")[3]).collect(Collectors.toSet()))
        .contains("SOA", "A", "SRV");
    assertThat(answer)
        .containsPattern(
            "reviews\\.default\\.svc\\.cluster\\.local\\.\\s+5\\s+IN\\s+A\\s+10\\.0\\.0\\.157");
  }

  /** The messages of a zone of megabytes wait for a client that takes its time; others do not. */
  @Test
  void aSlowClientHoldsBackItsOwnTransferOnly() throws IOException {
    zone(1, hosts());
    serve("example.org:0 {\n bind 127.0.0.1\n file db\n transfer {\n  to 127.0.0.1\n }\n}\n");
    try (var slow = new Socket()) {
      slow.setReceiveBufferSize(8192);
      slow.connect(server.listeners().all().getFirst().address());
      slow.getOutputStream()
          .write(
              new byte[] {
                0,
                29,
                0,
                9,
                0,
                0,
                0,
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                7,
                'e',
                'x',
                'a',
                'm',
                'p',
                'l',
                'e',
                3,
                'o',
                'r',
                'g',
                0,
                0,
                (byte) 252,
                0,
                1
              });
      var in = new DataInputStream(slow.getInputStream());
      byte[] first = new byte[in.readUnsignedShort()];
      in.readFully(first);
      assertThat(dig("example.org", "AXFR")).contains("XFR size: " + (HOSTS + 4) + " records");
      long bytes = first.length;
      long records = answers(first);
      while (records < HOSTS + 4) {
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        bytes += message.length;
        records += answers(message);
      }
      assertThat(records).isEqualTo(HOSTS + 4);
      assertThat(bytes).isGreaterThan(2_000_000);
    }
  }

  private static int answers(byte[] message) {
    return (message[6] & 0xff) << 8 | (message[7] & 0xff);
  }

  @Test
  void nsdFollowsAsASecondary() throws IOException {
    var nsd = NameServerProcess.find("nsd");
    assumeTrue(nsd.isPresent(), "nsd is not installed");
    int secondaryPort = NameServerProcess.freePort();
    zone(1, "www A 192.0.2.1\n");
    serve(
        """
        example.org:0 {
          bind 127.0.0.1
          file db {
            reload 1s
          }
          transfer {
            to 127.0.0.1:%d
          }
        }
        """
            .formatted(secondaryPort));
    Path config = folder.resolve("nsd.conf");
    Files.writeString(
        config,
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
        remote-control:
          control-enable: no
        zone:
          name: example.org
          zonefile: "%2$s/secondary.zone"
          request-xfr: AXFR 127.0.0.1@%3$d NOKEY
          allow-notify: 127.0.0.1 NOKEY
        """
            .formatted(secondaryPort, folder, port));
    try (var secondary =
        NameServerProcess.start(
            List.of(nsd.get().toString(), "-d", "-c", config.toString()),
            secondaryPort,
            folder.resolve("nsd.log"))) {
      await().atMost(PATIENCE).until(() -> ask(secondary, "www.example.org").equals("192.0.2.1"));
      // Within the test's patience only a NOTIFY can tell it: the zone's refresh is an hour.
      zone(2, "www A 192.0.2.2\n");
      await().atMost(PATIENCE).until(() -> ask(secondary, "www.example.org").equals("192.0.2.2"));
    }
  }

  private static String ask(NameServerProcess server, String name) throws IOException {
    Process process =
        new ProcessBuilder("dig", "@127.0.0.1", "-p", "" + server.port(), "+short", name)
            .redirectErrorStream(true)
            .start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
