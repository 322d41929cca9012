package dev.byname.source.kubernetes;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import dev.byname.pem.Trust;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the TLS connection to the API server rests on. Equal values make equal connections, so a
 * reloaded file that did not change keeps the connections that are open.
 *
 * @param authorities trusted to sign the server's certificate; empty for the JDK's own list
 * @param client what we show; null for none
 * @param verification how the server's certificate is checked
 */
record ApiTls(
    List<X509Certificate> authorities, @Nullable Identity client, Verification verification) {
  static final ApiTls PLAIN = new ApiTls(List.of(), null, new Verification.UrlHost());

  sealed interface Verification {
    /** The certificate must be for the host of the URL. */
    record UrlHost() implements Verification {}

    /**
     * It must be for this name instead ({@code tls-server-name}). SNI still carries the URL's host:
     * the JDK's HTTP client sets it itself.
     */
    record Name(String name) implements Verification {}

    /** {@code insecure-skip-tls-verify}: anybody may answer. */
    record Nothing() implements Verification {}
  }

  static List<X509Certificate> certificates(Pem pem) throws AccessException {
    try {
      return pem.certificates();
    } catch (PemException wrong) {
      throw new AccessException(String.valueOf(wrong.getMessage()), wrong);
    }
  }

  static Identity identity(Pem certificate, Pem key) throws AccessException {
    try {
      return Identity.of(certificate, key);
    } catch (PemException wrong) {
      throw new AccessException(String.valueOf(wrong.getMessage()), wrong);
    }
  }

  ApiTls withClient(@Nullable Identity certificate) {
    return certificate == null ? this : new ApiTls(authorities, certificate, verification);
  }

  SSLContext context() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trustManagers(), new SecureRandom());
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(
          "TLS with certificates that could be read before", impossible);
    }
  }

  private KeyManager @Nullable [] keyManagers() {
    return client == null ? null : client.keyManagers().getKeyManagers();
  }

  private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException {
    return switch (verification) {
      case Verification.UrlHost() ->
          authorities.isEmpty() ? null : new TrustManager[] {authorityTrust()};
      case Verification.Name(String name) ->
          new TrustManager[] {new NamedServerTrust(authorityTrust(), name)};
      case Verification.Nothing() -> new TrustManager[] {new BlindTrust()};
    };
  }

  private X509ExtendedTrustManager authorityTrust() throws GeneralSecurityException {
    for (TrustManager manager : Trust.in(authorities).getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("no X.509 trust manager");
  }

  /** Checks the chain as usual, then the leaf against a name that is not the URL's. */
  private static final class NamedServerTrust extends ServerTrust {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private final X509ExtendedTrustManager chain;
    private final String name;

    NamedServerTrust(X509ExtendedTrustManager chain, String name) {
      this.chain = chain;
      this.name = name.toLowerCase(Locale.ROOT);
    }

    @Override
    void check(X509Certificate[] certificates, String authType) throws CertificateException {
      chain.checkServerTrusted(certificates, authType);
      var alternatives = certificates[0].getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          boolean named =
              switch ((Integer) alternative.get(0)) {
                case DNS_NAME -> matches(String.valueOf(alternative.get(1)));
                case IP_ADDRESS -> name.equals(alternative.get(1));
                default -> false;
              };
          if (named) {
            return;
          }
        }
      }
      throw new CertificateException("the server's certificate is not for " + name);
    }

    /** RFC 9525 section 6.3: a wildcard is the whole leftmost label and stands for one label. */
    private boolean matches(String presented) {
      String pattern = presented.toLowerCase(Locale.ROOT);
      if (pattern.startsWith("*.")) {
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot).equals(pattern.substring(1));
      }
      return pattern.equals(name);
    }
  }

  private static final class BlindTrust extends ServerTrust {
    @Override
    void check(X509Certificate[] certificates, String authType) {}
  }

  /** An extended manager, because the JDK adds its own check of the host to any other. */
  private abstract static class ServerTrust extends X509ExtendedTrustManager {
    abstract void check(X509Certificate[] certificates, String authType)
        throws CertificateException;

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      check(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw new CertificateException("no server here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("no server here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no server here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
