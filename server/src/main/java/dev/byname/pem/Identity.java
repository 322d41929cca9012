package dev.byname.pem;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/**
 * Who somebody is in TLS.
 *
 * @param chain the own certificate first
 * @param key of the own certificate
 */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
  public Identity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads both and has the key sign what the certificate then verifies: a rotation replaces two
   * files, and between the two they do not fit.
   *
   * @throws PemException naming the one that is wrong
   */
  public static Identity of(Pem certificate, Pem key) throws PemException {
    var identity = new Identity(certificate.certificates(), key.privateKey());
    if (!identity.matches()) {
      throw new PemException(
          key.where(), "is not the key of the certificate in " + certificate.where());
    }
    return identity;
  }

  public KeyManagerFactory keyManagers() {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("own", key, new char[0], chain.toArray(new X509Certificate[0]));
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return factory;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException("a key store in memory", impossible);
    }
  }

  private boolean matches() {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA"; // Pem reads no others
        };
    byte[] probe = new byte[32];
    try {
      var signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(probe);
      var verifying = Signature.getInstance(algorithm);
      verifying.initVerify(chain.getFirst().getPublicKey());
      verifying.update(probe);
      return verifying.verify(signing.sign());
    } catch (GeneralSecurityException otherKind) {
      return false; // an RSA key beside an EC certificate, for one
    }
  }
}
