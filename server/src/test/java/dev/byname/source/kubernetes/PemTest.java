package dev.byname.source.kubernetes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Keys in the forms that openssl, kubeadm and cloud providers write. */
class PemTest {
  /** PrivateKeyInfo's header before the PKCS #1 key, for a modulus of 2048 bits. */
  private static final int PKCS8_HEADER_BYTES = 26;

  @Test
  void readsPkcs1AsOpensslAndKubeadmWriteIt() throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey key = generator.generateKeyPair().getPrivate();
    byte[] pkcs8 = key.getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, PKCS8_HEADER_BYTES, pkcs8.length);
    assertThat(Pem.privateKey(pem("RSA PRIVATE KEY", pkcs1), "here")).isEqualTo(key);
  }

  @Test
  void readsSec1AsOpensslWritesIt() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
    String secret = "%064x".formatted(key.getS());
    // ECPrivateKey: version 1, the secret, [0] the curve's name (RFC 5915 section 3).
    byte[] sec1 =
        HexFormat.of().parseHex("3031020101" + "0420" + secret + "a00a06082a8648ce3d030107");
    byte[] parameters = HexFormat.of().parseHex("06082a8648ce3d030107");
    byte[] file = concat(pem("EC PARAMETERS", parameters), pem("EC PRIVATE KEY", sec1));
    PrivateKey read = Pem.privateKey(file, "here");
    assertThat(((ECPrivateKey) read).getS()).isEqualTo(key.getS());
    assertThat(((ECPrivateKey) read).getParams().getOrder()).isEqualTo(key.getParams().getOrder());
  }

  @Test
  void readsPkcs8OfEachAlgorithm() throws Exception {
    for (String algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
      var generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      PrivateKey key = generator.generateKeyPair().getPrivate();
      assertThat(Pem.privateKey(pem("PRIVATE KEY", key.getEncoded()), "here")).isEqualTo(key);
    }
  }

  @Test
  void saysWhatIsWrong() {
    complains("ENCRYPTED PRIVATE KEY", new byte[4], "here: the private key is encrypted");
    complains("PRIVATE KEY", new byte[4], "here: not an RSA, EC or Ed25519 private key");
    complains("EC PRIVATE KEY", new byte[] {0x30, 0}, "here: EC private key without a named curve");
    complains("PUBLIC KEY", new byte[4], "here: holds no PEM private key");
    assertThatThrownBy(() -> Pem.certificates(pem("CERTIFICATE", new byte[4]), "there"))
        .hasMessageStartingWith("there: not a certificate");
    assertThatThrownBy(() ->
            Pem.privateKey(
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END RSA PRIVATE KEY-----"
                    .getBytes(US_ASCII),
                "here"))
        .hasMessageContaining("is encrypted");
  }

  private static void complains(String label, byte[] der, String complaint) {
    assertThatThrownBy(() -> Pem.privateKey(pem(label, der), "here"))
        .isInstanceOf(AccessException.class)
        .hasMessageStartingWith(complaint);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, java.util.Base64.getMimeEncoder().encodeToString(der), label)
        .getBytes(US_ASCII);
  }
}
