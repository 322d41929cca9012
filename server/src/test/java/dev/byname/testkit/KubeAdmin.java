package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a test's API server, fast enough for hundreds of changes; kubectl takes a second each.
 */
public final class KubeAdmin implements AutoCloseable {
  private static final String SERVICES = "/api/v1/namespaces/default/services";
  private static final String ENDPOINTS = "/api/v1/namespaces/default/endpoints";
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

  private final KubeApiServer server;
  private final HttpClient http;

  public KubeAdmin(KubeApiServer server) {
    this.server = server;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(trust(server))
            .build();
  }

  /** Creates an object and returns it as stored. */
  public String create(String path, String json) {
    return request("POST", path, json);
  }

  public String delete(String path) {
    return request("DELETE", path, null);
  }

  /** A Service in {@code default}; its ClusterIP is allocated by the server. */
  public String createService(String name, String labels) {
    return create(
        SERVICES,
        """
        {"metadata":{"name":"%s","labels":{%s}},"spec":{"ports":[{"name":"http","port":80}]}}
        """
            .formatted(name, labels));
  }

  public void deleteService(String name) {
    delete(SERVICES + "/" + name);
  }

  /** Endpoints in {@code default}, one subset. */
  public void createEndpoints(String name, String... addresses) {
    var list = new ArrayList<String>();
    for (String address : addresses) {
      list.add("{\"ip\":\"" + address + "\"}");
    }
    create(
        ENDPOINTS,
        """
        {"metadata":{"name":"%s"},
         "subsets":[{"addresses":[%s],"ports":[{"name":"http","port":80}]}]}
        """
            .formatted(name, String.join(",", list)));
  }

  public void deleteEndpoints(String name) {
    delete(ENDPOINTS + "/" + name);
  }

  /** Lets a user list and watch what an old cluster's DNS needs. */
  public void grant(String user) {
    create(
        RBAC + "/clusterroles",
        """
        {"metadata":{"name":"byname-%s"},
         "rules":[{"apiGroups":[""],"resources":["services","endpoints","namespaces"],
                   "verbs":["list","watch"]}]}
        """
            .formatted(user));
    create(
        RBAC + "/clusterrolebindings",
        """
        {"metadata":{"name":"byname-%s"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"byname-%s"},
         "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"%s"}]}
        """
            .formatted(user, user, user));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private String request(String method, String path, @Nullable String body) {
    try {
      var request =
          HttpRequest.newBuilder(server.url().resolve(path))
              .header("Authorization", "Bearer " + KubeApiServer.ADMIN_TOKEN)
              .header("Content-Type", "application/json")
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .timeout(Duration.ofSeconds(30))
              .build();
      var response = http.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
      if (response.statusCode() / 100 != 2) {
        throw new IllegalStateException(path + ": " + response.body());
      }
      return response.body();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static SSLContext trust(KubeApiServer server) {
    try (var in = Files.newInputStream(server.certificate())) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
