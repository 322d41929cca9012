package dev.byname.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.testkit.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {
  /** Object identifier secp256r1, as it stands in a key's parameters. */
  private static final byte[] P256 = {
    0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07
  };

  private static final Path FILE = Path.of("server.key");

  @Test
  void keysOfAllKindsAreRead() throws Exception {
    for (var algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
      var key = pair(algorithm).getPrivate();
      assertThat(read(pem("PRIVATE KEY", key.getEncoded()))).as(algorithm).isEqualTo(key);
    }
  }

  @Test
  void rsaKeysAreReadWithoutTheirEnvelope() throws Exception {
    var key = pair("RSA").getPrivate();
    // The envelope's last member is an octet string with the PKCS #1 key in it.
    byte[] pkcs8 = key.getEncoded();
    int at = 26;
    assertThat(pkcs8[at - 4]).isEqualTo((byte) 0x04);
    var pkcs1 = java.util.Arrays.copyOfRange(pkcs8, at, pkcs8.length);
    assertThat(read(pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
  }

  @Test
  void ecKeysAreReadWithoutTheirEnvelope() throws Exception {
    var key = (ECPrivateKey) pair("EC").getPrivate();
    byte[] sec1 = sec1(key, P256);
    var read = (ECPrivateKey) read(pem("EC PARAMETERS", P256) + pem("EC PRIVATE KEY", sec1));
    assertThat(read.getS()).isEqualTo(key.getS());
    assertThat(read.getParams().getOrder()).isEqualTo(key.getParams().getOrder());
    assertThatThrownBy(() -> read(pem("EC PRIVATE KEY", sec1(key, new byte[0]))))
        .hasMessage("server.key: holds an EC key that is damaged or does not name its curve");
  }

  @Test
  void everyDamageIsAnErrorThatNamesTheFile() throws Exception {
    byte[] sec1 = sec1((ECPrivateKey) pair("EC").getPrivate(), P256);
    for (int length = 0; length < sec1.length; length++) {
      var cut = pem("EC PRIVATE KEY", java.util.Arrays.copyOf(sec1, length));
      assertThatThrownBy(() -> read(cut))
          .isInstanceOf(PemFiles.PemException.class)
          .hasMessageStartingWith("server.key: ");
    }
    assertThatThrownBy(() -> read("nothing")).hasMessage("server.key: holds no private key");
    assertThatThrownBy(() -> read(pem("PRIVATE KEY", new byte[] {1, 2, 3})))
        .hasMessage("server.key: holds a damaged key, or neither RSA, EC nor EdDSA");
    assertThatThrownBy(() -> read(pem("ENCRYPTED PRIVATE KEY", sec1)))
        .hasMessage("server.key: the key is encrypted; a server cannot ask for its password");
    assertThatThrownBy(
            () -> PemFiles.certificates(Path.of("a.pem"), "no certificate".getBytes(US_ASCII)))
        .hasMessageStartingWith("a.pem: ");
    assertThatThrownBy(() -> PemFiles.read(Path.of("absent.pem")))
        .hasMessage("absent.pem: no such file");
  }

  @Test
  void aKeyMustBelongToItsCertificate(@TempDir Path folder) throws Exception {
    var files = TestCertificates.create(folder, "127.0.0.1");
    var certificate =
        PemFiles.certificates(
                files.serverCertificate(), Files.readAllBytes(files.serverCertificate()))
            .getFirst();
    var own = PemFiles.privateKey(files.serverKey(), Files.readAllBytes(files.serverKey()));
    PemFiles.requirePair(files.serverKey(), own, files.serverCertificate(), certificate);
    for (var stranger : new PrivateKey[] {pair("EC").getPrivate(), pair("RSA").getPrivate()}) {
      assertThatThrownBy(
              () -> PemFiles.requirePair(FILE, stranger, files.serverCertificate(), certificate))
          .hasMessage(
              "server.key: is not the key of the certificate in " + files.serverCertificate());
    }
  }

  private static PrivateKey read(String pem) throws PemFiles.PemException {
    return PemFiles.privateKey(FILE, pem.getBytes(US_ASCII));
  }

  private static KeyPair pair(String algorithm) throws Exception {
    var generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(256);
    }
    return generator.generateKeyPair();
  }

  private static byte[] sec1(ECPrivateKey key, byte[] parameters) {
    byte[] number = key.getS().toByteArray();
    byte[] padded = new byte[32];
    int length = Math.min(32, number.length);
    System.arraycopy(number, number.length - length, padded, 32 - length, length);
    var content = new ByteArrayOutputStream();
    content.writeBytes(new byte[] {0x02, 0x01, 0x01, 0x04, 0x20});
    content.writeBytes(padded);
    if (parameters.length > 0) {
      content.write(0xa0);
      content.write(parameters.length);
      content.writeBytes(parameters);
    }
    var out = new ByteArrayOutputStream();
    out.write(0x30);
    out.write(content.size());
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }
}
