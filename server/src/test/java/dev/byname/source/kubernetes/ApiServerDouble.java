package dev.byname.source.kubernetes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An API server that does on command what a real one does once a year: loses and swaps events,
 * forgets revisions in mid-list, falls silent, answers with a login page. Speaks plain HTTP/1.1
 * over sockets of its own, so that it can also break off in mid-byte.
 *
 * <p>It keeps objects by resource with one revision for all, as etcd does, and serves list (paged),
 * watch (with bookmarks on demand, or beginning with the list) and metadata-only lists.
 */
final class ApiServerDouble implements AutoCloseable {
  /** What arrived, as the test wants to see it. */
  record Request(String path, Map<String, String> query, Map<String, String> headers) {
    boolean isWatch() {
      return query.containsKey("watch");
    }

    boolean isMetadataOnly() {
      return headers.getOrDefault("accept", "").contains("PartialObjectMetadata");
    }

    boolean isList() {
      return !isWatch() && !isMetadataOnly();
    }

    boolean isFor(String resource) {
      return path.endsWith("/" + resource);
    }
  }

  /** Takes the place of the answer to a request. */
  @FunctionalInterface
  interface Fault {
    /** Answers, and tells whether the connection can be used further. */
    boolean answer(Request request, Connection connection) throws IOException;

    /** A whole answer of another status. */
    static Fault status(int code, String body, String... headers) {
      return (request, connection) -> {
        connection.head(code, "application/json", headers);
        connection.chunk(body);
        connection.end();
        return true;
      };
    }

    /** A Status object. */
    static Fault refusal(int code, String reason) {
      return status(code, statusObject(code, reason));
    }

    /** The answer as it should be, but with another content type. */
    static Fault contentType(String type, String body) {
      return (request, connection) -> {
        connection.head(200, type);
        connection.chunk(body);
        connection.end();
        return true;
      };
    }
  }

  private record Plan(Predicate<Request> when, Fault fault, boolean once) {}

  private record Stored(String namespace, String name, long version, String json) {}

  private record Event(long version, String resource, String type, Stored object) {}

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Plan> plans = new CopyOnWriteArrayList<>();

  // All below is guarded by this.
  private final Map<String, TreeMap<String, Stored>> objects = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Map<String, List<Stored>> pages = new HashMap<>();
  private final Set<String> served =
      new HashSet<>(Set.of("services", "endpointslices", "endpoints", "namespaces", "pods"));
  private long revision = 100;
  private long compacted;
  private int watchGeneration;
  private final Map<String, Integer> silentBelowGeneration = new HashMap<>();
  private int endBelowGeneration;
  private int cutBelowGeneration;
  private final Map<String, Integer> toLose = new HashMap<>();
  private final Map<String, Long> bookmarkAt = new HashMap<>();
  private boolean swapNext;
  private String token = "";
  private String minor = "20";
  private boolean watchListEnabled = true;

