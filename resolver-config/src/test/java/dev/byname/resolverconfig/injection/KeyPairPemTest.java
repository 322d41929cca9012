package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import dev.byname.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPairPemTest {
  @TempDir static Path pairFolder;
  private static TestCertificates pair;

  @TempDir Path folder;

  @BeforeAll
  static void makePair() {
    pair = TestCertificates.create(pairFolder, "127.0.0.1");
  }

  @Test
  void pkcs8IsRead() throws Exception {
    var read = parse(pair.serverCertificate(), pair.serverKey());

    assertThat(read.key().getAlgorithm()).isEqualTo("EC");
    assertThat(read.chain()).hasSizeGreaterThanOrEqualTo(1);
    assertThat(read.chain().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=server");
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
  void whatOpensslWritesIsRead(String command) throws Exception {
    var key = folder.resolve("key.pem");
    var certificate = folder.resolve("cert.pem");
    openssl(key, command);
    openssl(certificate, "req -x509 -new -subj /CN=a -days 1 -key " + key);

    var read = parse(certificate, key);

    assertThat(read.chain().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=a");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    assertThatThrownBy(() -> parse(pair.serverCertificate(), pair.clientKey()))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            pair.clientKey()
                + ": is not the key of the certificate in "
                + pair.serverCertificate());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
      })
  void aFileWithoutAPlainKeyIsRefused(String content) {
    assertThatThrownBy(() ->
            KeyPairPem.parse(
                "c", Files.readAllBytes(pair.serverCertificate()), "k", content.getBytes(US_ASCII)))
        .hasMessage("k: holds no private key in PEM without a password");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"})
  void garbageBetweenTheLinesIsRefused(String kind) {
    for (var base64 : List.of("AAAA", "A", "MHcCAQE=")) {
      var pem = "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, base64, kind);

      assertThatThrownBy(() ->
              KeyPairPem.parse(
                  "c", Files.readAllBytes(pair.serverCertificate()), "k", pem.getBytes(US_ASCII)))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("k: holds no readable EC key: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
  void aFileWithoutACertificateIsRefused(String content) {
    assertThatThrownBy(() ->
            KeyPairPem.parse(
                "c", content.getBytes(US_ASCII), "k", Files.readAllBytes(pair.serverKey())))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("c: holds no ");
  }

  private static KeyPairPem parse(Path certificate, Path key) throws Exception {
    return KeyPairPem.parse(
        certificate.toString(),
        Files.readAllBytes(certificate),
        key.toString(),
        Files.readAllBytes(key));
  }

  private static void openssl(Path out, String command) throws Exception {
    var words = new ArrayList<>(List.of("openssl"));
    words.addAll(List.of(command.split(" ")));
    words.addAll(
        words.indexOf("2048") < 0 ? words.size() : words.indexOf("2048"),
        List.of("-out", out.toString()));
    Process process;
    try {
      process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(out.resolveSibling("openssl.log").toFile())
              .start();
    } catch (IOException e) {
      System.out.println("skipped: openssl is not installed");
      Assumptions.abort("openssl is not installed");
      return;
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue())
        .as(Files.readString(out.resolveSibling("openssl.log")))
        .isEqualTo(0);
  }
}
