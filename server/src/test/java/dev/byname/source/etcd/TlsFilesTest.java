package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.source.etcd.EtcdConnectionConfig.Tls;
import dev.byname.testkit.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
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
  }

  @Test
  void namesTheOptionAndTheFileThatAreWrong() throws Exception {
    var missing = folder.resolve("missing.pem");
    assertDenied(new Tls(missing, null, null, null), "tls authority " + missing + ": no such file");
    var empty = Files.writeString(folder.resolve("empty.pem"), "");
    assertDenied(
        new Tls(empty, null, null, null), "tls authority " + empty + ": holds no PEM certificate");
    assertDenied(
        new Tls(null, certificates.clientCertificate(), certificates.authority(), null),
        "tls key " + certificates.authority() + ": holds no PEM private key");
    assertDenied(
        new Tls(null, certificates.clientCertificate(), certificates.serverKey(), null),
        "tls key %s: is not the key of the certificate in tls certificate %s"
            .formatted(certificates.serverKey(), certificates.clientCertificate()));
  }

  private static void assertDenied(Tls tls, String message) {
    assertThatThrownBy(() -> TlsFiles.credentials(tls))
        .isInstanceOf(EtcdFailure.class)
        .hasMessage(message);
  }
}