  ApiServerDouble() {
    try {
      listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().name("api-double").start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  List<Request> requests(Predicate<Request> which) {
    return requests.stream().filter(which).toList();
  }

  // Content.

  /**
   * Creates or replaces an object and tells the watchers.
   *
   * @param rest of the JSON object after metadata: {@code "spec":{…}}; may be empty
   */
  synchronized void put(String resource, String namespace, String name, String rest) {
    put(resource, namespace, name, "", rest);
  }

  /**
   * @param meta further fields of metadata: {@code "labels":{…}}
   */
  synchronized void put(String resource, String namespace, String name, String meta, String rest) {
    var all = objects.computeIfAbsent(resource, _ -> new TreeMap<>());
    boolean known = all.containsKey(namespace + "/" + name);
    var stored = stored(namespace, name, ++revision, meta, rest);
    all.put(namespace + "/" + name, stored);
    tell(new Event(revision, resource, known ? "MODIFIED" : "ADDED", stored));
  }

  synchronized void delete(String resource, String namespace, String name) {
    Stored before = objects.get(resource).remove(namespace + "/" + name);
    revision++;
    String json =
        before
            .json()
            .replace(
                "\"resourceVersion\":\"" + before.version(), "\"resourceVersion\":\"" + revision);
    tell(new Event(revision, resource, "DELETED", new Stored(namespace, name, revision, json)));
  }

  /** A Service with one cluster address. */
  void putService(String name, String clusterIp) {
    put(
        "services",
        "default",
        name,
        "\"spec\":{\"type\":\"ClusterIP\",\"clusterIP\":\"%s\",\"clusterIPs\":[\"%s\"],\"selector\":{\"app\":\"x\"},\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}]}"
            .formatted(clusterIp, clusterIp));
  }

  void putNamespace(String name) {
    put("namespaces", "", name, "\"status\":{\"phase\":\"Active\"}");
  }

  /** An EndpointSlice of a service in {@code default}. */
  void putSlice(String name, String service, String... addresses) {
    putSliceWith("", name, service, addresses);
  }

  void putSliceWith(String meta, String name, String service, String... addresses) {
    put(
        "endpointslices",
        "default",
        name,
        "\"labels\":{\"kubernetes.io/service-name\":\"%s\"}%s".formatted(service, meta),
        "\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}],\"endpoints\":["
            + List.of(addresses).stream()
                .map("{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true}}"::formatted)
                .collect(Collectors.joining(","))
            + "]");
  }

  /** Endpoints of a service in {@code default}, one subset. */
  void putEndpoints(String name, String... addresses) {
    put(
        "endpoints",
        "default",
        name,
        "\"subsets\":[{\"addresses\":["
            + List.of(addresses).stream()
                .map("{\"ip\":\"%s\"}"::formatted)
                .collect(Collectors.joining(","))
            + "],\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}]}]");
  }

  synchronized long revision() {
    return revision;
  }

  // Misbehaviour.

  /** Which resources there are; the others are answered with 404. */
  synchronized void serves(String resource, boolean value) {
    if (value) {
      served.add(resource);
    } else {
      served.remove(resource);
      endBelowGeneration = watchGeneration + 1;
      notifyAll();
    }
  }

  /** Answers the next request of the kind in another way. */
  void once(Predicate<Request> when, Fault fault) {
    plans.add(new Plan(when, fault, true));
  }

  /** Answers all requests of the kind in another way, until {@link #heal}. */
  void always(Predicate<Request> when, Fault fault) {
    plans.add(new Plan(when, fault, false));
  }

  void heal() {
    plans.clear();
  }

  /** The next changes of the resource happen, but no watcher is told. */
  synchronized void loseEvents(String resource, int count) {
    toLose.merge(resource, count, Integer::sum);
  }

  /** The next two events arrive in the wrong order. */
  synchronized void swapNextTwo() {
    swapNext = true;
  }

  /** All revisions up to now are forgotten: older watches and pages are answered with 410. */
  synchronized void compact() {
    compacted = revision;
    pages.clear();
  }

  /** Running watches of the resource stay open and tell nothing any more. */
  synchronized void silenceWatches(String resource) {
    silentBelowGeneration.put(resource, watchGeneration + 1);
  }

  /** Ends running watches in good order, as a server does after the time asked for. */
  synchronized void endWatches() {
    endBelowGeneration = watchGeneration + 1;
    notifyAll();
  }

  /** Breaks the connections of running watches in mid-event. */
  synchronized void cutWatches() {
    cutBelowGeneration = watchGeneration + 1;
    notifyAll();
  }

  /** Tells the watchers of the resource the present revision. */
  synchronized void bookmark(String resource) {
    bookmarkAt.put(resource, revision);
    notifyAll();
  }

  /** Demands this bearer token. */
  synchronized void demandToken(String value) {
    token = value;
  }

  /**
   * @param value as in /version
   * @param listsInWatches whether the WatchList feature is on
   */
  synchronized void minorVersion(String value, boolean listsInWatches) {
    minor = value;
    watchListEnabled = listsInWatches;
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    synchronized (this) {
      cutBelowGeneration = Integer.MAX_VALUE;
      notifyAll();
    }
  }

  private void tell(Event event) {
    Integer lose = toLose.getOrDefault(event.resource(), 0);
    if (lose > 0) {
      toLose.put(event.resource(), lose - 1);
      return;
    }
    events.add(event);
    if (swapNext) {
      int last = events.size() - 1;
      if (last >= 1 && heldBack) {
        heldBack = false;
        swapNext = false;
        Event first = events.get(last - 1);
        events.set(last - 1, event);
        events.set(last, first);
      } else {
        heldBack = true;
        return; // not told yet
      }
    }
    told = events.size();
    notifyAll();
  }

  private boolean heldBack;
  private int told;

  private static Stored stored(
      String namespace, String name, long version, String meta, String rest) {
    String json =
        "{\"metadata\":{\"name\":\"%s\"%s,\"resourceVersion\":\"%d\",\"managedFields\":[{\"manager\":\"x\"}]%s}%s}"
            .formatted(
                name,
                namespace.isEmpty() ? "" : ",\"namespace\":\"" + namespace + "\"",
                version,
                meta.isEmpty() ? "" : "," + meta,
                rest.isEmpty() ? "" : "," + rest);
    return new Stored(namespace, name, version, json);
  }

  // HTTP.

  private void accept() {
    while (true) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().name("api-double-connection").start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      var connection = new Connection(socket, socket.getOutputStream());
      while (true) {
        String line = line(in);
        if (line.isEmpty()) {
          return;
        }
        var headers = new HashMap<String, String>();
        String header;
        while (!(header = line(in)).isEmpty()) {
          int colon = header.indexOf(':');
          headers.put(
              header.substring(0, colon).toLowerCase(Locale.ROOT),
              header.substring(colon + 1).strip());
        }
        var request = request(line.split(" ")[1], headers);
        requests.add(request);
        if (!answer(request, connection)) {
          return;
        }
      }
    } catch (IOException gone) {
      // The client left.
    } finally {
      sockets.remove(socket);
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    int c;
    while ((c = in.read()) >= 0 && c != '\n') {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static Request request(String target, Map<String, String> headers) {
    int mark = target.indexOf('?');
    var query = new LinkedHashMap<String, String>();
    if (mark >= 0) {
      for (String pair : target.substring(mark + 1).split("&")) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          query.put(
              pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
      }
    }
    return new Request(mark < 0 ? target : target.substring(0, mark), query, headers);
  }

  /** The answer on its way. */
  static final class Connection {
    private final Socket socket;
    private final OutputStream out;

    Connection(Socket socket, OutputStream out) {
      this.socket = socket;
      this.out = out;
    }

    void head(int code, String contentType, String... headers) throws IOException {
      var head = new StringBuilder("HTTP/1.1 " + code + " X\r\nTransfer-Encoding: chunked\r\n");
      if (!contentType.isEmpty()) {
        head.append("Content-Type: ").append(contentType).append("\r\n");
      }
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
      out.flush();
    }

    void chunk(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
      out.write(bytes);
      out.write("\r\n".getBytes(ISO_8859_1));
      out.flush();
    }

    void end() throws IOException {
      out.write("0\r\n\r\n".getBytes(ISO_8859_1));
      out.flush();
    }

    /** Sends FIN and goes on reading: half-closed. */
    void shutdownOutput() throws IOException {
      socket.shutdownOutput();
    }
  }

  private boolean answer(Request request, Connection connection) throws IOException {
    for (Plan plan : plans) {
      if (plan.when().test(request)) {
        if (plan.once()) {
          plans.remove(plan);
        }
        return plan.fault().answer(request, connection);
      }
    }
    return answerWell(request, connection);
  }

  /** As a good server would; also for faults that only delay. */
  boolean answerWell(Request request, Connection connection) throws IOException {
    String wanted;
    synchronized (this) {
      wanted = token;
    }
    if (!wanted.isEmpty()
        && !("Bearer " + wanted).equals(request.headers().getOrDefault("authorization", ""))) {
      return Fault.refusal(401, "Unauthorized").answer(request, connection);
    }
    String resource = request.path().substring(request.path().lastIndexOf('/') + 1);
    if (request.path().equals("/version")) {
      return Fault.contentType(
              "application/json",
              "{\"major\":\"1\",\"minor\":\"%s\",\"gitVersion\":\"v1.%s.0-double\"}"
                  .formatted(minor, minor))
          .answer(request, connection);
    }
    if (request.path().equals("/apis/discovery.k8s.io/v1")) {
      boolean has;
      synchronized (this) {
        has = served.contains("endpointslices");
      }
      return (has
              ? Fault.contentType(
                  "application/json",
                  "{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"endpointslices\"}]}")
              : Fault.refusal(404, "NotFound"))
          .answer(request, connection);
    }
    synchronized (this) {
      if (!served.contains(resource)) {
        resource = "";
      }
    }
    if (resource.isEmpty()) {
      return Fault.refusal(404, "NotFound").answer(request, connection);
    }
    return request.isWatch()
        ? watch(request, resource, connection)
        : list(request, resource, connection);
  }

  private static String statusObject(int code, String reason) {
    return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s by the double\",\"reason\":\"%s\",\"code\":%d}"
        .formatted(reason, reason, code);
  }

  private boolean list(Request request, String resource, Connection connection) throws IOException {
    List<Stored> items;
    long at;
    String next = "";
    synchronized (this) {
      at = revision;
      int limit = Integer.parseInt(request.query().getOrDefault("limit", "0"));
      String token = request.query().get("continue");
      if (token != null && !pages.containsKey(token)) {
        items = List.of();
        at = -1;
      } else {
        items =
            token != null
                ? pages.remove(token)
                : new ArrayList<>(
                    objects.getOrDefault(resource, new TreeMap<>()).values().stream()
                        .filter(stored -> inNamespace(request, stored))
                        .toList());
        if (limit > 0 && items.size() > limit) {
          next = "page-" + resource + "-" + items.size() + "-" + at;
          pages.put(next, new ArrayList<>(items.subList(limit, items.size())));
          items = new ArrayList<>(items.subList(0, limit));
        }
      }
    }
    if (at < 0) {
      return Fault.refusal(410, "Expired").answer(request, connection);
    }
    connection.head(200, "application/json");
    connection.chunk(
        "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"%d\",\"continue\":\"%s\"},\"items\":["
            .formatted(at, next));
    var text = new StringBuilder();
    boolean first = true;
    for (Stored item : items) {
      text.append(first ? "" : ",")
          .append(request.isMetadataOnly() ? metadataOnly(item) : item.json());
      first = false;
      if (text.length() > 16_000) {
        connection.chunk(text.toString());
        text.setLength(0);
      }
    }
    connection.chunk(text + "]}\n");
    connection.end();
    return true;
  }

  private static boolean inNamespace(Request request, Stored stored) {
    String field = request.query().getOrDefault("fieldSelector", "");
    if (field.startsWith("metadata.name=")) {
      return stored.name().equals(field.substring("metadata.name=".length()));
    }
    int at = request.path().indexOf("/namespaces/");
    return at < 0
        || request
            .path()
            .substring(at + "/namespaces/".length())
            .startsWith(stored.namespace() + "/");
  }

  private static String metadataOnly(Stored item) {
    return "{\"kind\":\"PartialObjectMetadata\",\"metadata\":{\"name\":\"%s\"%s,\"labels\":{\"name\":\"decoy\"},\"resourceVersion\":\"%d\"}}"
        .formatted(
            item.name(),
            item.namespace().isEmpty() ? "" : ",\"namespace\":\"" + item.namespace() + "\"",
            item.version());
  }

  private boolean watch(Request request, String resource, Connection connection)
      throws IOException {
    int next;
    int generation;
    var first = new StringBuilder();
    synchronized (this) {
      generation = ++watchGeneration;
      next = told;
      if (request.query().containsKey("sendInitialEvents")) {
        if (!watchListEnabled) {
          next = -2;
        }
        for (Stored stored : objects.getOrDefault(resource, new TreeMap<>()).values()) {
          if (inNamespace(request, stored)) {
            first.append(event("ADDED", stored.json()));
          }
        }
        first.append(
            bookmarkEvent(revision, ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}"));
      } else {
        long from = Long.parseLong(request.query().get("resourceVersion"));
        if (from < compacted) {
          next = -1;
        } else {
          // The first told event that is newer.
          for (int i = 0; i < told; i++) {
            if (events.get(i).version() > from) {
              next = i;
              break;
            }
          }
        }
      }
    }
    if (next == -2) {
      return Fault.refusal(422, "Invalid").answer(request, connection);
    }
    connection.head(200, "application/json");
    if (next == -1) {
      connection.chunk(event("ERROR", statusObject(410, "Expired")));
      connection.end();
      return true;
    }
    if (!first.isEmpty()) {
      connection.chunk(first.toString());
    }
    long deadline =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(
                Long.parseLong(request.query().getOrDefault("timeoutSeconds", "300")));
    long bookmarked = 0;
    while (true) {
      String text = null;
      synchronized (this) {
        if (generation < cutBelowGeneration) {
          connection.out.write("40\r\n{\"type\":\"ADD".getBytes(ISO_8859_1));
          return false;
        }
        boolean silent = generation < silentBelowGeneration.getOrDefault(resource, 0);
        if (!silent && (generation < endBelowGeneration || System.nanoTime() > deadline)) {
          break;
        }
        if (!silent && next < told) {
          Event event = events.get(next++);
          if (event.resource().equals(resource) && inNamespace(request, event.object())) {
            text = event(event.type(), event.object().json());
          }
        } else if (!silent && bookmarkAt.getOrDefault(resource, 0L) > bookmarked) {
          bookmarked = bookmarkAt.get(resource);
          text = bookmarkEvent(bookmarked, "");
        } else {
          try {
            wait(50);
          } catch (InterruptedException stop) {
            return false;
          }
        }
      }
      if (text != null) {
        connection.chunk(text);
      }
    }
    connection.end();
    return true;
  }

  private static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}\n";
  }

  private static String bookmarkEvent(long version, String meta) {
    return event(
        "BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"" + version + "\"" + meta + "}}");
  }
}
