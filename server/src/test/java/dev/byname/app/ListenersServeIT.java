package dev.byname.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.corefile.Scheme;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.TestCertificates;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The directives that configure listeners, over real connections. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListenersServeIT {
  private static final Path KDIG = Path.of("/usr/bin/kdig");

  @TempDir static Path authorities;
  private static TestCertificates files;
  private static TestCertificates renewed;

  @TempDir Path folder;

  @BeforeAll
  static void makeCertificates() {
    files = TestCertificates.create(authorities.resolve("first"), "localhost");
    renewed = TestCertificates.create(authorities.resolve("renewed"), "localhost");
  }

  @BeforeEach
  void putCertificates() throws IOException {
    Files.copy(files.serverCertificate(), folder.resolve("server.pem"));
    Files.copy(files.serverKey(), folder.resolve("server.key"));
    Files.copy(files.authority(), folder.resolve("ca.pem"));
  }

  private static String encrypted(String clientAuth) {
    return """
    tls://.:0 https://.:0 {
      bind 127.0.0.1
      tls server.pem server.key ca.pem {
        client_auth %s
      }
      hosts {
        203.0.113.7 www.example.org
      }
    }
    """
        .formatted(clientAuth);
  }

  private static String kdig(TestServer server, Scheme scheme) throws IOException {
    return TestServer.run(
        KDIG.toString(),
        "@127.0.0.1",
        "-p",
        Integer.toString(server.port(scheme)),
        scheme == Scheme.TLS ? "+tls" : "+https",
        "+tls-ca=" + files.authority(),
        "+tls-hostname=localhost",
        "+retry=0",
        "www.example.org",
        "A");
  }

  @Test
  void kdigAsksOverTlsAndHttps() throws IOException {
    assumeTrue(Files.isExecutable(KDIG), "kdig is not installed");
    try (var server = new TestServer(folder, encrypted("nocert"))) {
      assertThat(kdig(server, Scheme.TLS)).contains("203.0.113.7");
      assertThat(kdig(server, Scheme.HTTPS)).contains("203.0.113.7");
    }
  }

  @Test
  void clientAuthLetsOnlyThoseInWhoShowACertificate() throws Exception {
    try (var server = new TestServer(folder, encrypted("require_and_verify"))) {
      var nobody = context(null, files.authority());
      assertThatThrownBy(() -> askOverTls(server, nobody)).isInstanceOf(IOException.class);
      var client = context(files.authority().resolveSibling("all.p12"), files.authority());
      assertThat(askOverTls(server, client).answer()).hasSize(1);
    }
  }

  private static Message askOverTls(TestServer server, SSLContext context) throws IOException {
    try (var socket =
        context.getSocketFactory().createSocket("127.0.0.1", server.port(Scheme.TLS))) {
      socket.setSoTimeout(20_000);
      byte[] query = TestServer.query(1, "www.example.org", RecordType.A);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(query.length);
      out.write(query);
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      byte[] answer = in.readNBytes(in.readUnsignedShort());
      return requireNonNull(Message.read(answer, answer.length));
    }
  }

  @Test
  void http2ClientsPostAndGet() throws Exception {
    try (var server = new TestServer(folder, encrypted("nocert"));
        var http = HttpClient.newBuilder().sslContext(context(null, files.authority())).build()) {
      byte[] query = TestServer.query(0, "www.example.org", RecordType.A);
      var request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:" + server.port(Scheme.HTTPS) + "/dns-query"))
              .header("Content-Type", "application/dns-message")
              .POST(HttpRequest.BodyPublishers.ofByteArray(query))
              .build();
      var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(response.statusCode()).isEqualTo(200);
      Message answer = Message.read(response.body(), response.body().length);
      assertThat(answer).isNotNull();
      assertThat(answer.answer())
          .extracting(record -> record.data().toString())
          .containsExactly("203.0.113.7");
    }
  }

  @Test
  void aReloadShowsTheCertificateThatIsThereNow() throws Exception {
    try (var server = new TestServer(folder, encrypted("nocert"))) {
      int port = server.port(Scheme.TLS);
      Certificate before = shown(server);
      Files.copy(
          renewed.serverCertificate(),
          folder.resolve("server.pem"),
          StandardCopyOption.REPLACE_EXISTING);
      assertThat(server.reload(encrypted("nocert")))
          .as("a certificate without its key is refused as a whole")
          .isFalse();
      assertThat(shown(server)).isEqualTo(before);
      Files.copy(
          renewed.serverKey(), folder.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
      assertThat(server.reload(encrypted("nocert"))).isTrue();
      assertThat(shown(server)).isNotEqualTo(before).isEqualTo(first(renewed.serverCertificate()));
      assertThat(server.port(Scheme.TLS)).as("the listener stayed open").isEqualTo(port);
    }
  }

  @Test
  void maxTcpQueriesEndsAConnection() throws IOException {
    String corefile =
        """
        .:0 {
          bind 127.0.0.1
          timeouts {
            maxtcpqueries 2
          }
          multisocket 2
          whoami
        }
        """;
    try (var server = new TestServer(folder, corefile);
        var socket = new Socket("127.0.0.1", server.port(Scheme.DNS))) {
      socket.setSoTimeout(20_000);
      var out = new DataOutputStream(socket.getOutputStream());
      var in = new DataInputStream(socket.getInputStream());
      for (int id = 1; id <= 2; id++) {
        byte[] query = TestServer.query(id, "example.org", RecordType.A);
        out.writeShort(query.length);
        out.write(query);
        byte[] answer = in.readNBytes(in.readUnsignedShort());
        assertThat(answer[1]).isEqualTo((byte) id);
      }
      assertThat(in.read()).as("closed").isEqualTo(-1);
      assertThat(server.listener(Scheme.DNS).config().sockets()).isEqualTo(2);
    }
  }

  @Test
  void aViewTakesTheQueriesThatItsConditionHoldsFor() throws IOException {
    String corefile =
        """
        example.org:0 {
          bind 127.0.0.1
          prometheus 127.0.0.1:0
          view texts {
            expr type() == 'TXT'
          }
          cancel
          whoami
        }
        example.org:0 {
          bind 127.0.0.1
          view addresses {
            expr type() in ['A', 'AAAA'] && incidr(client_ip(), '127.0.0.0/8')
          }
          hosts {
            203.0.113.1 www.example.org
          }
        }
        example.org:0 {
          bind 127.0.0.1
          hosts {
            203.0.113.2 www.example.org
            203.0.113.3 other.example.org
          }
        }
        """;
    try (var server = new TestServer(folder, corefile)) {
      assertThat(server.addresses("www.example.org")).containsExactly("203.0.113.1");
      assertThat(server.ask("www.example.org", RecordType.TXT).additional())
          .as("whoami's answer")
          .isNotEmpty();
      assertThat(server.ask("www.example.org", RecordType.MX).rcode())
          .as("what no view wants goes to the block without one")
          .isZero();
      String label = "server=\"dns://127.0.0.1:0\",type=\"%s\",view=\"%s\",zone=\"example.org.\"";
      assertThat(server.scrape())
          .contains(label.formatted("A", "addresses"))
          .contains(label.formatted("TXT", "texts"))
          .as("cancel only waited")
          .contains("plugin=\"whoami\",rcode=\"NOERROR\",server=\"dns://127.0.0.1:0\"")
          .contains("name=\"hosts\",server=\"dns://127.0.0.1:0\",view=\"addresses\"")
          .doesNotContain(label.formatted("A", ""));
    }
  }

  private static Certificate shown(TestServer server) throws Exception {
    var context = context(null, files.authority(), renewed.authority());
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port(Scheme.TLS))) {
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  private static X509Certificate first(Path file) throws Exception {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /**
   * @param keys a PKCS #12 file with the client's key; null for none
   */
  private static SSLContext context(Path keys, Path... authorities) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    for (Path authority : authorities) {
      store.setCertificateEntry(authority.toString(), first(authority));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    char[] password = "changeit".toCharArray();
    own.init(keys == null ? null : KeyStore.getInstance(keys.toFile(), password), password);
    var context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
