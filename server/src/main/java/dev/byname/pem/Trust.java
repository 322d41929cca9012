package dev.byname.pem;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;

/** Whom to believe in TLS. */
public final class Trust {
  private Trust() {}

  /** Those whose certificates these authorities signed; without any, the JDK's own authorities. */
  public static TrustManagerFactory in(List<X509Certificate> authorities) {
    try {
      KeyStore store = null;
      if (!authorities.isEmpty()) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
          store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException("a key store in memory", impossible);
    }
  }
}
