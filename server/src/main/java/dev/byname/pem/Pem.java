package dev.byname.pem;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PEM text and where it stands.
 *
 * @param where named in errors: the file, or the field that holds the text
 * @param content shared, never written to
 */
@SuppressWarnings("ArrayRecordComponent")
public record Pem(String where, byte[] content) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int CONTEXT_0 = 0xa0;

  private static final byte[] VERSION_0 = der(INTEGER, new byte[1]);

  /** AlgorithmIdentifier rsaEncryption with its NULL parameter (RFC 8017 appendix A.1). */
  private static final byte[] RSA_ALGORITHM =
      HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** Object identifier id-ecPublicKey (RFC 5480 section 2.1.1). */
  private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

  public static Pem read(Path file) throws PemException {
    return read(file.toString(), file);
  }

  /**
   * @param where what errors call the file
   */
  public static Pem read(String where, Path file) throws PemException {
    try {
      return new Pem(where, Files.readAllBytes(file));
    } catch (NoSuchFileException missing) {
      throw new PemException(where, "no such file");
    } catch (IOException failed) {
      throw new PemException(where, "cannot be read: " + failed.getMessage());
    }
  }

  /** All certificates in the order of the text, at least one; other blocks are passed over. */
  public List<X509Certificate> certificates() throws PemException {
    var certificates = new ArrayList<X509Certificate>();
    Matcher blocks = blocks();
    while (blocks.find()) {
      if (blocks.group(1).equals("CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(bytes(blocks))));
        } catch (CertificateException damaged) {
          throw new PemException(where, "holds a damaged certificate: " + damaged.getMessage());
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new PemException(where, "holds no PEM certificate");
    }
    return List.copyOf(certificates);
  }

  /** The first private key: RSA, EC or EdDSA, not encrypted. */
  public PrivateKey privateKey() throws PemException {
    Matcher blocks = blocks();
    while (blocks.find()) {
      if (blocks.group(1).equals("ENCRYPTED PRIVATE KEY")
          || blocks.group(2).contains("Proc-Type:")) { // RFC 1421 section 4.6.1.1
        throw new PemException(
            where, "the key is encrypted; only keys without a password can be used");
      }
      switch (blocks.group(1)) {
        case "PRIVATE KEY" -> {
          return key(bytes(blocks));
        }
        case "RSA PRIVATE KEY" -> {
          return key(pkcs8(RSA_ALGORITHM, bytes(blocks)));
        }
        case "EC PRIVATE KEY" -> {
          byte[] sec1 = bytes(blocks);
          return key(pkcs8(der(SEQUENCE, EC_PUBLIC_KEY, curve(sec1)), sec1));
        }
        default -> {} // parameters or certificates, which openssl puts into the same file
      }
    }
    throw new PemException(where, "holds no PEM private key");
  }

  private Matcher blocks() {
    return BLOCK.matcher(new String(content, StandardCharsets.ISO_8859_1));
  }

  private byte[] bytes(Matcher block) throws PemException {
    try {
      return Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException notBase64) {
      throw new PemException(where, "holds a damaged " + block.group(1) + ": it is not base64");
    }
  }

  private PrivateKey key(byte[] pkcs8) throws PemException {
    var spec = new PKCS8EncodedKeySpec(pkcs8);
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException another) {
        // the next algorithm, then
      } catch (GeneralSecurityException absent) {
        throw new IllegalStateException(absent); // Java SE demands all three
      }
    }
    throw new PemException(where, "holds a damaged key, or neither RSA, EC nor EdDSA");
  }

  /** PrivateKeyInfo (RFC 5208 section 5) around a key in its algorithm's own form. */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
  }

  /** The optional parameters [0] of a SEC 1 key (RFC 5915 section 3). */
  private byte[] curve(byte[] sec1) throws PemException {
    try {
      var fields = ByteBuffer.wrap(element(ByteBuffer.wrap(sec1), SEQUENCE));
      element(fields, INTEGER);
      element(fields, OCTET_STRING);
      return element(fields, CONTEXT_0);
    } catch (RuntimeException damaged) {
      throw new PemException(where, "holds an EC key that is damaged or does not name its curve");
    }
  }

  private static byte[] element(ByteBuffer der, int tag) {
    if ((der.get() & 0xff) != tag) {
      throw new IllegalArgumentException("another tag was expected");
    }
    int length = der.get() & 0xff;
    if (length > 0x7f) {
      int digits = length & 0x7f;
      length = 0;
      for (int i = 0; i < digits; i++) {
        length = length << 8 | (der.get() & 0xff);
      }
    }
    if (length > der.remaining()) {
      throw new IllegalArgumentException("cut off");
    }
    byte[] value = new byte[length];
    der.get(value);
    return value;
  }

  /** One DER element: tag, length, the parts. */
  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    var out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length > 0xff) {
      out.write(0x82); // keys are shorter than 64 KiB
      out.write(length >> 8);
    } else if (length > 0x7f) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
