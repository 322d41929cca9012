package dev.byname.corefile;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a Corefile's meaning depends on besides its text.
 *
 * @param environment for {@code {$NAME}} and {@code {%NAME%}}
 * @param defaultPort of {@code dns://} keys without a port, 0 to 65535: the {@code -dns.port}
 *     option. The other schemes keep theirs, as in CoreDNS.
 * @param supportedDirectives every other directive is an error
 * @param clusterDomain for kube-dns's ConfigMap, which does not name it; a Corefile does
 */
public record ParseOptions(
    Map<String, String> environment,
    int defaultPort,
    Set<String> supportedDirectives,
    String clusterDomain) {
  /** No variables, port 53, all directives of CoreDNS, {@code cluster.local}. */
  public static final ParseOptions DEFAULTS =
      new ParseOptions(
          Map.of(),
          Scheme.DNS.defaultPort(),
          new LinkedHashSet<>(DirectiveNames.CORE_DNS_ORDER),
          "cluster.local");

  public ParseOptions {
    if (defaultPort < 0 || defaultPort > 65535) {
      throw new IllegalArgumentException("port " + defaultPort + " is not 0 to 65535");
    }
    environment = Map.copyOf(environment);
    // Keeps the order, so that of two equally near words always the same one is suggested.
    supportedDirectives = Collections.unmodifiableSet(new LinkedHashSet<>(supportedDirectives));
  }

  public ParseOptions withEnvironment(Map<String, String> newEnvironment) {
    return new ParseOptions(newEnvironment, defaultPort, supportedDirectives, clusterDomain);
  }

  public ParseOptions withDefaultPort(int newDefaultPort) {
    return new ParseOptions(environment, newDefaultPort, supportedDirectives, clusterDomain);
  }

  public ParseOptions withSupportedDirectives(Collection<String> names) {
    return new ParseOptions(environment, defaultPort, new LinkedHashSet<>(names), clusterDomain);
  }

  public ParseOptions withClusterDomain(String newClusterDomain) {
    return new ParseOptions(environment, defaultPort, supportedDirectives, newClusterDomain);
  }
}
