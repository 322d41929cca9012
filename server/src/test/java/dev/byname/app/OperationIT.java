package dev.byname.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.Scheme;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.AnsweringUpstream;
import dev.byname.wire.Rcode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing is lost in operation. Clients ask one question at a time and wait for its answer, so each
 * one that stays away is noticed; what is not taken on must be counted.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperationIT {
  private static final int RELOADS = 1_000;
  private static final int HEAP_GROWTH_MAX_BYTES = 32 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @BeforeEach
  void manifests() throws IOException {
    Files.createDirectory(folder.resolve("manifests"));
    Files.writeString(
        folder.resolve("manifests/web.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {clusterIP: 10.96.1.1, ports: [{name: http, port: 80}]}
        """);
  }

  private TestServer started(String corefile) throws IOException {
    var server = new TestServer(folder, corefile);
    await().atMost(LIMIT).until(server.server()::synced);
    return server;
  }

  /** Asks the same name again and again. */
  private static final class Client implements AutoCloseable {
    final AtomicInteger answers = new AtomicInteger();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final CompletableFuture<Void> done;

    Client(TestServer server, String name, String address) {
      done =
          CompletableFuture.runAsync(
              () -> {
                try {
                  while (!enough.get()) {
                    assertThat(server.addresses(name)).containsExactly(address);
                    answers.incrementAndGet();
                  }
                } catch (IOException lost) {
                  throw new java.io.UncheckedIOException(lost);
                }
              },
              task -> Thread.ofPlatform().daemon().start(task));
    }

    /** Throws when an answer was lost or wrong. */
    @Override
    public void close() {
      enough.set(true);
      done.join();
    }
  }

  private static long heapAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The value of a sample, 0 when it is not there. */
  private static long sample(String scrape, String name, String... labels) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(name) && List.of(labels).stream().allMatch(line::contains))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void noAnswerIsLostWhileTheConfigurationIsReloaded() throws IOException {
    try (var upstream = new AnsweringUpstream("203.0.113.7", 1)) {
      String corefile =
          """
          .:0 {
            bind 127.0.0.1
            errors
            health 127.0.0.1:0
            ready 127.0.0.1:0
            prometheus 127.0.0.1:0
            kubernetes cluster.local {
              manifests manifests
            }
            forward . 127.0.0.1:%d
            cache 30
          }
          """
              .formatted(upstream.port());
      String other = corefile + "example.net:0 {\n  bind 127.0.0.1\n  whoami\n}\n";
      try (var server = started(corefile);
          var connection = new Socket("127.0.0.1", server.port(Scheme.DNS))) {
        connection.setSoTimeout((int) LIMIT.toMillis());
        assertThat(overTcp(connection)).isEqualTo(Rcode.NOERROR);
        int port = server.port(Scheme.DNS);
        long heapBytes = 0;
        // A thousand lines of "reloaded" would say nothing.
        try (var _ = Logging.silence();
            var cluster = new Client(server, "web.shop.svc.cluster.local", "10.96.1.1");
            var outside = new Client(server, "www.example.org", "203.0.113.7")) {
          for (int i = 0; i < RELOADS; i++) {
            if (i == RELOADS / 5) {
              heapBytes = heapAfterCollection();
            }
            assertThat(server.reload(i % 2 == 0 ? other : corefile)).isTrue();
            // A connection made before the first reload, and pages asked for during the later ones.
            if (i % 100 == 0) {
              assertThat(overTcp(connection)).isEqualTo(Rcode.NOERROR);
              assertThat(server.page("/ready").statusCode()).isEqualTo(200);
            }
          }
          int before = cluster.answers.get() + outside.answers.get();
          await()
              .atMost(LIMIT)
              .until(() -> cluster.answers.get() + outside.answers.get() > before + 10);
        }
        assertThat(server.port(Scheme.DNS)).as("the listener stayed open").isEqualTo(port);
        assertThat(sample(server.scrape(), "coredns_reload_failed_total")).isZero();
        assertThat(heapAfterCollection() - heapBytes).isLessThan(HEAP_GROWTH_MAX_BYTES);
      }
    }
  }

  private static int overTcp(Socket connection) throws IOException {
    send(connection, 1, "web.shop.svc.cluster.local");
    return received(connection).rcode();
  }

  private static void send(Socket connection, int id, String name) throws IOException {
    byte[] query = TestServer.query(id, name, RecordType.A);
    var out = new DataOutputStream(connection.getOutputStream());
    out.writeShort(query.length);
    out.write(query);
  }

  private static Message received(Socket connection) throws IOException {
    var in = new DataInputStream(connection.getInputStream());
    byte[] wire = in.readNBytes(in.readUnsignedShort());
    return requireNonNull(Message.read(wire, wire.length));
  }

  @Test
  void whoeverStopsGoesOnAnsweringForTheLameduckTime() throws Exception {
    try (var server =
        started(
            """
            .:0 {
              bind 127.0.0.1
              health 127.0.0.1:0 {
                lameduck 5s
              }
              ready 127.0.0.1:0
              kubernetes cluster.local {
                manifests manifests
              }
            }
            """)) {
      assertThat(server.page("/ready").statusCode()).isEqualTo(200);
      Thread stopping = Thread.ofPlatform().daemon().start(server.server()::stop);
      await().atMost(LIMIT).until(() -> server.page("/ready").statusCode() == 503);
      for (int i = 0; i < 10; i++) {
        assertThat(server.addresses("web.shop.svc.cluster.local")).containsExactly("10.96.1.1");
      }
      assertThat(server.page("/ready").body()).contains("shutting down");
      assertThat(server.page("/health").statusCode()).isEqualTo(200);
      stopping.join();
      assertThat(server.server().listeners().all()).isEmpty();
    }
  }

  private static final String BRIEF_LAMEDUCK =
      """
      .:0 {
        bind 127.0.0.1
        health 127.0.0.1:0 {
          lameduck 200ms
        }
        kubernetes cluster.local {
          manifests manifests
        }
        forward . 127.0.0.1:%d {
          prefer_udp
          read_timeout %s
        }
      }
      """;

  @Test
  void whatIsInFlightWhenLameduckIsOverGetsItsAnswers() throws Exception {
    try (var upstream = new AnsweringUpstream("203.0.113.7", 1);
        var server = started(BRIEF_LAMEDUCK.formatted(upstream.port(), "60s"));
        var udp = new DatagramSocket();
        var tcp = new Socket("127.0.0.1", server.port(Scheme.DNS));
        var idle = new Socket("127.0.0.1", server.port(Scheme.DNS))) {
      for (var socket : List.of(tcp, idle)) {
        socket.setSoTimeout((int) LIMIT.toMillis());
      }
      udp.setSoTimeout((int) LIMIT.toMillis());
      upstream.hold();
      byte[] query = TestServer.query(1, "udp.example.org", RecordType.A);
      udp.send(new DatagramPacket(query, query.length, server.dns()));
      send(tcp, 2, "tcp.example.org");
      send(tcp, 3, "web.shop.svc.cluster.local");
      send(tcp, 4, "pipelined.example.org");
      assertThat(received(tcp).id()).as("the one that waits for nobody").isEqualTo(3);
      var listener = server.listener(Scheme.DNS);
      await().atMost(LIMIT).until(() -> listener.inFlightQueries() == 3);

      var stopping = CompletableFuture.runAsync(server.server()::stop);
      assertThat(idle.getInputStream().read()).as("lameduck is over").isEqualTo(-1);
      assertThat(stopping).isNotDone();
      upstream.release();

      var packet = new DatagramPacket(new byte[0xffff], 0xffff);
      udp.receive(packet);
      assertThat(Message.read(packet.getData(), packet.getLength()).answer()).hasSize(1);
      var answers = List.of(received(tcp), received(tcp));
      assertThat(answers).extracting(Message::id).containsExactlyInAnyOrder(2, 4);
      assertThat(answers).allSatisfy(answer -> assertThat(answer.answer()).hasSize(1));
      assertThat(tcp.getInputStream().read()).isEqualTo(-1);
      tcp.close();
      idle.close();
      stopping.join();
      assertThat(listener.inFlightQueries()).isZero();
    }
  }

  @Test
  void anUpstreamThatNeverAnswersHoldsNobodyUpForLongerThanTheDrainTime() throws Exception {
    try (var upstream = new AnsweringUpstream("203.0.113.7", 1);
        var server = started(BRIEF_LAMEDUCK.formatted(upstream.port(), "250ms"));
        var other = started(BRIEF_LAMEDUCK.formatted(upstream.port(), "60s"));
        var told = new Socket("127.0.0.1", server.port(Scheme.DNS));
        var dropped = new Socket("127.0.0.1", other.port(Scheme.DNS))) {
      told.setSoTimeout((int) LIMIT.toMillis());
      dropped.setSoTimeout((int) LIMIT.toMillis());
      upstream.hold();
      send(told, 1, "www.example.org");
      send(dropped, 2, "www.example.org");
      await().atMost(LIMIT).until(() -> other.listener(Scheme.DNS).inFlightQueries() == 1);
      var stopping =
          List.of(
              CompletableFuture.runAsync(server.server()::stop),
              CompletableFuture.runAsync(other.server()::stop));
      assertThat(received(told).rcode()).as("who gave up in time").isEqualTo(Rcode.SERVFAIL);
      assertThat(dropped.getInputStream().read()).isEqualTo(-1);
      told.close();
      stopping.forEach(CompletableFuture::join);
    }
  }

  /** Of an hour of lameduck time, say, by a program that has the server inside. */
  @Test
  void anInterruptEndsTheLameduckTimeAndTheServer() throws Exception {
    try (var server =
        started(
            """
            .:0 {
              bind 127.0.0.1
              health 127.0.0.1:0 {
                lameduck 1h
              }
              ready 127.0.0.1:0
              kubernetes cluster.local {
                manifests manifests
              }
            }
            """)) {
      var kept = new AtomicBoolean();
      Thread stopping =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                server.server().stop();
                kept.set(Thread.currentThread().isInterrupted());
              });
      await().atMost(LIMIT).until(() -> server.page("/ready").statusCode() == 503);
      stopping.interrupt();
      stopping.join();
      assertThat(kept).isTrue();
      assertThat(server.server().listeners().all()).isEmpty();
    }
  }

  @Test
  void anInterruptedThreadMayCloseTheServer() throws Exception {
    var server =
        started(
            """
            .:0 {
              bind 127.0.0.1
              kubernetes cluster.local {
                manifests manifests
              }
            }
            """);
    Thread.currentThread().interrupt();
    server.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.server().listeners().all()).isEmpty();
  }

  @Test
  void upstreamsMayDieAndComeBack() throws IOException {
    List<AnsweringUpstream> upstreams = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      upstreams.add(new AnsweringUpstream("203.0.113." + i, 1));
    }
    var names = new AtomicInteger();
    try (var server =
        started(
            """
            .:0 {
              bind 127.0.0.1
              prometheus 127.0.0.1:0
              kubernetes cluster.local {
                manifests manifests
              }
              forward . 127.0.0.1:%d 127.0.0.1:%d 127.0.0.1:%d {
                policy round_robin
                read_timeout 250ms
                health_check 100ms
              }
            }
            """
                .formatted(
                    upstreams.get(0).port(), upstreams.get(1).port(), upstreams.get(2).port()))) {
      for (AnsweringUpstream dying : upstreams) {
        for (int i = 0; i < 12; i++) {
          assertThat(rcode(server, names)).as("while one is alive").isEqualTo(Rcode.NOERROR);
        }
        dying.die();
      }
      for (int i = 0; i < 5; i++) {
        assertThat(rcode(server, names)).as("all are dead").isEqualTo(Rcode.SERVFAIL);
      }
      assertThat(server.addresses("web.shop.svc.cluster.local")).containsExactly("10.96.1.1");
      await()
          .atMost(LIMIT)
          .until(() -> sample(server.scrape(), "coredns_forward_healthcheck_failures_total") >= 3);

      for (AnsweringUpstream back : upstreams) {
        back.comeBack();
        await().atMost(LIMIT).until(() -> rcode(server, names) == Rcode.NOERROR);
      }
      for (AnsweringUpstream one : upstreams) {
        long before = one.asked();
        await()
            .atMost(LIMIT)
            .until(() -> rcode(server, names) == Rcode.NOERROR && one.asked() > before + 2);
      }
    } finally {
      upstreams.forEach(AnsweringUpstream::close);
    }
  }

  /** Of a name that was not asked before. */
  private static int rcode(TestServer server, AtomicInteger names) throws IOException {
    return server.ask("n" + names.incrementAndGet() + ".example.org", RecordType.A).rcode();
  }

  /**
   * Half of a listener's 10,000 places are what one client can get; it sends ten times as many
   * questions that keep their place, while others ask.
   */
  @Test
  void aFloodTakesNothingFromOthersAndEveryDropIsCounted() throws IOException {
    int flood = 50_000;
    try (var silent = new AnsweringUpstream("203.0.113.8", 1);
        var upstream = new AnsweringUpstream("203.0.113.7", 1);
        var server =
            started(
                """
                flood.example:0 {
                  bind 127.0.0.1
                  forward . 127.0.0.1:%d
                }
                .:0 {
                  bind 127.0.0.1
                  prometheus 127.0.0.1:0
                  kubernetes cluster.local {
                    manifests manifests
                  }
                  forward . 127.0.0.1:%d
                }
                """
                    .formatted(silent.port(), upstream.port()))) {
      silent.hold();
      long heapBytes = heapAfterCollection();
      long droppedBefore = droppedByTheMachine();
      var other = InetAddress.getByName("127.0.0.2");
      int asked = 0;
      try (var flooder = new DatagramSocket(0, InetAddress.getByName("127.0.0.3"))) {
        for (int i = 0; i < flood; i++) {
          byte[] query = TestServer.query(i & 0xffff, "n" + i + ".flood.example", RecordType.A);
          flooder.send(new DatagramPacket(query, query.length, server.dns()));
          if (i % 500 == 0) {
            assertThat(askedFrom(other, server, "web.shop.svc.cluster.local")).isTrue();
            assertThat(askedFrom(other, server, "m" + i + ".example.org")).isTrue();
            asked += 2;
          }
        }
      }
      silent.release();
      int others = asked;
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> {
            server.addresses(
                "web.shop.svc.cluster.local"); // the kernel tells of drops with the next
            String scrape = server.scrape();
            long answered =
                sample(scrape, "coredns_dns_requests_total{", "zone=\"flood.example.\"");
            long shed = sample(scrape, "byname_transport_shed_total{", "reason=\"in_flight\"");
            long unread =
                sample(scrape, "byname_transport_shed_total{", "reason=\"receive_queue\"");
            assertThat(flood - answered - shed - unread)
                .as("%d answered, %d shed, %d never read", answered, shed, unread)
                .isBetween(0L, droppedByTheMachine() - droppedBefore);
            assertThat(shed).isPositive();
          });
      assertThat(others).isGreaterThanOrEqualTo(200);
      assertThat(server.listener(Scheme.DNS).inFlightQueries()).isZero();
      assertThat(heapAfterCollection() - heapBytes).isLessThan(HEAP_GROWTH_MAX_BYTES);
    }
  }

  /**
   * Packets that Linux dropped before they reached any socket, because the processors were busy:
   * the second column of softnet_stat. No server can count those; most often there are none.
   */
  private static long droppedByTheMachine() throws IOException {
    Path counters = Path.of("/proc/net/softnet_stat");
    return Files.exists(counters)
        ? Files.readAllLines(counters).stream()
            .mapToLong(line -> Long.parseLong(line.split(" ")[1], 16))
            .sum()
        : 0;
  }

  /** As a client does that asks again after a while: a queue that overflows may cost one packet. */
  private static boolean askedFrom(InetAddress client, TestServer server, String name)
      throws IOException {
    byte[] query = TestServer.query(7, name, RecordType.A);
    try (var socket = new DatagramSocket(0, client)) {
      socket.setSoTimeout(5_000);
      for (int attempt = 0; attempt < 4; attempt++) {
        socket.send(new DatagramPacket(query, query.length, server.dns()));
        var packet = new DatagramPacket(new byte[2048], 2048);
        try {
          socket.receive(packet);
        } catch (java.net.SocketTimeoutException unanswered) {
          continue;
        }
        Message answer = Message.read(packet.getData(), packet.getLength());
        return answer != null && answer.answer().size() == 1;
      }
      return false;
    }
  }
}
