import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes a cluster into etcd as an API server does, through etcd's gateway. */
final class Store {
  private static final int KEYS_EACH = 100; // of a transaction; etcd takes 128
  private static final Pattern REVISION = Pattern.compile("\"revision\":\"(\\d+)\"");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String url;
  private String revision = "0";

  Store(String url) {
    this.url = url;
  }

  /** Writes every object, also those that have not changed. */
  void write(Cluster cluster, int generation) throws Exception {
    List<String> puts = new ArrayList<>();
    cluster.forEachObject(
        generation,
        object ->
            puts.add(
                "{\"requestPut\":{\"key\":\"%s\",\"value\":\"%s\"}}"
                    .formatted(base64(key(object)), base64(object.json()))));
    for (int i = 0; i < puts.size(); i += KEYS_EACH) {
      String body = String.join(",", puts.subList(i, Math.min(puts.size(), i + KEYS_EACH)));
      Matcher answer = REVISION.matcher(post("/v3/kv/txn", "{\"success\":[" + body + "]}"));
      if (answer.find()) {
        revision = answer.group(1);
      }
    }
  }

  /** Forgets what was before the last write. */
  void compact() throws Exception {
    post("/v3/kv/compaction", "{\"revision\":\"" + revision + "\",\"physical\":true}");
  }

  private static String key(Cluster.Stored object) {
    return switch (object.kind()) {
      case "Namespace" -> "/registry/namespaces/" + object.name();
      case "Service" -> "/registry/services/specs/" + object.namespace() + "/" + object.name();
      default -> "/registry/endpointslices/" + object.namespace() + "/" + object.name();
    };
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private String post(String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.body());
    }
    return response.body();
  }

  /** The status; 0 without an answer. */
  static int get(String url) throws InterruptedException {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    }
  }

  static void await(String what, Callable<Boolean> there) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!there.call()) {
      if (System.nanoTime() > end) {
        throw new IOException(what + " is not there after a minute");
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
