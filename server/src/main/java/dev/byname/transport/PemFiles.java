package dev.byname.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Certificates and private keys from PEM files (RFC 7468). Java reads keys as PKCS #8 only;
 * cert-manager and openssl write PKCS #1 and SEC 1 as well, which are the same key without the
 * envelope that says which kind it is.
 */
final class PemFiles {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  /** AlgorithmIdentifier rsaEncryption with its NULL parameter (RFC 8017 appendix A.1). */
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

  /** Object identifier id-ecPublicKey (RFC 5480 section 2.1.1). */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int CONTEXT_0 = 0xa0;

  private PemFiles() {}

  /** What is wrong with a file, in one line that begins with its name. */
  static final class PemException extends Exception {
    PemException(Path file, String problem) {
      super(file + ": " + problem);
    }
  }

  static byte[] read(Path file) throws PemException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException missing) {
      throw new PemException(file, "no such file");
    } catch (IOException failed) {
      throw new PemException(file, "cannot be read: " + failed.getMessage());
    }
  }

  /** All certificates of a file, in its order; at least one. */
  static List<X509Certificate> certificates(Path file, byte[] content) throws PemException {
    try {
      var all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (all.isEmpty()) {
        throw new PemException(file, "holds no certificate");
      }
      return all;
    } catch (CertificateException bad) {
      throw new PemException(file, "is not a PEM certificate");
    }
  }

  static PrivateKey privateKey(Path file, byte[] content) throws PemException {
    var blocks = BLOCK.matcher(new String(content, StandardCharsets.ISO_8859_1));
    while (blocks.find()) {
      var kind = blocks.group(1);
      var body = blocks.group(2);
      if (kind.equals("ENCRYPTED PRIVATE KEY") || body.contains("ENCRYPTED")) {
        throw new PemException(file, "the key is encrypted; a server cannot ask for its password");
      }
      try {
        if (kind.equals("PRIVATE KEY")) {
          return key(file, decode(body));
        }
        if (kind.equals("RSA PRIVATE KEY")) {
          var pkcs1 = der(OCTET_STRING, decode(body));
          return key(file, der(SEQUENCE, VERSION_0, RSA_ALGORITHM, pkcs1));
        }
        if (kind.equals("EC PRIVATE KEY")) {
          var sec1 = decode(body);
          var algorithm = der(SEQUENCE, EC_PUBLIC_KEY, curve(file, sec1));
          return key(file, der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, sec1)));
        }
        // Parameters or certificates, which openssl puts into the same file.
      } catch (IllegalArgumentException notBase64) {
        throw new PemException(file, "is damaged: not base64");
      }
    }
    throw new PemException(file, "holds no private key");
  }

  /** Complains when the key signs what the certificate does not verify. */
  static void requirePair(Path keyFile, PrivateKey key, Path file, X509Certificate certificate)
      throws PemException {
    var algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          case String other ->
              throw new PemException(keyFile, "keys of kind " + other + " cannot be used");
        };
    var probe = new byte[32];
    try {
      var signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(probe);
      var verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(probe);
      if (verifying.verify(signing.sign())) {
        return;
      }
    } catch (GeneralSecurityException otherKind) {
      // an RSA key beside an EC certificate, for one: said below
    }
    throw new PemException(keyFile, "is not the key of the certificate in " + file);
  }

  private static PrivateKey key(Path file, byte[] pkcs8) throws PemException {
    for (var algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException another) {
        // the next algorithm, then
      } catch (GeneralSecurityException absent) {
        throw new IllegalStateException(absent); // Java SE demands all three
      }
    }
    throw new PemException(file, "holds a damaged key, or neither RSA, EC nor EdDSA");
  }

  /** The curve's object identifier out of the optional parameters of a SEC 1 key (RFC 5915). */
  private static byte[] curve(Path file, byte[] sec1) throws PemException {
    try {
      int at = contentAt(sec1, 0, SEQUENCE);
      at = endAt(sec1, at); // version
      at = endAt(sec1, at); // private key
      int parameters = contentAt(sec1, at, CONTEXT_0);
      return Arrays.copyOfRange(sec1, parameters, endAt(sec1, parameters));
    } catch (ArrayIndexOutOfBoundsException damaged) {
      throw new PemException(file, "holds an EC key that is damaged or does not name its curve");
    }
  }

  /** Where the content of the element at {@code at} begins. */
  private static int contentAt(byte[] der, int at, int tag) {
    if ((der[at] & 0xff) != tag) {
      throw new ArrayIndexOutOfBoundsException(at);
    }
    return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7f : 0);
  }

  private static int endAt(byte[] der, int at) {
    int lengthBytes = der[at + 1] & 0xff;
    int content = at + 2;
    if (lengthBytes > 0x7f) {
      int digits = lengthBytes & 0x7f;
      lengthBytes = 0;
      for (int i = 0; i < digits; i++) {
        lengthBytes = (lengthBytes << 8) | (der[content++] & 0xff);
      }
    }
    int end = content + lengthBytes;
    if (end < content || end > der.length) {
      throw new ArrayIndexOutOfBoundsException(end);
    }
    return end;
  }

  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (var part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int size = content.size();
    if (size < 0x80) {
      out.write(size);
    } else if (size < 0x100) {
      out.write(0x81);
      out.write(size);
    } else {
      out.write(0x82); // keys are shorter than 64 KiB
      out.write(size >> 8);
      out.write(size);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static byte[] decode(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }
}
