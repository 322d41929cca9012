package dev.byname.source.etcd;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an etcd cluster is reached.
 *
 * @param endpoints its members' client URLs, {@code http://host:port} or {@code https://host:port},
 *     all of one scheme
 * @param tls null for the JDK's own authorities and no client certificate; only with https
 * @param credentials null when the server asks for none, or takes the certificate's common name
 * @param requestTimeout after which a question that a member has not answered is put to another one
 */
public record EtcdConnectionConfig(
    List<URI> endpoints,
    @Nullable Tls tls,
    @Nullable Credentials credentials,
    Duration requestTimeout) {

  public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** The port that etcd has at the IANA for its clients. */
  private static final int DEFAULT_PORT = 2379;

  public EtcdConnectionConfig {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("etcd: at least one endpoint is needed");
    }
    endpoints = endpoints.stream().map(EtcdConnectionConfig::checked).distinct().toList();
    if (endpoints.stream().map(URI::getScheme).distinct().count() > 1) {
      throw new IllegalArgumentException("etcd: the endpoints must be all http or all https");
    }
    if (tls != null && !endpoints.getFirst().getScheme().equals("https")) {
      throw new IllegalArgumentException(
          "etcd: tls is given, but the endpoint " + endpoints.getFirst() + " is not https");
    }
    if (requestTimeout.isNegative() || requestTimeout.isZero()) {
      throw new IllegalArgumentException("etcd: the request timeout must be positive");
    }
  }

  /** Without TLS files and credentials. */
  public static EtcdConnectionConfig of(URI... endpoints) {
    return new EtcdConnectionConfig(List.of(endpoints), null, null, DEFAULT_REQUEST_TIMEOUT);
  }

  public EtcdConnectionConfig withTls(Tls value) {
    return new EtcdConnectionConfig(endpoints, value, credentials, requestTimeout);
  }

  public EtcdConnectionConfig withCredentials(Credentials value) {
    return new EtcdConnectionConfig(endpoints, tls, value, requestTimeout);
  }

  /**
   * PEM files, read again for every connection, so that renewed certificates need no restart.
   *
   * @param authority the certificates that sign the servers'; null for the JDK's own
   * @param certificate the client's, with its chain; null when the server asks for none
   * @param key the client's private key, PKCS #8, PKCS #1 (as kubeadm writes it) or SEC 1,
   *     unencrypted; given exactly when the certificate is
   * @param serverName expected in the servers' certificates; null for the endpoint's host
   */
  public record Tls(
      @Nullable Path authority,
      @Nullable Path certificate,
      @Nullable Path key,
      @Nullable String serverName) {
    public Tls {
      if ((certificate == null) != (key == null)) {
        throw new IllegalArgumentException(
            "etcd: tls needs the client's certificate and its key, or neither");
      }
    }
  }

  /** A user of etcd's own authentication. */
  public record Credentials(String user, String password) {
    public Credentials {
      if (user.isEmpty() || password.isEmpty()) {
        throw new IllegalArgumentException("etcd: user and password must not be empty");
      }
    }

    /** Without the password: this ends up in logs. */
    @Override
    public String toString() {
      return "Credentials[user=" + user + "]";
    }
  }

  private static URI checked(URI endpoint) {
    var scheme = endpoint.getScheme();
    if (scheme == null || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "etcd: endpoint \"" + endpoint + "\" must be http://HOST:PORT or https://HOST:PORT");
    }
    var lowerScheme = scheme.toLowerCase(Locale.ROOT);
    if (!lowerScheme.equals("http") && !lowerScheme.equals("https")) {
      throw new IllegalArgumentException(
          "etcd: endpoint \"" + endpoint + "\" must be http or https, not " + scheme);
    }
    if (!endpoint.getRawPath().isEmpty() && !endpoint.getRawPath().equals("/")) {
      throw new IllegalArgumentException(
          "etcd: endpoint \"" + endpoint + "\" must not have a path");
    }
    int port = endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    return URI.create(lowerScheme + "://" + endpoint.getHost() + ":" + port);
  }
}
