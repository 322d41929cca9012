package dev.byname.transport;

import static dev.byname.transport.Queries.query;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.Scheme;
import dev.byname.pem.Pem;
import dev.byname.query.Transport;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.TestCertificates;
import dev.byname.transport.TlsConfig.ClientAuth;
import dev.byname.transport.TransportObserver.Closed;
import dev.byname.transport.TransportObserver.Shed;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * DNS over HTTPS as the JDK's client speaks it, and HTTP/1.1 by hand where a client is too good.
 */
class HttpsTest {
  private static final String MEDIA_TYPE = "application/dns-message";

  @TempDir static Path folder;
  private static TestCertificates files;
  private static SSLContext trusting;

  private final CountingObserver observer = new CountingObserver();
  private final ScriptedHandler handler = new ScriptedHandler();
  private final Listeners listeners =
      new Listeners(
          new TransportOptions(2, TransportOptions.Udp.NETTY),
          observer,
          new ManualScheduler(Instant.EPOCH));
  private final List<HttpClient> clients = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    files = TestCertificates.create(folder, "127.0.0.1");
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", Pem.read(files.authority()).certificates().getFirst());
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, factory.getTrustManagers(), null);
  }

  @AfterEach
  void close() {
    clients.forEach(HttpClient::shutdownNow);
    listeners.close();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void getAndPostAreAnswered(HttpClient.Version version) throws Exception {
    var server = open(https());
    var client = client(version);
    for (var name : List.of("fast.a", "slow.a")) {
      for (var request : List.of(post(server, query(7, name)), get(server, query(7, name)))) {
        var response = client.send(request, BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(version);
        assertThat(response.headers().firstValue("content-type")).hasValue(MEDIA_TYPE);
        assertThat(response.headers().firstValue("cache-control")).hasValue("max-age=0");
        assertThat(response.headers().firstValue("content-length"))
            .hasValue(String.valueOf(response.body().length));
        assertThat(Queries.id(response.body())).isEqualTo(7);
        assertThat(Queries.name(response.body())).isEqualTo(name + ".");
        assertThat(Queries.isAnswer(response.body())).isTrue();
      }
    }
    assertThat(observer.count(200)).isEqualTo(4);
    assertThat(observer.opened).hasValue(1);
    assertThat(handler.clients)
        .allSatisfy(c -> assertThat(c.transport()).isEqualTo(Transport.HTTPS));
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void theLongestMessagesTravelBothWays(HttpClient.Version version) throws Exception {
    var server = open(https());
    var client = client(version);
    var message = query(7, "fast.a", 0xffff);
    var response = client.send(post(server, message), BodyHandlers.ofByteArray());
    assertThat(response.body()).hasSize(0xffff);
    var big = client.send(get(server, query(8, "big.a")), BodyHandlers.ofByteArray());
    assertThat(big.body()).hasSize(60_000);
    await().until(() -> server.buffered().taken() == 0);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void whatIsNoDnsQueryGetsItsHttpError(HttpClient.Version version) throws Exception {
    var server = open(https());
    var client = client(version);
    var good = query(1, "fast.a");
    var base64 = Base64.getUrlEncoder().withoutPadding().encodeToString(good);
    assertThat(status(client, get(server, "/other?dns=" + base64))).isEqualTo(404);
    assertThat(status(client, get(server, "/dns-query"))).isEqualTo(400);
    assertThat(status(client, get(server, "/dns-query?dns="))).isEqualTo(400);
    assertThat(status(client, get(server, "/dns-query?dns=a%2Fb"))).isEqualTo(400);
    assertThat(status(client, get(server, "/dns-query?dns=AAAA"))).isEqualTo(400);
    assertThat(status(client, get(server, "/dns-query?dns=" + base64 + "&dns=" + base64)))
        .isEqualTo(400);
    assertThat(status(client, get(server, query(1, "drop.a")))).isEqualTo(400);
    assertThat(status(client, get(server, query(1, "bug.a")))).isEqualTo(500);
    assertThat(status(client, get(server, query(1, "slowbug.a")))).isEqualTo(500);
    assertThat(status(client, get(server, query(1, "silent.a")))).isEqualTo(500);
    assertThat(status(client, post(server, new byte[11]))).isEqualTo(400);
    assertThat(status(client, post(server, new byte[0]))).isEqualTo(400);
    assertThat(status(client, post(server, new byte[0x10000]))).isEqualTo(413);
    assertThat(
            status(
                client,
                request(server, "/dns-query").POST(BodyPublishers.ofByteArray(good)).build()))
        .as("no media type")
        .isEqualTo(415);
    var put =
        client.send(
            request(server, "/dns-query").PUT(BodyPublishers.ofByteArray(good)).build(),
            BodyHandlers.ofByteArray());
    assertThat(put.statusCode()).isEqualTo(405);
    assertThat(put.headers().firstValue("allow")).hasValue("GET, POST");

    // None of it cost the connection.
    assertThat(status(client, get(server, good))).isEqualTo(200);
    assertThat(observer.opened).hasValue(1);
    assertThat(observer.bugs).hasSize(2);
    await().until(() -> server.inFlight().taken() == 0 && server.buffered().taken() == 0);
  }

  @Test
  void theMediaTypeMayHaveParametersAndCapitals() throws Exception {
    var server = open(https());
    var request =
        request(server, "/dns-query")
            .header("Content-Type", "Application/DNS-Message; charset=x")
            .POST(BodyPublishers.ofByteArray(query(1, "fast.a")))
            .build();
    assertThat(status(client(HttpClient.Version.HTTP_2), request)).isEqualTo(200);
  }

  @Test
  void streamsOfHttp2AreAnsweredAsTheyAreReady() throws Exception {
    var server = open(https());
    var client = client(HttpClient.Version.HTTP_2);
    assertThat(status(client, get(server, query(0, "fast.a")))).isEqualTo(200);
    var late = client.sendAsync(get(server, query(1, "later.a")), BodyHandlers.ofByteArray());
    var pending = handler.next();
    assertThat(status(client, get(server, query(2, "fast.a")))).isEqualTo(200);
    assertThat(late).isNotDone();
    pending.answer();
    assertThat(Queries.id(late.join().body())).isEqualTo(1);
    assertThat(observer.opened).hasValue(1);
  }

  @Test
  void manyStreamsAtOnceAllGetTheirAnswers() throws Exception {
    var server = open(https());
    var client = client(HttpClient.Version.HTTP_2);
    assertThat(status(client, get(server, query(0, "fast.a")))).isEqualTo(200);
    for (int round = 0; round < 10; round++) {
      var responses = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
      for (int id = 0; id < 90; id++) {
        var message = query(id, id % 2 == 0 ? "fast.a" : "slow.a");
        responses.add(
            client.sendAsync(
                id % 3 == 0 ? get(server, message) : post(server, message),
                BodyHandlers.ofByteArray()));
      }
      for (int id = 0; id < 90; id++) {
        assertThat(Queries.id(responses.get(id).join().body())).isEqualTo(id);
      }
    }
    assertThat(observer.opened).hasValue(1);
    assertThat(observer.shed()).isEmpty();
  }

  @Test
  void pipelinedRequestsOfHttp1AreAnsweredInTheirOrder() throws Exception {
    var server = open(https().withTls(null));
    try (var client = new RawClient(server)) {
      client.send(
          rawGet(query(1, "later.a"), ""), rawGet(query(2, "fast.a"), ""),
          rawPost(query(3, "slow.a")), rawGet(query(4, "later.a"), ""));
      handler.next().answer();
      for (int id = 1; id <= 3; id++) {
        assertThat(Queries.id(client.receive("HTTP/1.1 200 OK"))).isEqualTo(id);
      }
      handler.next().answer();
      assertThat(Queries.id(client.receive("HTTP/1.1 200 OK"))).isEqualTo(4);
    }
  }

  @Test
  void hundredsOfPipelinedRequestsDoNotOverwhelm() throws Exception {
    var server = open(https().withTls(null));
    try (var client = new RawClient(server)) {
      int requests = 2000;
      var sending =
          CompletableFuture.runAsync(() -> {
            for (int id = 0; id < requests; id++) {
              client.send(rawGet(query(id, id % 7 == 0 ? "slow.a" : "fast.a"), ""));
            }
          });
      for (int id = 0; id < requests; id++) {
        assertThat(Queries.id(client.receive("HTTP/1.1 200 OK"))).isEqualTo(id);
      }
      sending.join();
    }
  }

  @Test
  void aRequestMayComeByteByByte() throws Exception {
    var server = open(https().withTls(null));
    try (var client = new RawClient(server)) {
      for (byte one : rawPost(query(5, "fast.a")).getBytes(ISO_8859_1)) {
        client.send(String.valueOf((char) (one & 0xff)));
      }
      assertThat(Queries.id(client.receive("HTTP/1.1 200 OK"))).isEqualTo(5);
    }
  }

  @Test
  void aConnectionIsClosedWhenTheClientWantsIt() throws Exception {
    var server = open(https().withTls(null));
    try (var client = new RawClient(server)) {
      client.send(rawGet(query(1, "slow.a"), "Connection: close\r\n"));
      client.receive("HTTP/1.1 200 OK");
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @Test
  void brokenHttpGetsAnErrorAndAnEnd() throws Exception {
    var server = open(https().withTls(null));
    var endless = "GET /dns-query?dns=" + "A".repeat(20_000) + " HTTP/1.1\r\n\r\n";
    assertThat(statusAndEnd(server, endless)).startsWith("HTTP/1.1 414 ");
    var headers = "GET /dns-query HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n";
    assertThat(statusAndEnd(server, headers)).startsWith("HTTP/1.1 431 ");
    assertThat(statusAndEnd(server, "\u0016\u0003\u0001 what is this\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(
            statusAndEnd(
                server,
                "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect:"
                    + " 100-continue\r\nContent-Type: application/dns-message\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    await().until(() -> observer.count(Closed.MALFORMED) == 4);
    assertThat(observer.bugs).isEmpty();
  }

  @Test
  void aBodyIsAskedForWhenTheClientHoldsItBack() throws Exception {
    var server = open(https().withTls(null));
    var message = query(1, "fast.a");
    try (var client = new RawClient(server)) {
      client.send(
          "POST /dns-query HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: "
              + MEDIA_TYPE
              + "\r\nContent-Length: "
              + message.length
              + "\r\n\r\n");
      client.receive("HTTP/1.1 100 Continue");
      client.send(new String(message, ISO_8859_1));
      assertThat(Queries.id(client.receive("HTTP/1.1 200 OK"))).isEqualTo(1);
    }
  }

  @Test
  void slowQueriesBeyondTheBoundAreToldToComeBack() throws Exception {
    var server = open(https().withBounds(new Bounds(1, 10, 10, 1 << 20)));
    var client = client(HttpClient.Version.HTTP_2);
    var first = client.sendAsync(get(server, query(1, "later.a")), BodyHandlers.ofByteArray());
    var pending = handler.next();
    assertThat(status(client, get(server, query(2, "later.a")))).isEqualTo(503);
    assertThat(observer.count(Shed.IN_FLIGHT)).isEqualTo(1);
    pending.answer();
    assertThat(first.join().statusCode()).isEqualTo(200);
    assertThat(status(client, get(server, query(3, "slow.a")))).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void closingAnswersWhatIsInFlight(HttpClient.Version version) throws Exception {
    var server = open(https());
    var client = client(version);
    var late = client.sendAsync(get(server, query(1, "later.a")), BodyHandlers.ofByteArray());
    var pending = handler.next();
    var closing = CompletableFuture.supplyAsync(() -> listeners.close(Duration.ofSeconds(20)));
    pending.answer();
    assertThat(late.join().statusCode()).isEqualTo(200);
    assertThat(closing.join()).isTrue();
    assertThat(observer.count(Closed.SHUTDOWN)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void idleConnectionsAreClosed(HttpClient.Version version) throws Exception {
    var impatient =
        new StreamTimeouts(
            Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofMillis(50), -1);
    var server = open(https().withTimeouts(impatient));
    var client = client(version);
    assertThat(status(client, get(server, query(1, "fast.a")))).isEqualTo(200);
    await().until(() -> observer.count(Closed.IDLE) == 1);
    assertThat(status(client, get(server, query(2, "fast.a")))).isEqualTo(200);
    assertThat(observer.opened).hasValue(2);
  }

  @Test
  void anUnfinishedRequestHasTheTimeOfARead() throws Exception {
    var impatient =
        new StreamTimeouts(
            Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofSeconds(20), -1);
    var server = open(https().withTls(null).withTimeouts(impatient));
    try (var client = new RawClient(server)) {
      client.send(rawGet(query(1, "fast.a"), ""));
      client.receive("HTTP/1.1 200 OK");
      client.send("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc");
      assertThat(client.in.read()).isEqualTo(-1);
    }
    await().until(() -> observer.count(Closed.READ_TIMEOUT) == 1);
  }

  private static ListenerConfig https() {
    return ListenerConfig.of(Scheme.HTTPS, "127.0.0.1", 0)
        .withTls(
            new TlsConfig(
                files.serverCertificate(), files.serverKey(), null, ClientAuth.NO_CERTIFICATE));
  }

  private Listener open(ListenerConfig config) throws ListenException {
    return listeners.update(List.of(config), any -> handler, Duration.ZERO).getFirst();
  }

  private HttpClient client(HttpClient.Version version) {
    var client =
        HttpClient.newBuilder()
            .version(version)
            .sslContext(trusting)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    clients.add(client);
    return client;
  }

  private static int status(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofByteArray()).statusCode();
  }

  private static HttpRequest post(Listener server, byte[] message) {
    return request(server, "/dns-query")
        .header("Content-Type", MEDIA_TYPE)
        .POST(BodyPublishers.ofByteArray(message))
        .build();
  }

  private static HttpRequest get(Listener server, byte[] message) {
    return get(
        server,
        "/dns-query?dns=" + Base64.getUrlEncoder().withoutPadding().encodeToString(message));
  }

  private static HttpRequest get(Listener server, String path) {
    return request(server, path).GET().build();
  }

  private static HttpRequest.Builder request(Listener server, String path) {
    return HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + server.address().getPort() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private static String rawGet(byte[] message, String headers) {
    return "GET /dns-query?dns="
        + Base64.getUrlEncoder().withoutPadding().encodeToString(message)
        + " HTTP/1.1\r\nHost: a\r\n"
        + headers
        + "\r\n";
  }

  private static String rawPost(byte[] message) {
    return "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: "
        + MEDIA_TYPE
        + "\r\nContent-Length: "
        + message.length
        + "\r\n\r\n"
        + new String(message, ISO_8859_1);
  }

  private static String statusAndEnd(Listener server, String request) throws IOException {
    try (var client = new RawClient(server)) {
      client.send(request);
      client.socket.shutdownOutput();
      return new String(client.in.readAllBytes(), ISO_8859_1);
    }
  }

  /** HTTP/1.1 as it is typed. */
  private static final class RawClient implements AutoCloseable {
    final Socket socket = new Socket();
    final InputStream in;

    RawClient(Listener server) throws IOException {
      socket.connect(server.address());
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String... requests) {
      try {
        socket.getOutputStream().write(String.join("", requests).getBytes(ISO_8859_1));
      } catch (IOException failed) {
        throw new java.io.UncheckedIOException(failed);
      }
    }

    /** The body of the next response, which must have this status line. */
    byte[] receive(String statusLine) throws IOException {
      var head = new ByteArrayOutputStream();
      while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("ended after: " + head);
        }
        head.write(next);
      }
      var lines = head.toString(ISO_8859_1).split("\r\n");
      assertThat(lines[0]).isEqualTo(statusLine);
      int length =
          Arrays.stream(lines)
              .filter(
                  line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: "))
              .mapToInt(line -> Integer.parseInt(line.substring(16)))
              .findFirst()
              .orElse(0);
      return in.readNBytes(length);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
