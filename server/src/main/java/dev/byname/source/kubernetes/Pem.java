package dev.byname.source.kubernetes;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and private keys as kubeadm, kind and cloud providers write them: PEM (RFC 7468)
 * with PKCS #8, PKCS #1 or SEC 1 keys. The JDK reads only the first kind of key; the other two are
 * wrapped into it.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final byte[] RSA_ALGORITHM = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };
  private static final byte[] EC_OID = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private Pem() {}

  /**
   * All certificates in the order of the text.
   *
   * @param where named in errors: the file, or the field that holds the text
   */
  static List<X509Certificate> certificates(byte[] pem, String where) throws AccessException {
    var certificates = new ArrayList<X509Certificate>();
    for (Block block : blocks(pem, where)) {
      if (block.label.equals("CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(block.der)));
        } catch (CertificateException broken) {
          throw new AccessException(where + ": not a certificate: " + broken.getMessage(), broken);
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new AccessException(where + ": holds no PEM certificate");
    }
    return List.copyOf(certificates);
  }

  /** The first private key of the text. */
  static PrivateKey privateKey(byte[] pem, String where) throws AccessException {
    for (Block block : blocks(pem, where)) {
      byte @Nullable [] pkcs8 =
          switch (block.label) {
            case "PRIVATE KEY" -> block.der;
            case "RSA PRIVATE KEY" -> wrap(RSA_ALGORITHM, block.der);
            case "EC PRIVATE KEY" -> wrap(ecAlgorithm(block.der, where), block.der);
            case "ENCRYPTED PRIVATE KEY" ->
                throw new AccessException(
                    where + ": the private key is encrypted; only keys without a password work");
            default -> null;
          };
      if (pkcs8 != null) {
        return decode(pkcs8, where);
      }
    }
    throw new AccessException(where + ": holds no PEM private key");
  }

  private static final class Block {
    private final String label;
    private final byte[] der;

    Block(String label, byte[] der) {
      this.label = label;
      this.der = der;
    }
  }

  private static List<Block> blocks(byte[] pem, String where) throws AccessException {
    var blocks = new ArrayList<Block>();
    var matcher = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      String body = matcher.group(2);
      if (body.contains("Proc-Type:")) {
        throw new AccessException(
            where + ": the private key is encrypted; only keys without a password work");
      }
      try {
        blocks.add(
            new Block(
                matcher.group(1), Base64.getMimeDecoder().decode(body.replaceAll("\\s", ""))));
      } catch (IllegalArgumentException broken) {
        throw new AccessException(where + ": " + matcher.group(1) + " is not base64", broken);
      }
    }
    return blocks;
  }

  private static PrivateKey decode(byte[] pkcs8, String where) throws AccessException {
    var spec = new PKCS8EncodedKeySpec(pkcs8);
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException another) {
        // The next one may fit.
      } catch (GeneralSecurityException missing) {
        throw new AccessException(where + ": " + missing.getMessage(), missing);
      }
    }
    throw new AccessException(where + ": not an RSA, EC or Ed25519 private key");
  }

  /** PrivateKeyInfo (RFC 5208 section 5) around a key in its algorithm's own form. */
  private static byte[] wrap(byte[] algorithm, byte[] key) {
    var content = new ByteArrayOutputStream();
    content.writeBytes(VERSION_0);
    content.writeBytes(algorithm);
    content.writeBytes(tlv(0x04, key));
    return tlv(0x30, content.toByteArray());
  }

  /** The curve stands inside the SEC 1 key: ECPrivateKey's parameters [0] (RFC 5915 section 3). */
  private static byte[] ecAlgorithm(byte[] sec1, String where) throws AccessException {
    try {
      var outer = ByteBuffer.wrap(sec1);
      var fields = ByteBuffer.wrap(read(outer, 0x30));
      read(fields, 0x02);
      read(fields, 0x04);
      byte[] curve = read(fields, 0xa0);
      var content = new ByteArrayOutputStream();
      content.writeBytes(EC_OID);
      content.writeBytes(curve);
      return tlv(0x30, content.toByteArray());
    } catch (RuntimeException broken) {
      throw new AccessException(where + ": EC private key without a named curve", broken);
    }
  }

  private static byte[] read(ByteBuffer der, int tag) {
    if ((der.get() & 0xff) != tag) {
      throw new IllegalArgumentException("another tag expected");
    }
    int length = der.get() & 0xff;
    if (length > 0x7f) {
      int bytes = length & 0x7f;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << 8 | (der.get() & 0xff);
      }
    }
    byte[] value = new byte[length];
    der.get(value);
    return value;
  }

  private static byte[] tlv(int tag, byte[] value) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (value.length < 0x80) {
      out.write(value.length);
    } else if (value.length < 0x100) {
      out.write(0x81);
      out.write(value.length);
    } else {
      out.write(0x82);
      out.write(value.length >> 8);
      out.write(value.length);
    }
    out.writeBytes(value);
    return out.toByteArray();
  }
}
