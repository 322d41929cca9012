package dev.byname.source.etcd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and keys from PEM files. Whatever is wrong with one is said with the name of the
 * option and of the file.
 */
final class TlsFiles {
  private static final Pattern PEM_BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** The certificate's key type decides; these are the ones that etcd's TLS stack accepts. */
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  /** {@code SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }} (RFC 8017 appendix A.1). */
  private static final byte[] RSA_ALGORITHM = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** {@code OBJECT IDENTIFIER id-ecPublicKey} (RFC 5480 section 2.1.1). */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private static final int DER_INTEGER = 0x02;
  private static final int DER_OCTET_STRING = 0x04;
  private static final int DER_SEQUENCE = 0x30;

  /** The optional curve of an EC private key (RFC 5915 section 3). */
  private static final int DER_CONTEXT_0 = 0xa0;

  private TlsFiles() {}

  static ChannelCredentials credentials(EtcdConnectionConfig.@Nullable Tls tls) throws EtcdFailure {
    if (tls == null) {
      return TlsChannelCredentials.create();
    }
    var builder = TlsChannelCredentials.newBuilder();
    try {
      if (tls.authority() != null) {
        builder.trustManager(trust(tls.authority()).getTrustManagers());
      }
      if (tls.certificate() != null && tls.key() != null) {
        builder.keyManager(identity(tls.certificate(), tls.key()).getKeyManagers());
      }
    } catch (GeneralSecurityException | IOException impossible) {
      throw denied("tls: " + impossible.getMessage());
    }
    return builder.build();
  }

  private static TrustManagerFactory trust(Path file)
      throws GeneralSecurityException, IOException, EtcdFailure {
    var store = emptyStore();
    int number = 0;
    for (Certificate certificate : certificates("tls authority", file)) {
      store.setCertificateEntry("authority-" + number++, certificate);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private static KeyManagerFactory identity(Path certificateFile, Path keyFile)
      throws GeneralSecurityException, IOException, EtcdFailure {
    var chain = certificates("tls certificate", certificateFile).toArray(new Certificate[0]);
    var key = privateKey("tls key", keyFile);
    if (!chain[0].getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      throw denied(
          "tls key %s: it is an %s key, but the certificate %s is for %s"
              .formatted(
                  keyFile,
                  key.getAlgorithm(),
                  certificateFile,
                  chain[0].getPublicKey().getAlgorithm()));
    }
    var store = emptyStore();
    store.setKeyEntry("client", key, new char[0], chain);
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  static Collection<? extends Certificate> certificates(String option, Path file)
      throws EtcdFailure {
    byte[] bytes = read(option, file);
    Collection<? extends Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
    } catch (GeneralSecurityException bad) {
      throw denied(
          "%s %s: no certificate in PEM form: %s".formatted(option, file, bad.getMessage()));
    }
    if (found.isEmpty()) {
      throw denied("%s %s: there is no certificate in it".formatted(option, file));
    }
    return found;
  }

  static PrivateKey privateKey(String option, Path file) throws EtcdFailure {
    var blocks = PEM_BLOCK.matcher(new String(read(option, file), US_ASCII));
    while (blocks.find()) {
      var label = blocks.group(1);
      if (label.equals("ENCRYPTED PRIVATE KEY") || blocks.group(2).contains("Proc-Type")) {
        throw denied("%s %s: the key must not be encrypted".formatted(option, file));
      }
      if (!label.endsWith("PRIVATE KEY")) {
        continue; // EC PARAMETERS, a certificate
      }
      try {
        byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
        return decode(
            switch (label) {
              case "RSA PRIVATE KEY" -> pkcs8(RSA_ALGORITHM, der);
              case "EC PRIVATE KEY" -> pkcs8(ecAlgorithm(der), der);
              default -> der;
            });
      } catch (GeneralSecurityException | RuntimeException bad) {
        throw denied("%s %s: the key cannot be read: %s".formatted(option, file, bad.getMessage()));
      }
    }
    throw denied("%s %s: there is no private key in it".formatted(option, file));
  }

  private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
    var spec = new PKCS8EncodedKeySpec(pkcs8);
    var failure = new InvalidKeySpecException("it is none of " + String.join(", ", KEY_ALGORITHMS));
    for (var algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException otherAlgorithm) {
        failure.addSuppressed(otherAlgorithm);
      }
    }
    throw failure;
  }

  /**
   * The JDK reads PKCS #8 only (RFC 5208 section 5): {@code SEQUENCE { INTEGER 0, algorithm, OCTET
   * STRING key }}.
   */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return der(
        DER_SEQUENCE, der(DER_INTEGER, new byte[] {0}), algorithm, der(DER_OCTET_STRING, key));
  }

  /** An EC key of its own names its curve inside (RFC 5915 section 3); PKCS #8 wants it outside. */
  private static byte[] ecAlgorithm(byte[] sec1) throws InvalidKeySpecException {
    int at = contentStart(sec1, 0); // SEQUENCE
    at = end(sec1, at); // INTEGER 1
    at = end(sec1, at); // OCTET STRING, the key itself
    if (at >= sec1.length || (sec1[at] & 0xff) != DER_CONTEXT_0) {
      throw new InvalidKeySpecException("its curve is not given");
    }
    int from = contentStart(sec1, at);
    byte[] curve = Arrays.copyOfRange(sec1, from, end(sec1, at));
    return der(DER_SEQUENCE, EC_PUBLIC_KEY, curve);
  }

  private static byte[] der(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    var out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >>> 8);
      out.write(length);
    }
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  /** Where the content of the element at {@code at} begins. */
  private static int contentStart(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  /** Where the element at {@code at} ends. */
  private static int end(byte[] der, int at) {
    int start = contentStart(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < start; i++) {
        length = length << 8 | (der[i] & 0xff);
      }
    }
    return start + length;
  }

  private static byte[] read(String option, Path file) throws EtcdFailure {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException missing) {
      throw denied("%s %s: there is no such file".formatted(option, file));
    } catch (IOException failed) {
      throw denied("%s %s: it cannot be read: %s".formatted(option, file, failed.getMessage()));
    }
  }

  private static EtcdFailure denied(String message) {
    return new EtcdFailure(EtcdFailure.Kind.DENIED, message);
  }
}
