package dev.byname.pem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates in the forms that openssl, kubeadm, cert-manager and clouds write. */
class PemTest {
  /** PrivateKeyInfo's header before the PKCS #1 key, for a modulus of 2048 bits. */
  private static final int PKCS8_HEADER_BYTES = 26;

  @TempDir static Path pairFolder;
  private static TestCertificates pair;

  @TempDir Path folder;

  @BeforeAll
  static void makePair() {
    pair = TestCertificates.create(pairFolder, "127.0.0.1");
  }

  @Test
  void readsPkcs8OfEachAlgorithm() throws Exception {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      PrivateKey key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
      assertThat(key(text("PRIVATE KEY", key.getEncoded()))).as(algorithm).isEqualTo(key);
    }
  }

  @Test
  void readsPkcs1() throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey key = generator.generateKeyPair().getPrivate();
    byte[] pkcs8 = key.getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, PKCS8_HEADER_BYTES, pkcs8.length);
    assertThat(key(text("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
  }

  @Test
  void readsSec1BehindItsParameters() throws Exception {
    ECPrivateKey key = ecKey();
    var read =
        (ECPrivateKey)
            key(
                text("EC PARAMETERS", HexFormat.of().parseHex("06082a8648ce3d030107"))
                    + text("EC PRIVATE KEY", sec1(key)));
    assertThat(read.getS()).isEqualTo(key.getS());
    assertThat(read.getParams().getOrder()).isEqualTo(key.getParams().getOrder());
  }

  /** Each kind of key file that openssl can write, so that each tool's habit is covered. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -traditional 2048",
        "genrsa 2048",
        "ecparam -genkey -noout -name prime256v1",
        "ecparam -genkey -noout -name secp384r1",
        "ecparam -genkey -noout -name secp521r1",
        "ecparam -genkey -name prime256v1", // with EC PARAMETERS in front
        "genpkey -algorithm ed25519",
      })
  void readsWhatOpensslWrites(String command) throws Exception {
    var key = folder.resolve("key.pem");
    var certificate = folder.resolve("cert.pem");
    openssl(key, command);
    openssl(certificate, "req -x509 -new -subj /CN=a -days 1 -key " + key);

    var identity = Identity.of(Pem.read(certificate), Pem.read(key));

    assertThat(identity.chain().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=a");
  }

  @Test
  void readsCertificatesAndKeyFromOneFile() throws Exception {
    var both =
        new Pem(
            "both",
            (Files.readString(pair.serverKey()) + Files.readString(pair.serverCertificate()))
                .getBytes(US_ASCII));
    assertThat(Identity.of(both, both).chain().getFirst().getSubjectX500Principal().getName())
        .isEqualTo("CN=server");
  }

  @Test
  void aKeyMustBelongToItsCertificate() throws Exception {
    PrivateKey rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
    for (String key :
        List.of(
            Files.readString(pair.clientKey()),
            text("PRIVATE KEY", ecKey().getEncoded()),
            text("PRIVATE KEY", rsa.getEncoded()))) {
      assertThatThrownBy(() -> Identity.of(Pem.read(pair.serverCertificate()), pem(key)))
          .hasMessage(
              "server.key: is not the key of the certificate in " + pair.serverCertificate());
    }
  }

  @Test
  void everyDamageNamesTheFile() throws Exception {
    byte[] sec1 = sec1(ecKey());
    for (int length = 0; length < sec1.length; length++) {
      var cut = text("EC PRIVATE KEY", Arrays.copyOf(sec1, length));
      assertThatThrownBy(() -> key(cut))
          .isInstanceOf(PemException.class)
          .hasMessageStartingWith("server.key: ");
    }
    complains("nothing", "holds no PEM private key");
    complains(text("PUBLIC KEY", new byte[4]), "holds no PEM private key");
    complains(
        text("PRIVATE KEY", new byte[4]), "holds a damaged key, or neither RSA, EC nor EdDSA");
    complains(
        text("RSA PRIVATE KEY", new byte[4]), "holds a damaged key, or neither RSA, EC nor EdDSA");
    complains(
        text("EC PRIVATE KEY", HexFormat.of().parseHex("3003020101")),
        "holds an EC key that is damaged or does not name its curve");
    complains(
        "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----",
        "holds a damaged PRIVATE KEY: it is not base64");
    complains(
        text("ENCRYPTED PRIVATE KEY", sec1),
        "the key is encrypted; only keys without a password can be used");
    complains(
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00

        AA==
        -----END RSA PRIVATE KEY-----
        """,
        "the key is encrypted; only keys without a password can be used");
    assertThatThrownBy(() -> pem("no certificate").certificates())
        .hasMessage("server.key: holds no PEM certificate");
    assertThatThrownBy(() -> pem(text("CERTIFICATE", new byte[4])).certificates())
        .hasMessageStartingWith("server.key: holds a damaged certificate: ");
    assertThatThrownBy(() -> Pem.read(Path.of("absent.pem")))
        .hasMessage("absent.pem: no such file");
    assertThatThrownBy(() -> Pem.read("tls key x", folder))
        .hasMessageStartingWith("tls key x: cannot be read: ");
  }

  private static void complains(String text, String problem) {
    assertThatThrownBy(() -> key(text))
        .isInstanceOf(PemException.class)
        .hasMessage("server.key: " + problem);
  }

  private static PrivateKey key(String text) throws PemException {
    return pem(text).privateKey();
  }

  private static Pem pem(String text) {
    return new Pem("server.key", text.getBytes(US_ASCII));
  }

  private static ECPrivateKey ecKey() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return (ECPrivateKey) generator.generateKeyPair().getPrivate();
  }

  /** ECPrivateKey: version 1, the secret, [0] the curve's name (RFC 5915 section 3). */
  private static byte[] sec1(ECPrivateKey key) {
    return HexFormat.of()
        .parseHex(
            "3031020101" + "0420" + "%064x".formatted(key.getS()) + "a00a06082a8648ce3d030107");
  }

  private static String text(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  private static void openssl(Path out, String command) throws Exception {
    var words = new ArrayList<>(List.of("openssl"));
    words.addAll(List.of(command.split(" ")));
    int size = words.indexOf("2048"); // comes last
    words.addAll(size < 0 ? words.size() : size, List.of("-out", out.toString()));
    Path log = out.resolveSibling("openssl.log");
    Process process;
    try {
      process =
          new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      System.out.println("skipped: openssl is not installed");
      Assumptions.abort("openssl is not installed");
      return;
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
