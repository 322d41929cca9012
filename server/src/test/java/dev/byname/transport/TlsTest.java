package dev.byname.transport;

import static dev.byname.transport.Queries.framed;
import static dev.byname.transport.Queries.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.Scheme;
import dev.byname.pem.Pem;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.TestCertificates;
import dev.byname.transport.TlsConfig.ClientAuth;
import dev.byname.transport.TransportObserver.Closed;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DNS over TLS with real handshakes. */
class TlsTest {
  @TempDir static Path shared;
  private static TestCertificates files;
  private static TestCertificates strangers;

  private final CountingObserver observer = new CountingObserver();
  private final ScriptedHandler handler = new ScriptedHandler();
  private final ManualScheduler background = new ManualScheduler(Instant.EPOCH);
  private final Listeners listeners =
      new Listeners(new TransportOptions(2, TransportOptions.Udp.NETTY), observer, background);

  @BeforeAll
  static void makeCertificates() {
    files = TestCertificates.create(shared.resolve("own"), "127.0.0.1");
    strangers = TestCertificates.create(shared.resolve("strangers"), "127.0.0.1");
  }

  @AfterEach
  void close() {
    listeners.close();
  }

  @Test
  void queriesArePipelinedOverTls() throws Exception {
    var server = open(files(ClientAuth.NO_CERTIFICATE));
    try (var client = new Client(server, context(files, false), "dot")) {
      assertThat(client.socket.getApplicationProtocol()).isEqualTo("dot");
      client.send(query(1, "later.a"), query(2, "fast.b"), query(3, "slow.c"));
      assertThat(client.receiveId()).isEqualTo(2);
      assertThat(client.receiveId()).isEqualTo(3);
      handler.next().answer();
      assertThat(client.receiveId()).isEqualTo(1);
    }
    assertThat(handler.clients)
        .allSatisfy(c -> assertThat(c.transport()).isEqualTo(dev.byname.query.Transport.TLS));
  }

  @Test
  void clientsWithoutAlpnOrWithAnotherAreServedToo() throws Exception {
    var server = open(files(ClientAuth.NO_CERTIFICATE));
    for (var protocols : new String[][] {{}, {"h2"}}) {
      try (var client = new Client(server, context(files, false), protocols)) {
        assertThat(client.ask(query(1, "fast.a"))).isEqualTo(1);
      }
    }
  }

  @Test
  void aSecondConnectionResumesTheSession() throws Exception {
    var server = open(files(ClientAuth.NO_CERTIFICATE));
    for (var version : List.of("TLSv1.3", "TLSv1.2")) {
      var trust = new CountingTrust();
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      for (int i = 0; i < 3; i++) {
        try (var client = new Client(server, context, new String[0], version)) {
          assertThat(client.ask(query(i, "fast.a"))).isEqualTo(i);
        }
      }
      // A full handshake looks at the server's certificate, a resumed one does not.
      assertThat(trust.checks).as(version).hasValue(1);
    }
  }

  @Test
  void clientCertificatesAreAskedForAsConfigured() throws Exception {
    // Go's names: what a client without, with a foreign and with an own certificate meets.
    assertThat(meets(ClientAuth.NO_CERTIFICATE)).containsExactly(true, true, true);
    assertThat(meets(ClientAuth.REQUEST)).containsExactly(true, true, true);
    assertThat(meets(ClientAuth.REQUIRE)).containsExactly(false, true, true);
    assertThat(meets(ClientAuth.VERIFY_IF_GIVEN)).containsExactly(true, false, true);
    assertThat(meets(ClientAuth.REQUIRE_AND_VERIFY)).containsExactly(false, false, true);
    await().until(() -> observer.closed.get() == 15);
    assertThat(observer.count(Closed.TLS)).isEqualTo(4);
  }

  private List<Boolean> meets(ClientAuth auth) throws Exception {
    var server = open(files(auth));
    return List.of(
        served(server, context(files, false)),
        served(server, context(strangers, true)),
        served(server, context(files, true)));
  }

