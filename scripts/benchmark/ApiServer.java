import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stand-in for an API server that has a {@link Cluster}: lists in pages, watches, and, asked for
 * {@code /expire}, changes every tenth EndpointSlice and ends all watches with 410 Gone, as an API
 * server does whose history was compacted. A process of its own: {@code ApiServer PORT SERVICES
 * ENDPOINTS}. What it sends is made beforehand, so that it takes little of the processor that it
 * shares with the server under test.
 */
final class ApiServer {
  private static final Pattern LIMIT = Pattern.compile("limit=(\\d+)");
  private static final Pattern CONTINUE = Pattern.compile("continue=(\\d+)");

  /** Path, version of the API and kind of each resource, by kind. */
  private static final Map<String, List<String>> RESOURCES =
      Map.of(
          "Namespace", List.of("/api/v1/namespaces", "v1"),
          "Service", List.of("/api/v1/services", "v1"),
          "EndpointSlice",
              List.of("/apis/discovery.k8s.io/v1/endpointslices", "discovery.k8s.io/v1"));

  private final Cluster cluster;
  private Map<String, List<byte[]>> items;
  private Map<String, List<byte[]>> metadata;
  private int generation;

  private ApiServer(Cluster cluster) {
    this.cluster = cluster;
    renew();
  }

  public static void main(String[] arguments) throws IOException {
    int endpoints = Integer.parseInt(arguments[2]);
    var api = new ApiServer(new Cluster(Integer.parseInt(arguments[1]), endpoints, endpoints));
    var address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/version", e -> send(e, "{\"major\":\"1\",\"minor\":\"30\",\"gitVersion\":\"v1.30.0\"}"));
    server.createContext(
        "/apis/discovery.k8s.io/v1",
        e ->
            send(
                e,
                """
                {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"discovery.k8s.io/v1",
                 "resources":[{"name":"endpointslices","namespaced":true,"kind":"EndpointSlice",
                               "verbs":["list","watch"]}]}
                """));
    server.createContext(
        "/expire",
        e -> {
          api.renew();
          send(e, "{}");
        });
    RESOURCES.forEach((kind, resource) ->
        server.createContext(resource.get(0), e -> api.answer(e, kind, resource.get(1))));
    server.start();
  }

  private void renew() {
    Map<String, List<byte[]>> whole = new TreeMap<>();
    Map<String, List<byte[]>> heads = new TreeMap<>();
    int next = generation + 1;
    cluster.forEachObject(
        next,
        object -> {
          var list = whole.computeIfAbsent(object.kind(), kind -> new ArrayList<>());
          String version = "\"metadata\":{\"resourceVersion\":\"%d\",";
          int number = (object.changes() ? next : 1) * 1_000_000 + list.size();
          String json = object.json().replaceFirst("\"metadata\":\\{", version.formatted(number));
          list.add(json.getBytes());
          heads
              .computeIfAbsent(object.kind(), kind -> new ArrayList<>())
              .add(
                  "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"resourceVersion\":\"%d\"}}"
                      .formatted(object.name(), object.namespace(), number)
                      .getBytes());
        });
    synchronized (this) {
      items = whole;
      metadata = heads;
      generation = next;
      notifyAll(); // the watches
    }
  }

  private void answer(HttpExchange exchange, String kind, String version) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    try (var out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
      if (query.contains("watch=true")) {
        watch(out, kind, version);
      } else {
        String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
        list(out, kind, version, accept.contains("PartialObject"), query);
      }
    } catch (InterruptedException | IOException gone) {
      // the client has left
    }
  }

  private void list(
      BufferedOutputStream out, String kind, String version, boolean heads, String query)
      throws IOException {
    List<byte[]> all;
    int revision;
    synchronized (this) {
      all = (heads ? metadata : items).get(kind);
      revision = (generation + 1) * 1_000_000 - 1;
    }
    int from = number(CONTINUE, query, 0);
    int to = Math.min(all.size(), from + number(LIMIT, query, all.size()));
    String head =
        "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"resourceVersion\":\"%d\"%s},\"items\":["
            .formatted(
                heads ? "meta.k8s.io/v1" : version,
                heads ? "PartialObjectMetadataList" : kind + "List",
                revision,
                to == all.size() ? "" : ",\"continue\":\"" + to + "\"");
    out.write(head.getBytes());
    for (int i = from; i < to; i++) {
      if (i > from) {
        out.write(',');
      }
      out.write(all.get(i));
    }
    out.write("]}".getBytes());
  }

  private static int number(Pattern pattern, String query, int otherwise) {
    Matcher matcher = pattern.matcher(query);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
  }

  private void watch(BufferedOutputStream out, String kind, String version)
      throws IOException, InterruptedException {
    int begun = generation;
    while (begun == generation) {
      String bookmark =
          """
          {"type":"BOOKMARK","object":{"apiVersion":"%s","kind":"%s","metadata":{"resourceVersion":"%d"}}}
          """;
      out.write(bookmark.formatted(version, kind, (begun + 1) * 1_000_000 - 1).getBytes());
      out.flush();
      synchronized (this) {
        if (begun == generation) {
          wait(10_000);
        }
      }
    }
    out.write(
        """
        {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure",\
        "reason":"Expired","code":410,"message":"too old resource version"}}
        """
            .getBytes());
  }

  private static void send(HttpExchange exchange, String json) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    byte[] body = json.getBytes();
    exchange.sendResponseHeaders(200, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}
