package dev.byname.transport;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS side of a listener, made from its files and made anew when they change. Clients resume
 * their sessions by tickets (RFC 8446 section 4.6.1; Java encrypts the state into them, the server
 * keeps none) until the files change, since the tickets' keys go with the old context.
 */
final class TlsContext {
  private final TlsConfig config;
  private final List<String> protocols;
  private volatile SslContext current;
  private byte[] fingerprint;
  private String problem = "";

  /**
   * @param protocols ALPN names (RFC 7301) in the order of our preference; a client that offers
   *     none of them, or does not know ALPN, is served all the same
   */
  TlsContext(TlsConfig config, List<String> protocols) throws PemException {
    this.config = config;
    this.protocols = protocols;
    var files = Files.read(config);
    fingerprint = files.fingerprint();
    current = build(files);
  }

  TlsConfig config() {
    return config;
  }

  SslContext current() {
    return current;
  }

  /** Whether both were made from the same bytes in the same way. */
  boolean sameAs(TlsContext other) {
    return config.equals(other.config)
        && protocols.equals(other.protocols)
        && Arrays.equals(fingerprint(), other.fingerprint());
  }

  /**
   * Looks at the files.
   *
   * @return whether they changed and are in use from now on
   * @throws PemException when they changed and are no good; thrown once per change
   */
  synchronized boolean refresh() throws PemException {
    try {
      var files = Files.read(config);
      var now = files.fingerprint();
      if (Arrays.equals(now, fingerprint)) {
        return false;
      }
      fingerprint = now;
      current = build(files);
      problem = "";
      return true;
    } catch (PemException bad) {
      var before = problem;
      problem = String.valueOf(bad.getMessage());
      if (problem.equals(before)) {
        return false; // told already: a missing file is missing at each look
      }
      throw bad;
    }
  }

  private synchronized byte[] fingerprint() {
    return fingerprint;
  }

  private SslContext build(Files files) throws PemException {
    var identity = Identity.of(files.certificate, files.key);
    var auth = config.clientAuth();
    var builder =
        SslContextBuilder.forServer(identity.key(), identity.chain())
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2") // RFC 8996: older ones must not be used
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols))
            .clientAuth(
                auth == TlsConfig.ClientAuth.NO_CERTIFICATE
                    ? ClientAuth.NONE
                    : auth.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    if (!auth.verified()) {
      builder.trustManager(
          InsecureTrustManagerFactory.INSTANCE); // the operator's wish, see TlsConfig
    } else if (files.authority != null) {
      builder.trustManager(files.authority.certificates());
    }
    try {
      return builder.build();
    } catch (SSLException | IllegalArgumentException refused) {
      throw new PemException(files.certificate.where(), "cannot be used: " + refused.getMessage());
    }
  }

  /** All files at one look. */
  private record Files(Pem certificate, Pem key, @Nullable Pem authority) {
    static Files read(TlsConfig config) throws PemException {
      var authority = config.authority();
      return new Files(
          Pem.read(config.certificate()),
          Pem.read(config.key()),
          authority == null ? null : Pem.read(authority));
    }

    byte[] fingerprint() {
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(certificate.content());
        digest.update(key.content());
        if (authority != null) {
          digest.update(authority.content());
        }
        return digest.digest();
      } catch (NoSuchAlgorithmException absent) {
        throw new IllegalStateException(absent); // Java SE demands it
      }
    }
  }
}