  private static boolean served(Listener server, SSLContext context) {
    try (var client = new Client(server, context)) {
      return client.ask(query(1, "fast.a")) == 1;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void changedFilesServeTheConnectionsFromThenOn(@TempDir Path folder) throws Exception {
    var config = copyTo(folder, files);
    var server = open(config);
    assertThat(issuerSeenAt(server)).isEqualTo(certificate(files));
    try (var before = new Client(server, context(files, false))) {
      assertThat(before.ask(query(1, "fast.a"))).isEqualTo(1);

      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      assertThat(observer.certificates).isEmpty();

      replace(strangers.serverCertificate(), config.certificate());
      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      assertThat(observer.certificates) // told once
          .containsExactly(
              config.key() + ": is not the key of the certificate in " + config.certificate());
      assertThat(issuerSeenAt(server)).isEqualTo(certificate(files));

      Files.delete(config.key());
      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      assertThat(observer.certificates)
          .hasSize(2)
          .last()
          .isEqualTo(config.key() + ": no such file");

      replace(strangers.serverKey(), config.key());
      background.advance(Listeners.CERTIFICATE_CHECK_INTERVAL);
      assertThat(observer.certificates).hasSize(3).last().isEqualTo("changed");
      assertThat(issuerSeenAt(server)).isEqualTo(certificate(strangers));
      assertThat(before.ask(query(2, "fast.a"))).isEqualTo(2);
    }
  }

  @Test
  void aReloadTakesChangedFilesAndKeepsTicketsOtherwise(@TempDir Path folder) throws Exception {
    var config = copyTo(folder, files);
    var server = open(config);
    var before = server.tls();
    assertThat(open(server.config())).isSameAs(server);
    assertThat(server.tls()).isSameAs(before);

    replace(strangers.serverCertificate(), config.certificate());
    assertThatThrownBy(() -> open(server.config()))
        .isInstanceOf(ListenException.class)
        .hasMessageStartingWith(server.config().label() + ": tls: " + config.key());
    assertThat(server.tls()).isSameAs(before);

    replace(strangers.serverKey(), config.key());
    open(server.config());
    assertThat(issuerSeenAt(server)).isEqualTo(certificate(strangers));
  }

  @Test
  void aClientThatNeverFinishesItsHandshakeIsLeft() throws Exception {
    var impatient =
        new StreamTimeouts(
            Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(10), -1);
    var server =
        open(
            ListenerConfig.of(Scheme.TLS, "127.0.0.1", 0)
                .withTls(files(ClientAuth.NO_CERTIFICATE))
                .withTimeouts(impatient));
    try (var socket = new java.net.Socket()) {
      socket.connect(server.address());
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(0x16);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    await().until(() -> observer.count(Closed.READ_TIMEOUT) == 1);
  }

  @Test
  void plainTextToATlsListenerIsCounted() throws Exception {
    var server = open(files(ClientAuth.NO_CERTIFICATE));
    try (var socket = new java.net.Socket()) {
      socket.connect(server.address());
      socket.getOutputStream().write(framed(query(1, "fast.a")));
      await().until(() -> observer.count(Closed.TLS) == 1);
    }
  }

  @Test
  void withoutCertificateItIsPlainTextBehindAProxy() throws Exception {
    var server = open(ListenerConfig.of(Scheme.TLS, "127.0.0.1", 0));
    try (var socket = new java.net.Socket()) {
      socket.connect(server.address());
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(framed(query(1, "fast.a")));
      var in = new DataInputStream(socket.getInputStream());
      assertThat(in.readUnsignedShort()).isEqualTo(query(1, "fast.a").length);
    }
  }

  @Test
  void closingSendsTheAnswersInFlightAndAnEnd() throws Exception {
    var server = open(files(ClientAuth.NO_CERTIFICATE));
    try (var client = new Client(server, context(files, false))) {
      client.send(query(1, "later.a"));
      var pending = handler.next();
      var closing =
          java.util.concurrent.CompletableFuture.supplyAsync(
              () -> listeners.close(Duration.ofSeconds(20)));
      pending.answer();
      assertThat(client.receiveId()).isEqualTo(1);
      assertThat(client.in.read()).isEqualTo(-1); // a truncated end would be an exception
      client.close();
      assertThat(closing.join()).isTrue();
    }
  }

  private Listener open(TlsConfig tls) throws ListenException {
    return open(ListenerConfig.of(Scheme.TLS, "127.0.0.1", 0).withTls(tls));
  }

  private Listener open(ListenerConfig config) throws ListenException {
    return listeners.update(List.of(config), any -> handler, Duration.ZERO).getFirst();
  }

  private static TlsConfig files(ClientAuth auth) {
    return new TlsConfig(files.serverCertificate(), files.serverKey(), files.authority(), auth);
  }

  private static TlsConfig copyTo(Path folder, TestCertificates source) throws IOException {
    var config =
        new TlsConfig(
            folder.resolve("tls.crt"), folder.resolve("tls.key"), null, ClientAuth.NO_CERTIFICATE);
    Files.copy(source.serverCertificate(), config.certificate());
    Files.copy(source.serverKey(), config.key());
    return config;
  }

  private static void replace(Path source, Path target) throws IOException {
    Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private static X509Certificate certificate(TestCertificates of) throws Exception {
    return Pem.read(of.serverCertificate()).certificates().getFirst();
  }

  /** The certificate that a new client is shown. */
  private static X509Certificate issuerSeenAt(Listener server) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new CountingTrust()}, null);
    try (var client = new Client(server, context)) {
      return (X509Certificate) client.socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Trusts everybody; with the client certificate of {@code own} if wanted. */
  private static SSLContext context(TestCertificates own, boolean withCertificate)
      throws Exception {
    var context = SSLContext.getInstance("TLS");
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    if (withCertificate) {
      var chain = Pem.read(own.clientCertificate()).certificates();
      keys.setKeyEntry(
          "client",
          Pem.read(own.clientKey()).privateKey(),
          new char[0],
          chain.toArray(X509Certificate[]::new));
    }
    var factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, new char[0]);
    context.init(factory.getKeyManagers(), new TrustManager[] {new CountingTrust()}, null);
    return context;
  }

  private static final class CountingTrust implements X509TrustManager {
    final AtomicInteger checks = new AtomicInteger();

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      checks.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static final class Client implements AutoCloseable {
    final SSLSocket socket;
    final DataInputStream in;

    Client(Listener server, SSLContext context, String... protocols) throws IOException {
      this(server, context, protocols, null);
    }

    Client(Listener server, SSLContext context, String[] protocols, String version)
        throws IOException {
      socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(server.address().getAddress(), server.address().getPort());
      try {
        socket.setSoTimeout(20_000);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        if (version != null) {
          parameters.setProtocols(new String[] {version});
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
      } catch (SSLException refused) {
        socket.close();
        throw refused;
      }
      in = new DataInputStream(socket.getInputStream());
    }

    void send(byte[]... messages) throws IOException {
      socket.getOutputStream().write(framed(messages));
    }

    int receiveId() throws IOException {
      var message = new byte[in.readUnsignedShort()];
      in.readFully(message);
      return Queries.id(message);
    }

    int ask(byte[] message) throws IOException {
      send(message);
      return receiveId();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
