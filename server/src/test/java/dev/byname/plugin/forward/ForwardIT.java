package dev.byname.plugin.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.query.Response;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.Requests;
import dev.byname.testkit.TestCertificates;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code forward} against unbound, where it is installed. */
class ForwardIT {
  private static final Path UNBOUND = Path.of("/usr/sbin/unbound");

  private final Recorder recorder = new Recorder();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  @TempDir private Path folder;
  private TestCertificates files;
  private Process unbound;
  private int port;
  private int tlsPort;
  private Forwarder forwarder;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(UNBOUND), "unbound is not installed");
    files = TestCertificates.create(folder.resolve("tls"), "dns.example.net");
    port = freePort();
    tlsPort = freePort();
    var config =
        new StringBuilder(
            """
            server:
              interface: 127.0.0.1@%d
              interface: 127.0.0.1@%d
              tls-port: %d
              tls-service-key: "%s"
              tls-service-pem: "%s"
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "%s"
              pidfile: ""
              use-syslog: no
              local-zone: "example.org." static
              local-data: "example.org. 300 IN SOA ns.example.org. h.example.org. 1 7200 1800 86400 60"
              local-data: "www.example.org. 300 IN A 203.0.113.7"
            """
                .formatted(
                    port, tlsPort, tlsPort, files.serverKey(), files.serverCertificate(), folder));
    for (int i = 10; i < 40; i++) {
      config.append(
          "  local-data: 'big.example.org. 300 IN TXT \"%s%d\"'\n".formatted("x".repeat(100), i));
    }
    Path file = Files.writeString(folder.resolve("unbound.conf"), config);
    unbound =
        new ProcessBuilder(UNBOUND.toString(), "-d", "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("unbound.log").toFile())
            .start();
    await().atMost(Duration.ofSeconds(30)).until(() -> accepts(port) && accepts(tlsPort));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean accepts(int port) {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (forwarder != null) {
      forwarder.close();
    }
    if (unbound != null) {
      unbound.destroy();
      unbound.waitFor();
    }
    scheduler.shutdownNow();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private String dig(String lines, String name, RecordType type) throws IOException {
    var config = Configs.of(lines).getFirst();
    var tls =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(files.authority().toFile())
            .build();
    var transport =
        new NettyTransport(
            loops,
            new NettyTransport.Settings(config.expire().toNanos(), 0, 0, null, tls),
            recorder,
            new SecureRandom(),
            System::nanoTime);
    forwarder =
        new Forwarder(config, transport, recorder, scheduler, new SecureRandom(), System::nanoTime);
    var request = Requests.of(name, type, Header.RD, new Edns(1232, false), Transport.UDP);
    return switch (forwarder.ask(request).toCompletableFuture().join().response()) {
      case Response.Wire wire -> {
        var text = new ArrayList<>(List.of(wire.read().toString().split("\n", -1)));
        yield text.size() > 3 ? (text.size() - 1) + " records" : String.join("; ", text);
      }
      case Response.Failure failure -> Rcode.name(failure.rcode()) + ": " + failure.reason();
      default -> throw new AssertionError();
    };
  }

  @Test
  void overUdp() throws IOException {
    assertThat(dig("forward . 127.0.0.1:" + port, "www.Example.org.", RecordType.A))
        .isEqualTo("NOERROR aa rd ra; www.Example.org. 300 IN A 203.0.113.7");
    assertThat(recorder.events).contains("udp new").doesNotContain("tcp new", "unusable");
  }

  @Test
  void overTcpWhenItIsLong() throws IOException {
    assertThat(dig("forward . 127.0.0.1:" + port, "big.example.org.", RecordType.TXT))
        .isEqualTo("30 records");
    assertThat(recorder.events).contains("udp new", "tcp new");
  }

  @Test
  void overTls() throws IOException {
    assertThat(
            dig(
                "forward . tls://127.0.0.1%dns.example.net:" + tlsPort,
                "www.example.org.",
                RecordType.A))
        .isEqualTo("NOERROR aa rd ra; www.example.org. 300 IN A 203.0.113.7");
    assertThat(recorder.events).contains("tcp-tls new");
  }

  @Test
  void denials() throws IOException {
    assertThat(dig("forward . 127.0.0.1:" + port, "nope.example.org.", RecordType.A))
        .startsWith("NXDOMAIN aa rd ra; example.org. ");
  }

  @Test
  void anotherUpstreamTakesOverFromADeadOne() throws IOException {
    int dead = freePort();
    assertThat(
            dig(
                "forward . 127.0.0.1:%d 127.0.0.1:%d {\n policy sequential\n}"
                    .formatted(dead, port),
                "www.example.org.",
                RecordType.A))
        .startsWith("NOERROR");
  }
}
