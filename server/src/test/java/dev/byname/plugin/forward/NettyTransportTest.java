package dev.byname.plugin.forward;

import static dev.byname.plugin.forward.UpstreamDouble.answer;
import static dev.byname.plugin.forward.UpstreamDouble.large;
import static dev.byname.plugin.forward.UpstreamDouble.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.plugin.forward.UpstreamDouble.Asked;
import dev.byname.plugin.forward.UpstreamTransport.Via;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.Requests;
import dev.byname.testkit.TestCertificates;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets to servers on loopback that do what servers should not. */
class NettyTransportTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(300);

  private final Recorder recorder = new Recorder();
  private MultiThreadIoEventLoopGroup loops;
  private NettyTransport transport;

  @BeforeEach
  void start() {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    transport = transport(null);
  }

  private NettyTransport transport(@Nullable SslContext tls) {
    return new NettyTransport(
        loops,
        new NettyTransport.Settings(TimeUnit.MINUTES.toNanos(5), 0, 0, null, tls),
        recorder,
        new SecureRandom(),
        System::nanoTime);
  }

  @AfterEach
  void stop() {
    transport.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static UpstreamQuery query(String name) {
    return new UpstreamQuery(
        DomainName.of(name), RecordTypes.A, RecordTypes.CLASS_IN, Header.RD, false, List.of());
  }

  private CompletableFuture<UpstreamReply> send(UpstreamAddress to, UpstreamQuery query, Via via) {
    return transport.ask(to, query, via, true, true, PATIENCE).toCompletableFuture();
  }

  private UpstreamReply ask(UpstreamDouble upstream, Via via) {
    return send(upstream.address(), query("www.Example.org."), via).join();
  }

  private static Message read(UpstreamReply reply) {
    assertThat(reply).isInstanceOf(UpstreamReply.Answered.class);
    byte[] message = ((UpstreamReply.Answered) reply).message();
    return Message.read(message, message.length);
  }

  @Test
  void anAnswerComesInTheClientsCaseWithoutOpt() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      Message answer = read(ask(upstream, Via.UDP));
      assertThat(answer.question().name().toString()).isEqualTo("www.Example.org.");
      assertThat(answer.toString())
          .isEqualTo("NOERROR rd ra\nwww.Example.org. 30 IN A 203.0.113.7");
      assertThat(answer.edns()).isNull();
    }
  }

  @Test
  void theQueryHasRandomCaseIdAndPortAndOurSize() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      int queries = 200;
      for (int i = 0; i < queries; i++) {
        read(ask(upstream, Via.UDP));
      }
      assertThat(upstream.asked.stream().map(a -> a.name().toString()).distinct().count())
          .as("spellings")
          .isGreaterThan(150);
      assertThat(upstream.asked.stream().map(a -> a.query().id()).distinct().count())
          .as("ids")
          .isGreaterThan(150);
      var queriesByPort =
          upstream.asked.stream()
              .collect(Collectors.groupingBy(Asked::fromPort, Collectors.counting()));
      assertThat(queriesByPort.values()).allMatch(count -> count <= UdpPort.QUERIES_MAX);
      Message first = upstream.asked.getFirst().query();
      assertThat(first.edns()).isEqualTo(new Edns(1232, false));
      assertThat(first.flags()).isEqualTo(Header.RD);
    }
  }

  @Test
  void dnssecFlagsAndOptionsArePassedOn() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      var subnet = new Edns.Option(Edns.OPTION_CLIENT_SUBNET, new byte[] {0, 1, 8, 0, 10});
      var cookie = new Edns.Option(Edns.OPTION_COOKIE, new byte[8]);
      var request =
          Requests.of(
              "example.org.",
              RecordType.A,
              Header.CD,
              new Edns(4096, 0, true, List.of(cookie, subnet)),
              dev.byname.query.Transport.UDP);
      read(send(upstream.address(), UpstreamQuery.of(request), Via.UDP).join());
      Message asked = upstream.asked.getFirst().query();
      assertThat(asked.flags()).isEqualTo(Header.CD);
      assertThat(asked.edns().dnssecOk()).isTrue();
      assertThat(asked.edns().options()).extracting(Edns.Option::code).containsExactly(8);
    }
  }

  @Test
  void forgedAnswersAreDroppedAndTheRightOneIsTaken() {
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          byte[] right = wire(answer(asked));
          byte[] otherId = right.clone();
          otherId[1] ^= 1;
          byte[] otherType = right.clone();
          Bytes.u16(otherType, 12 + asked.name().lengthBytes(), RecordTypes.AAAA);
          byte[] otherName = right.clone();
          otherName[14] ^= 1;
          byte[] notAnAnswer = asked.wire();
          return List.of(otherId, otherType, otherName, notAnAnswer, new byte[5], right);
        })) {
      read(ask(upstream, Via.UDP));
      assertThat(recorder.events)
          .containsSequence(
              "dropped ID",
              "dropped QUESTION",
              "dropped QUESTION",
              "dropped QUESTION",
              "dropped SHORT");
    }
  }

  @Test
  void afterManyForgedAnswersItGivesUpOnUdp() {
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          var wrong = new ArrayList<byte[]>();
          for (int id = 0; id < 100; id++) {
            byte[] one = wire(answer(asked));
            Bytes.u16(one, 0, asked.query().id() + 1 + id);
            wrong.add(one);
          }
          return wrong;
        })) {
      assertThat(ask(upstream, Via.UDP)).isEqualTo(new UpstreamReply.Unusable("16 wrong answers"));
    }
  }

  @Test
  void anAnswerInAnotherCaseIsNotTaken() {
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          byte[] one = wire(answer(asked));
          for (int at = 12; at < 12 + asked.name().lengthBytes(); at++) {
            one[at] = DomainName.fold(one[at]);
          }
          return List.of(one);
        })) {
      // All letters lower by chance: 1 in 8,192 names of this length; three tries settle it.
      boolean seen = false;
      for (int i = 0; i < 3; i++) {
        seen |= ask(upstream, Via.UDP) instanceof UpstreamReply.CaseLost;
      }
      assertThat(seen).isTrue();
      read(ask(upstream, Via.STREAM));
    }
  }

  @Test
  void garbageWithTheRightQuestionIsUnusable() {
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          byte[] one = wire(answer(asked));
          return List.of(java.util.Arrays.copyOf(one, one.length - 14));
        })) {
      assertThat(ask(upstream, Via.UDP)).isEqualTo(new UpstreamReply.Unusable("malformed"));
    }
  }

  @Test
  void moreThanWasAskedForIsUnusable() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(large(asked))))) {
      assertThat(ask(upstream, Via.UDP)).isInstanceOf(UpstreamReply.Unusable.class);
      assertThat(read(ask(upstream, Via.STREAM)).answer()).hasSize(12);
    }
  }

  @Test
  void truncation() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(large(asked).toWire(1232)))) {
      assertThat(ask(upstream, Via.UDP)).isInstanceOf(UpstreamReply.Truncated.class);
    }
  }

  @Test
  void silenceTimesOut() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of())) {
      for (Via via : Via.values()) {
        var reply =
            transport
                .ask(upstream.address(), query("example.org."), via, true, true, SOON)
                .toCompletableFuture()
                .join();
        assertThat(reply).isEqualTo(new UpstreamReply.Failed("timed out"));
      }
    }
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var nobody =
        UpstreamAddress.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    for (Via via : Via.values()) {
      assertThat(send(nobody, query("example.org."), via).join())
          .as("known at once, not after the timeout")
          .isEqualTo(new UpstreamReply.Failed("connection refused"));
    }
  }

  @Test
  void oneConnectionCarriesOneQueryAfterAnother() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      for (int i = 0; i < 5; i++) {
        read(ask(upstream, Via.STREAM));
      }
      assertThat(upstream.connections).hasValue(1);
      assertThat(recorder.count("tcp new")).isEqualTo(1);
      assertThat(recorder.count("tcp reused")).isEqualTo(4);
    }
  }

  @Test
  void manyQueriesAtOnceShareAFewConnections() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      var replies = new ArrayList<CompletableFuture<UpstreamReply>>();
      for (int i = 0; i < 300; i++) {
        replies.add(send(upstream.address(), query("n" + i + ".example."), Via.STREAM));
      }
      for (int i = 0; i < 300; i++) {
        assertThat(read(replies.get(i).join()).question().name().toString())
            .isEqualTo("n" + i + ".example.");
      }
      assertThat(upstream.connections.get()).isLessThanOrEqualTo(NettyTransport.CONNECTIONS_MAX);
    }
  }

  @Test
  void manyQueriesAtOnceShareAFewPorts() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      for (int round = 0; round < 3; round++) {
        var replies = new ArrayList<CompletableFuture<UpstreamReply>>();
        // As many as fit a socket's default buffer: more could be lost before they are read.
        for (int i = 0; i < 100; i++) {
          replies.add(send(upstream.address(), query("n" + i + ".example."), Via.UDP));
        }
        for (int i = 0; i < 100; i++) {
          assertThat(read(replies.get(i).join()).question().name().toString())
              .isEqualTo("n" + i + ".example.");
        }
      }
    }
  }

  @Test
  void answersMayComeInAnyOrder() {
    var kept = new java.util.concurrent.ConcurrentHashMap<Integer, List<byte[]>>();
    int each = 10;
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          var here = kept.computeIfAbsent(asked.fromPort(), port -> new ArrayList<>());
          here.add(wire(answer(asked)));
          return here.size() == each ? here.reversed() : List.of();
        })) {
      var replies = new ArrayList<CompletableFuture<UpstreamReply>>();
      for (int i = 0; i < each * NettyTransport.CONNECTIONS_MAX; i++) {
        replies.add(send(upstream.address(), query("n" + i + ".example."), Via.STREAM));
      }
      for (int i = 0; i < replies.size(); i++) {
        assertThat(read(replies.get(i).join()).question().name().toString())
            .isEqualTo("n" + i + ".example.");
      }
    }
  }

  @Test
  void aConnectionThatTheUpstreamClosedIsNobodysFault() {
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      upstream.answersPerConnection = 1;
      for (int i = 0; i < 10; i++) {
        read(ask(upstream, Via.STREAM));
      }
      assertThat(upstream.connections).hasValue(10);
    }
  }

  @Test
  void closingLetsTheLastQueriesFinish() {
    var release = new java.util.concurrent.CountDownLatch(1);
    try (var upstream =
        new UpstreamDouble((asked, i) -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return List.of(wire(answer(asked)));
        })) {
      var udp = send(upstream.address(), query("a.example."), Via.UDP);
      var tcp = send(upstream.address(), query("b.example."), Via.STREAM);
      await().until(() -> upstream.asked.size() == 2);
      transport.close();
      release.countDown();
      read(udp.join());
      read(tcp.join());
    }
  }

  @Test
  void ourAddressCanBeChosen() throws Exception {
    transport =
        new NettyTransport(
            loops,
            new NettyTransport.Settings(PATIENCE, 0, 0, InetAddress.getByName("127.0.0.2"), null),
            recorder,
            new SecureRandom(),
            System::nanoTime);
    try (var upstream = new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))))) {
      read(ask(upstream, Via.UDP));
      read(ask(upstream, Via.STREAM));
    }
  }

  // ---- TLS ----

  private static SSLServerSocketFactory server(TestCertificates files, List<String> names)
      throws Exception {
    var context =
        (JdkSslContext)
            SslContextBuilder.forServer(
                    files.serverCertificate().toFile(), files.serverKey().toFile())
                .sslProvider(SslProvider.JDK)
                .trustManager(files.authority().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    var factory = context.context().getServerSocketFactory();
    return new SniRecorder(factory, names);
  }

  @Test
  void tlsWithServerNameAndClientCertificate(@TempDir Path folder) throws Exception {
    var files = TestCertificates.create(folder, "dns.example.net");
    var names = new java.util.concurrent.CopyOnWriteArrayList<String>();
    transport =
        transport(
            SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(files.authority().toFile())
                .keyManager(files.clientCertificate().toFile(), files.clientKey().toFile())
                .build());
    try (var upstream =
        new UpstreamDouble((asked, i) -> List.of(wire(answer(asked))), server(files, names))) {
      var plain = upstream.address();
      var to = new UpstreamAddress(plain.address(), true, "dns.example.net");
      read(send(to, query("example.org."), Via.STREAM).join());
      read(send(to, query("example.com."), Via.STREAM).join());
      assertThat(upstream.connections).hasValue(1);
      assertThat(names).containsExactly("dns.example.net");
      assertThat(recorder.events).contains("tcp-tls new", "tcp-tls reused");

      var other = new UpstreamAddress(plain.address(), true, "other.example.net");
      assertThat(send(other, query("example.org."), Via.STREAM).join())
          .asString()
          .contains("TLS: No subject alternative DNS name matching other.example.net");
    }
  }

  @Test
  void anUnknownAuthorityIsRefused(@TempDir Path folder) throws Exception {
    var files = TestCertificates.create(folder, "127.0.0.1");
    transport = transport(SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build());
    try (var upstream =
        new UpstreamDouble(
            (asked, i) -> List.of(wire(answer(asked))), server(files, new ArrayList<>()))) {
      var to = new UpstreamAddress(upstream.address().address(), true, "");
      assertThat(send(to, query("example.org."), Via.STREAM).join()).asString().contains("TLS: ");
    }
  }

  /** Hands out server sockets that note the server names asked for. */
  private static final class SniRecorder extends SSLServerSocketFactory {
    private final SSLServerSocketFactory factory;
    private final List<String> names;

    SniRecorder(SSLServerSocketFactory factory, List<String> names) {
      this.factory = factory;
      this.names = names;
    }

    @Override
    public java.net.ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws java.io.IOException {
      var socket = (SSLServerSocket) factory.createServerSocket(port, backlog, address);
      socket.setNeedClientAuth(true);
      var parameters = socket.getSSLParameters();
      parameters.setSNIMatchers(
          List.of(
              new javax.net.ssl.SNIMatcher(0) {
                @Override
                public boolean matches(javax.net.ssl.SNIServerName name) {
                  names.add(
                      new String(name.getEncoded(), java.nio.charset.StandardCharsets.US_ASCII));
                  return true;
                }
              }));
      socket.setSSLParameters(parameters);
      return socket;
    }

    @Override
    public java.net.ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public java.net.ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return factory.getSupportedCipherSuites();
    }
  }
}
