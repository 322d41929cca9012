package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate chain and its private key from PEM files (RFC 7468). Keys are PKCS #8, PKCS #1
 * (what cert-manager writes unless told otherwise) or SEC 1 (what openssl ecparam writes), not
 * encrypted.
 *
 * @param chain the server's own certificate first
 */
record KeyPairPem(List<X509Certificate> chain, PrivateKey key) {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final byte[] VERSION_0 = {2, 1, 0};
  private static final byte[] RSA =
      der(0x30, HexFormat.of().parseHex("06092a864886f70d0101010500"));
  private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");

  /** The named curves that TLS servers use, as DER object identifiers. */
  private static final Map<Integer, String> CURVE_BY_KEY_BYTES =
      Map.of(32, "06082a8648ce3d030107", 48, "06052b81040022", 66, "06052b81040023");

  KeyPairPem {
    chain = List.copyOf(chain);
  }

  /**
   * Reads both and checks that they belong together.
   *
   * @throws RefusedException naming the file that is wrong
   */
  static KeyPairPem parse(String chainFile, byte[] chainPem, String keyFile, byte[] keyPem) {
    var chain = chain(chainFile, chainPem);
    var algorithm = chain.getFirst().getPublicKey().getAlgorithm();
    var key = key(keyFile, keyPem, algorithm);
    try {
      // A rotation replaces two files; between the two they do not fit.
      var message = "byname".getBytes(US_ASCII);
      var signature =
          switch (algorithm) {
            case "RSA" -> Signature.getInstance("SHA256withRSA");
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            default -> Signature.getInstance(algorithm);
          };
      signature.initSign(key);
      signature.update(message);
      var signed = signature.sign();
      signature.initVerify(chain.getFirst());
      signature.update(message);
      if (signature.verify(signed)) {
        return new KeyPairPem(chain, key);
      }
    } catch (GeneralSecurityException e) {
      throw new RefusedException(keyFile, "cannot be used: " + e.getMessage());
    }
    throw new RefusedException(keyFile, "is not the key of the certificate in " + chainFile);
  }

  private static List<X509Certificate> chain(String file, byte[] pem) {
    try {
      var chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new RefusedException(file, "holds no certificate");
      }
      return chain;
    } catch (CertificateException e) {
      throw new RefusedException(file, "holds no readable certificate: " + e.getMessage());
    }
  }

  private static PrivateKey key(String file, byte[] pem, String algorithm) {
    var found = KEY.matcher(new String(pem, US_ASCII));
    if (!found.find()) {
      throw new RefusedException(file, "holds no private key in PEM without a password");
    }
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8(found)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new RefusedException(
          file, "holds no readable " + algorithm + " key: " + e.getMessage());
    }
  }

  private static byte[] pkcs8(Matcher found) {
    var der = Base64.getMimeDecoder().decode(found.group(2));
    return switch (found.group(1)) {
      case "RSA PRIVATE KEY" -> der(0x30, VERSION_0, RSA, der(4, der));
      case "EC PRIVATE KEY" -> der(0x30, VERSION_0, der(0x30, EC_OID, curve(der)), der(4, der));
      default -> der;
    };
  }

  /**
   * RFC 5915: SEQUENCE { version 1, OCTET STRING key, … }. The key is as long as the curve is wide,
   * which tells the three curves apart.
   */
  private static byte[] curve(byte[] sec1) {
    int version = sec1.length > 1 && sec1[1] < 0 ? 2 + (sec1[1] & 127) : 2;
    int keyLength = version + 4;
    return Optional.ofNullable(
            keyLength < sec1.length ? CURVE_BY_KEY_BYTES.get(sec1[keyLength] & 255) : null)
        .map(HexFormat.of()::parseHex)
        .orElseThrow(() -> new IllegalArgumentException("of an unknown curve"));
  }

  /** One DER element: tag, length, the parts. */
  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (var part : parts) {
      content.writeBytes(part);
    }
    var element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.size();
    if (length >= 256) {
      element.write(0x82);
      element.write(length >> 8);
    } else if (length >= 128) {
      element.write(0x81);
    }
    element.write(length);
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
