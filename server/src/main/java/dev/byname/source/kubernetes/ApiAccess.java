package dev.byname.source.kubernetes;

import dev.byname.pem.Pem;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The API server and our identity, as the files say at one moment.
 *
 * @param server with the path prefix that requests start with, without a slash at the end
 * @param proxy {@code http} proxy to go through; null for none of our own
 * @param headers further headers of every request (impersonation)
 */
record ApiAccess(
    URI server,
    ApiTls tls,
    Credentials credentials,
    @Nullable URI proxy,
    Map<String, List<String>> headers) {

  /**
   * Reads everything anew.
   *
   * @param environment a variable's value, null when unset
   * @throws AccessException naming file and field
   */
  static ApiAccess read(Access access, Function<String, @Nullable String> environment)
      throws AccessException {
    return switch (access) {
      case Access.InCluster(Path folder) -> inCluster(folder, environment);
      case Access.Kubeconfig(Path file, String context) -> KubeconfigFile.read(file, context);
      case Access.Endpoint(URI server, Access.Tls tls) -> endpoint(server, tls);
    };
  }

  private static ApiAccess inCluster(Path folder, Function<String, @Nullable String> environment)
      throws AccessException {
    String host = environment.apply("KUBERNETES_SERVICE_HOST");
    String port = environment.apply("KUBERNETES_SERVICE_PORT");
    if (host == null || host.isEmpty() || port == null || port.isEmpty()) {
      throw new AccessException(
          "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set;"
              + " outside a cluster give kubeconfig FILE or endpoint URL");
    }
    Path authority = folder.resolve("ca.crt");
    byte[] pem = FileContent.read("service account", authority);
    URI server =
        url(
            "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port,
            "KUBERNETES_SERVICE_HOST");
    Credentials credentials = Credentials.tokenFile(folder.resolve("token"), "service account");
    FileContent.read("service account", folder.resolve("token"));
    return new ApiAccess(
        server,
        new ApiTls(
            ApiTls.certificates(new Pem("service account: " + authority, pem)),
            null,
            new ApiTls.Verification.UrlHost()),
        credentials,
        null,
        Map.of());
  }

  private static ApiAccess endpoint(URI server, Access.@Nullable Tls tls) throws AccessException {
    URI base = url(server.toString(), "endpoint");
    if (tls == null) {
      return new ApiAccess(base, ApiTls.PLAIN, Credentials.NONE, null, Map.of());
    }
    var client = ApiTls.identity(pem("tls CERT", tls.certificate()), pem("tls KEY", tls.key()));
    var authorities = ApiTls.certificates(pem("tls CACERT", tls.authority()));
    return new ApiAccess(
        base,
        new ApiTls(authorities, client, new ApiTls.Verification.UrlHost()),
        Credentials.NONE,
        null,
        Map.of());
  }

  private static Pem pem(String option, Path file) throws AccessException {
    return new Pem(option + ": " + file, FileContent.read(option, file));
  }

  /**
   * An absolute {@code http} or {@code https} URL; {@code host:port} alone means {@code http}, as
   * in client-go.
   */
  static URI url(String text, String where) throws AccessException {
    String full = text.contains("://") ? text : "http://" + text;
    URI url;
    try {
      url = URI.create(full.endsWith("/") ? full.substring(0, full.length() - 1) : full);
    } catch (IllegalArgumentException broken) {
      throw new AccessException(where + ": \"" + text + "\" is not a URL", broken);
    }
    boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!known || url.getHost() == null) {
      throw new AccessException(
          where + ": \"" + text + "\" is not an http or https URL with a host");
    }
    return url;
  }
}
