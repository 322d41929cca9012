package dev.byname.resolverconfig.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which etcd to use and how.
 *
 * @param endpoints {@code http://host:2379} or {@code https://…}, one per member, not mixed
 * @param prefix before all keys, without a slash at the end; the API server's default is {@code
 *     /registry}
 * @param authority PEM file of the authorities that members are trusted by; without it the JDK's
 *     own
 * @param certificate PEM file of the client's certificate, with {@code key}
 * @param key PEM file of the client's private key, without a password
 * @param credentials for etcd's own users
 * @param attemptTimeout how long one request may take
 * @param attempts how often a request is sent before it counts as failed; at least 1
 */
public record EtcdConfig(
    List<URI> endpoints,
    String prefix,
    Optional<Path> authority,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<Credentials> credentials,
    Duration attemptTimeout,
    int attempts) {

  /** The prefix of an API server that was not told another one. */
  public static final String DEFAULT_PREFIX = "/registry";

  /** Three seconds: longer than electing a leader takes, short enough to try another member. */
  public static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

  /** With the time-out above and the pauses between, about half a minute. */
  public static final int DEFAULT_ATTEMPTS = 8;

  public EtcdConfig {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("etcd needs at least one endpoint");
    }
    for (var endpoint : endpoints) {
      if (endpoint.getHost() == null
          || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
        throw new IllegalArgumentException(
            "\"" + endpoint + "\" is no etcd endpoint; write it like https://10.0.0.1:2379");
      }
    }
    if (endpoints.stream().map(URI::getScheme).distinct().count() > 1) {
      throw new IllegalArgumentException("etcd endpoints must be all http or all https");
    }
    if (!prefix.matches("(/[^/]+)+")) {
      throw new IllegalArgumentException("\"" + prefix + "\" is no key prefix like /registry");
    }
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a client certificate needs its key, and a key its certificate");
    }
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1, not " + attempts);
    }
  }

  /** A user of etcd. */
  public record Credentials(String user, String password) {
    /** Without the password. */
    @Override
    public String toString() {
      return user;
    }
  }

  /** Without TLS and users, all else by default. */
  public static EtcdConfig of(List<URI> endpoints) {
    return new EtcdConfig(
        endpoints,
        DEFAULT_PREFIX,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        DEFAULT_ATTEMPT_TIMEOUT,
        DEFAULT_ATTEMPTS);
  }

  boolean usesTls() {
    return "https".equals(endpoints.getFirst().getScheme());
  }
}
