package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.byname.resolverconfig.resolvconf.Limits;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import dev.byname.resolverconfig.testkit.YamlCases;
import dev.byname.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The webhook as the API server sees it: over TLS, on loopback. */
class WebhookServerTest {
  private static final String RULES =
      """
      rules:
        - {name: fast, ndots: 3}
        - {name: wide, searches: [corp.example]}
      """;

  @TempDir static Path certificates;
  private static TestCertificates first;
  private static TestCertificates second;

  @TempDir Path folder;
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() {
    first = TestCertificates.create(certificates.resolve("first"), "127.0.0.1");
    second = TestCertificates.create(certificates.resolve("second"), "127.0.0.1");
  }

  @BeforeEach
  void layOutFiles() throws IOException {
    install(first);
    Files.writeString(folder.resolve("rules.yaml"), RULES);
  }

  @AfterEach
  void close() throws Exception {
    for (var closeable : toClose.reversed()) {
      closeable.close();
    }
  }

  @Test
  void aPodOfAReplicaSetIsPatched() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);

    var response = review(post(server, "/inject", reviewBody()));

    assertThat(response.get("uid").stringValue()).isEqualTo("705ab4f5-6393-11e8-b7cc-42010a800002");
    assertThat(response.get("allowed").booleanValue()).isTrue();
    assertThat(response.get("patchType").stringValue()).isEqualTo("JSONPatch");
    assertThat(patch(response))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    [{"op":"add","path":"/spec/dnsConfig","value":
                       {"searches":["corp.example"],"options":[{"name":"ndots","value":"3"}]}},
                     {"op":"add","path":"/metadata/annotations","value":
                       {"dns.byname.dev/injected":"fast,wide"}}]
                    """));
  }

  @Test
  void oneRuleHasItsOwnPath() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);

    var response = review(post(server, "/inject/wide?timeout=10s", reviewBody()));

    assertThat(patch(response).get(0).get("value").toString())
        .isEqualTo("{\"searches\":[\"corp.example\"]}");
    assertThat(post(server, "/inject/none", reviewBody()).statusCode()).isEqualTo(404);
  }

  @Test
  void otherRequestsGetTheirStatus() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);

    assertThat(send(server, "/healthz", HttpRequest.Builder::GET).statusCode()).isEqualTo(200);
    assertThat(send(server, "/inject", HttpRequest.Builder::GET).statusCode()).isEqualTo(405);
    assertThat(send(server, "/", HttpRequest.Builder::GET).statusCode()).isEqualTo(404);
    assertThat(post(server, "/inject", "{").statusCode()).isEqualTo(400);
    assertThat(post(server, "/inject", "{").body()).startsWith("body: is not JSON");
    assertThat(
            send(server, "/inject", r -> r.POST(BodyPublishers.ofString(reviewBody())))
                .statusCode())
        .as("without a content type")
        .isEqualTo(415);
  }

  @Test
  void aBodyOverTheLimitGets413AndTheServerGoesOn() throws Exception {
    var server =
        start(new WebhookServer.Bounds(8, 10_000, Duration.ofSeconds(30), Duration.ofMinutes(1)));

    assertThat(post(server, "/inject", " ".repeat(10_001)).statusCode()).isEqualTo(413);
    assertThat(post(server, "/inject", reviewBody()).statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestThatNeverEndsIsCutOff() throws Exception {
    var server =
        start(new WebhookServer.Bounds(8, 10_000, Duration.ofMillis(200), Duration.ofMinutes(10)));
    var connection = connect(server);

    connection
        .getOutputStream()
        .write("POST /inject HTTP/1.1\r\nHost: a\r\nX: ".getBytes(US_ASCII));
    connection.getOutputStream().flush();

    assertThat(connection.getInputStream().read()).as("end of stream").isEqualTo(-1);
  }

  @Test
  void anIdleConnectionIsClosed() throws Exception {
    var server =
        start(new WebhookServer.Bounds(8, 10_000, Duration.ofMinutes(10), Duration.ofMillis(200)));

    assertThat(connect(server).getInputStream().read()).as("end of stream").isEqualTo(-1);
  }

  @Test
  void connectionsOverTheLimitAreClosed() throws Exception {
    var server =
        start(new WebhookServer.Bounds(2, 10_000, Duration.ofMinutes(1), Duration.ofMinutes(1)));
    var kept = connect(server);
    connect(server);

    assertThatThrownBy(() -> connect(server)).isInstanceOf(IOException.class);

    kept.close();
    await().ignoreExceptions().until(() -> connect(server).isConnected());
  }

  @Test
  void aRotatedCertificateIsServedToNewConnections() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);
    assertThat(servedBy(server)).isEqualTo(certificate(first.serverCertificate()));

    install(second);

    await().until(() -> servedBy(server).equals(certificate(second.serverCertificate())));
  }

  @Test
  void changedRulesApplyWithoutARestart() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);

    replace("rules.yaml", "rules: [{name: other, ndots: 4}]");

    await()
        .until(() ->
            patch(review(post(server, "/inject", reviewBody())))
                .toString()
                .contains("{\"name\":\"ndots\",\"value\":\"4\"}"));
  }

  @Test
  void aChangedNodeFileIsReadAgain() throws Exception {
    replace("rules.yaml", "rules: [{name: local, nameserversInFront: [169.254.20.10]}]");
    replace("node.conf", "search one.example\n");
    var server = start(WebhookServer.Bounds.DEFAULT, Optional.of(folder.resolve("node.conf")));
    assertThat(patch(review(post(server, "/inject", reviewBody()))).toString())
        .contains("one.example");

    replace("node.conf", "search two.example\n");

    await()
        .until(() ->
            patch(review(post(server, "/inject", reviewBody())))
                .toString()
                .contains("two.example"));
  }

  @Test
  void whatCannotBeUsedAtTheStartIsRefused() throws Exception {
    install(first);
    Files.copy(second.serverKey(), folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> start(WebhookServer.Bounds.DEFAULT))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            folder.resolve("tls.key")
                + ": is not the key of the certificate in "
                + folder.resolve("tls.crt"));
  }

  @Test
  void anAddressInUseIsRefused() throws Exception {
    var server = start(WebhookServer.Bounds.DEFAULT);
    var config = config(server.address(), Optional.empty());

    assertThatThrownBy(() -> WebhookServer.start(config))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("cannot be listened at");
  }

  private void install(TestCertificates pair) throws IOException {
    replace("tls.key", Files.readString(pair.serverKey()));
    replace("tls.crt", Files.readString(pair.serverCertificate()));
  }

  private void replace(String name, String content) throws IOException {
    var fresh = Files.writeString(folder.resolve(name + ".new"), content);
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private WebhookServer start(WebhookServer.Bounds bounds) {
    return start(bounds, Optional.empty());
  }

  private WebhookServer start(WebhookServer.Bounds bounds, Optional<Path> nodeFile) {
    var server =
        new WebhookServer(
            config(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), nodeFile), bounds);
    toClose.add(server);
    return server;
  }

  private WebhookServer.Config config(InetSocketAddress listen, Optional<Path> nodeFile) {
    return new WebhookServer.Config(
        listen,
        folder.resolve("tls.crt"),
        folder.resolve("tls.key"),
        folder.resolve("rules.yaml"),
        new NodeDns(
            List.of("10.0.0.10"), "cluster.local", Optional.empty(), List.of(), Limits.CURRENT),
        nodeFile,
        Duration.ofMillis(20));
  }

  private static String reviewBody() throws IOException {
    return Files.readString(YamlCases.path("injection/review-create-pod.json"));
  }

  private HttpResponse<String> post(WebhookServer server, String path, String body)
      throws Exception {
    return send(
        server,
        path,
        request ->
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(
      WebhookServer server, String path, ThrowingConsumer<HttpRequest.Builder> how)
      throws Exception {
    var request =
        HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + server.address().getPort() + path));
    how.accept(request);
    try (var client = HttpClient.newBuilder().sslContext(trustingBoth()).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private interface ThrowingConsumer<T> {
    void accept(T value) throws Exception;
  }

  private static JsonNode review(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    return JsonMapper.shared().readTree(response.body()).get("response");
  }

  private static JsonNode patch(JsonNode response) {
    return JsonMapper.shared()
        .readTree(Base64.getDecoder().decode(response.get("patch").stringValue()));
  }

  private SSLSocket connect(WebhookServer server) throws Exception {
    var socket =
        (SSLSocket)
            trustingBoth().getSocketFactory().createSocket("127.0.0.1", server.address().getPort());
    toClose.add(socket);
    socket.setSoTimeout(60_000); // a hang must fail, not last
    socket.startHandshake();
    return socket;
  }

  private X509Certificate servedBy(WebhookServer server) throws Exception {
    return (X509Certificate) connect(server).getSession().getPeerCertificates()[0];
  }

  private static X509Certificate certificate(Path pem)
      throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static SSLContext trustingBoth() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("first", certificate(first.authority()));
    store.setCertificateEntry("second", certificate(second.authority()));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
