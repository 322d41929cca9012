package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.source.etcd.EtcdConnectionConfig.Tls;
import dev.byname.testkit.TestCertificates;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {
  @TempDir static Path folder;
  private static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates() {
    certificates = TestCertificates.create(folder.resolve("pki"), "127.0.0.1");
  }

  @Test
  void readsWhatItNeedsForAMutualConnection() throws Exception {
    assertThat(
            TlsFiles.credentials(
                new Tls(
                    certificates.authority(),
                    certificates.clientCertificate(),
                    certificates.clientKey(),
                    null)))
        .isNotNull();
    assertThat(TlsFiles.certificates("tls certificate", certificates.clientCertificate()))
        .as("the chain")
        .hasSize(2);
  }

  @Test
  void readsKeysAsOpenSslAndKubeadmWriteThem() throws Exception {
    for (int bits : new int[] {2048, 4096}) {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      var rsa = generator.generateKeyPair();
      byte[] pkcs8 = rsa.getPrivate().getEncoded();
      // SEQUENCE { INTEGER 0, 15 bytes of algorithm, OCTET STRING { what PKCS #1 is } }
      byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 4 + 3 + 15 + 4, pkcs8.length);
      assertThat(key("RSA PRIVATE KEY", pkcs1)).isEqualTo(rsa.getPrivate());
      assertThat(key("PRIVATE KEY", pkcs8)).isEqualTo(rsa.getPrivate());
    }
    var ec = ecKey();
    assertThat(key("EC PRIVATE KEY", sec1((ECPrivateKey) ec.getPrivate())))
        .isInstanceOfSatisfying(
            ECPrivateKey.class,
            key -> assertThat(key.getS()).isEqualTo(((ECPrivateKey) ec.getPrivate()).getS()));
    var ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
    assertThat(key("PRIVATE KEY", ed25519.getEncoded())).isEqualTo(ed25519);
  }

  @Test
  void namesTheOptionAndTheFileThatAreWrong() throws Exception {
    var missing = folder.resolve("missing.pem");
    assertDenied(
        new Tls(missing, null, null, null), "tls authority " + missing + ": there is no such file");
    var empty = Files.writeString(folder.resolve("empty.pem"), "");
    assertDenied(
        new Tls(empty, null, null, null),
        "tls authority " + empty + ": there is no certificate in it");
    var text = Files.writeString(folder.resolve("text.pem"), "hello");
    assertThatThrownBy(() -> TlsFiles.credentials(new Tls(text, null, null, null)))
        .isInstanceOf(EtcdFailure.class)
        .hasMessageStartingWith("tls authority " + text + ": ");
    assertDenied(
        new Tls(null, certificates.clientCertificate(), certificates.authority(), null),
        "tls key " + certificates.authority() + ": there is no private key in it");
    var encrypted =
        Files.writeString(
            folder.resolve("encrypted.pem"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assertDenied(
        new Tls(null, certificates.clientCertificate(), encrypted, null),
        "tls key " + encrypted + ": the key must not be encrypted");
    var broken =
        Files.writeString(
            folder.resolve("broken.pem"), pem("EC PRIVATE KEY", new byte[] {0x30, 3, 2, 1, 1}));
    assertThatThrownBy(() -> TlsFiles.privateKey("tls key", broken))
        .isInstanceOf(EtcdFailure.class)
        .hasMessageStartingWith("tls key " + broken + ": the key cannot be read: ");
    var generator = KeyPairGenerator.getInstance("RSA");
    var rsa =
        Files.writeString(
            folder.resolve("rsa.pem"),
            pem("PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded()));
    assertDenied(
        new Tls(null, certificates.clientCertificate(), rsa, null),
        "tls key %s: it is an RSA key, but the certificate %s is for EC"
            .formatted(rsa, certificates.clientCertificate()));
  }

  private static void assertDenied(Tls tls, String message) {
    assertThatThrownBy(() -> TlsFiles.credentials(tls))
        .isInstanceOf(EtcdFailure.class)
        .hasMessage(message);
  }

  private static java.security.PrivateKey key(String label, byte[] der) throws Exception {
    var file = Files.writeString(folder.resolve("key.pem"), pem(label, der));
    return TlsFiles.privateKey("tls key", file);
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static KeyPair ecKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  /** SEQUENCE { 1, OCTET STRING key, [0] { prime256v1 } }, RFC 5915 section 3. */
  private static byte[] sec1(ECPrivateKey key) {
    byte[] scalar = new byte[32];
    byte[] value = key.getS().toByteArray();
    int length = Math.min(32, value.length);
    System.arraycopy(value, value.length - length, scalar, 32 - length, length);
    assertThat(new BigInteger(1, scalar)).isEqualTo(key.getS());
    return HexFormat.of()
        .parseHex(
            "3031"
                + "020101"
                + "0420"
                + HexFormat.of().formatHex(scalar)
                + "a00a06082a8648ce3d030107");
  }
}
