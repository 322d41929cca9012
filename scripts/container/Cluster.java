// A stand-in for a cluster's API server, big or small, for scripts/aot/record and scripts/footprint. Run
// from source:
//
//   java Cluster.java serve ADDRESS:PORT SERVICES ENDPOINTS
//       lists and watches until it is stopped
//   java Cluster.java train FOLDER api|MANIFESTS COMMAND…
//       starts `COMMAND serve -conf FOLDER/Corefile` before such a cluster, or over the manifests
//       of a folder, asks what pods ask, stops it; its exit code
//   java Cluster.java first FOLDER COMMAND…
//       the same before such a cluster, but prints the milliseconds from exec to the first answer
//       and kills it

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public final class Cluster {
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);

  public static void main(String[] arguments) {
    try {
      run(arguments);
    } catch (Exception failed) {
      failed.printStackTrace();
      System.exit(1); // threads of the API server would keep the process
    }
  }

  private static void run(String[] arguments) throws Exception {
    List<String> rest = List.of(arguments).subList(2, arguments.length);
    switch (arguments[0]) {
      case "serve" -> {
        String[] at = arguments[1].split(":");
        var address = new InetSocketAddress(at[0], Integer.parseInt(at[1]));
        serve(address, Integer.parseInt(rest.get(0)), Integer.parseInt(rest.get(1)));
        System.out.println("serving at " + arguments[1]);
        new CountDownLatch(1).await();
      }
      case "train" ->
          System.exit(
              train(Path.of(arguments[1]), rest.getFirst(), rest.subList(1, rest.size())));
      case "first" -> first(Path.of(arguments[1]), rest);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  // ---- the API server

  /** Endpoints are spread evenly; every tenth service is headless. */
  private static HttpServer serve(InetSocketAddress address, int services, int endpoints)
      throws IOException {
    var server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/version", e -> send(e, "{\"major\":\"1\",\"minor\":\"30\",\"gitVersion\":\"v1.30.0\"}"));
    resource(
        server, "/api/v1/namespaces", "v1", "Namespace", 1, i -> "\"name\":\"default\"", i -> "");
    resource(
        server,
        "/api/v1/services",
        "v1",
        "Service",
        services,
        i -> "\"name\":\"service-%d\",\"namespace\":\"default\"".formatted(i),
        i ->
            ",\"spec\":{\"clusterIP\":\"%s\",\"ports\":[{\"name\":\"http\",\"port\":80}]}"
                .formatted(i % 10 == 9 ? "None" : address(10, 0, i)));
    server.createContext(
        "/apis/discovery.k8s.io/v1",
        e ->
            send(
                e,
                "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\","
                    + "\"groupVersion\":\"discovery.k8s.io/v1\",\"resources\":[{\"name\":\"endpointslices\",\"namespaced\":true,"
                    + "\"kind\":\"EndpointSlice\",\"verbs\":[\"list\",\"watch\"]}]}"));
    int each = Math.max(1, endpoints / Math.max(1, services));
    resource(
        server,
        "/apis/discovery.k8s.io/v1/endpointslices",
        "discovery.k8s.io/v1",
        "EndpointSlice",
        services,
        i ->
            ("\"name\":\"service-%d-abcde\",\"namespace\":\"default\","
                    + "\"labels\":{\"kubernetes.io/service-name\":\"service-%d\"}")
                .formatted(i, i),
        i ->
            IntStream.range(0, each)
                .mapToObj(j ->
                    ("{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true},\"nodeName\":\"node-%d\","
                         + "\"zone\":\"zone-a\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"service-%d-%d\",\"namespace\":\"default\"}}")
                        .formatted(address(11, 0, i * each + j), j, i, j))
                .collect(
                    Collectors.joining(
                        ",",
                        ",\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\","
                            + "\"port\":8080}],\"endpoints\":[",
                        "]")));
    server.start();
    return server;
  }

  private interface Json {
    String of(int index);
  }

  private static void resource(
      HttpServer server,
      String path,
      String version,
      String kind,
      int count,
      Json metadata,
      Json rest) {
    server.createContext(
        path,
        exchange -> {
          String query = String.valueOf(exchange.getRequestURI().getQuery());
          if (query.contains("watch=true")) {
            watch(exchange, version, kind);
            return;
          }
          boolean metadataOnly =
              String.valueOf(exchange.getRequestHeaders().getFirst("Accept"))
                  .contains("PartialObject");
          String apiVersion = metadataOnly ? "meta.k8s.io/v1" : version;
          String listKind = metadataOnly ? "PartialObjectMetadataList" : kind + "List";
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          try (var out = exchange.getResponseBody()) {
            out.write(
                "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"resourceVersion\":\"100\"},\"items\":["
                    .formatted(apiVersion, listKind)
                    .getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < count; i++) {
              String object =
                  "%s{\"metadata\":{%s,\"uid\":\"%08d-0000-0000-0000-000000000000\",\"resourceVersion\":\"%d\"}%s}"
                      .formatted(
                          i == 0 ? "" : ",",
                          metadata.of(i),
                          i,
                          i + 1,
                          metadataOnly ? "" : rest.of(i));
              out.write(object.getBytes(StandardCharsets.UTF_8));
            }
            out.write("]}".getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /** A bookmark, then one more every ten seconds. */
  private static void watch(HttpExchange exchange, String version, String kind) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    try (var out = exchange.getResponseBody()) {
      while (true) {
        out.write(
            "{\"type\":\"BOOKMARK\",\"object\":{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"resourceVersion\":\"100\"}}}\n"
                .formatted(version, kind)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
        TimeUnit.SECONDS.sleep(10);
      }
    } catch (InterruptedException | IOException gone) {
      // the client has left
    }
  }

  private static void send(HttpExchange exchange, String json) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    try (var out = exchange.getResponseBody()) {
      out.write(json.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String address(int a, int b, int n) {
    int m = n + 256;
    return a + "." + (b + (m >> 16)) + "." + (m >> 8 & 255) + "." + (m & 255);
  }

  // ---- a server in front of it

  private record Started(Process process, int dns, int admin, long startedNanos) {}

  /** Serves the cluster of a source ("api" or a folder of manifests) with the usual plugins. */
  private static Started start(Path folder, String source, List<String> command)
      throws Exception {
    int dns = freePort();
    int admin = freePort();
    String line = "manifests " + Path.of(source).toAbsolutePath();
    if (source.equals("api")) {
      var api = serve(new InetSocketAddress("127.0.0.1", 0), 100, 300);
      line = "endpoint http://127.0.0.1:" + api.getAddress().getPort();
    }
    Files.writeString(folder.resolve("upstream.hosts"), "192.0.2.7 www.example.org\n");
    Files.writeString(
        folder.resolve("Corefile"),
        """
        .:%1$d {
            bind 127.0.0.1
            errors
            health 127.0.0.1:%2$d
            ready 127.0.0.1:%2$d
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                %3$s
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
            }
            prometheus 127.0.0.1:%2$d
            forward . 127.0.0.1:%4$d
            cache 30
            loop
            reload
            loadbalance
        }
        .:%4$d {
            bind 127.0.0.1
            hosts upstream.hosts
        }
        """
            .formatted(dns, admin, line, freePort()));
    var whole = new ArrayList<>(command);
    whole.addAll(List.of("serve", "-conf", folder.resolve("Corefile").toString()));
    long now = System.nanoTime();
    Process process = new ProcessBuilder(whole).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new Started(process, dns, admin, now);
  }

  private static int train(Path folder, String source, List<String> command) throws Exception {
    Started server = start(folder, source, command);
    awaitFirst(server, source.equals("api") ? "service-1" : "kubernetes");
    awaitTcp(server);
    for (int round = 0; round < 100; round++) {
      for (String name :
          List.of(
              "service-1.default.svc.cluster.local",
              "service-9.default.svc.cluster.local",
              "no-such.default.svc.cluster.local",
              "www.example.org",
              "nowhere.example.org",
              "service-1.default.svc.cluster.local.default.svc.cluster.local",
              "10-0-0-1.default.pod.cluster.local",
              "_http._tcp.service-9.default.svc.cluster.local",
              "1.1.0.10.in-addr.arpa",
              "cluster.local")) {
        for (int type : new int[] {1, 28, 33, 12, 6, 16}) {
          if (round < 3 || type == 1 || type == 28) {
            askUdp(server.dns, name, type, 2000);
          }
        }
        if (round < 3) {
          askTcp(server.dns, name, 1);
        }
      }
    }
    for (String page : List.of("/health", "/ready", "/metrics")) {
      var connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + server.admin + page).toURL().openConnection();
      if (connection.getResponseCode() != 200) {
        throw new IllegalStateException(page + ": " + connection.getResponseCode());
      }
      connection.getInputStream().readAllBytes();
    }
    server.process.destroy();
    return server.process.waitFor() == 143 ? 0 : server.process.exitValue();
  }

  private static void first(Path folder, List<String> command) throws Exception {
    Started server = start(folder, "api", command);
    awaitFirst(server, "service-1");
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - server.startedNanos);
    server.process.destroyForcibly().waitFor();
    System.out.println(millis);
    System.exit(0);
  }

  /** Until that service has an address. */
  private static void awaitFirst(Started server, String service) throws Exception {
    while (true) {
      byte[] answer = askUdp(server.dns, service + ".default.svc.cluster.local", 1, 5);
      if (answer.length > 12 && (answer[3] & 15) == 0 && answer[7] > 0) {
        return;
      }
      if (!server.process.isAlive()) {
        throw new IllegalStateException("the server ended with " + server.process.exitValue());
      }
      if (System.nanoTime() - server.startedNanos > START_LIMIT_NANOS) {
        server.process.destroyForcibly();
        throw new IllegalStateException("no answer");
      }
    }
  }

  /** UDP answers while the rest is being loaded. */
  private static void awaitTcp(Started server) throws Exception {
    while (true) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), server.dns).close();
        return;
      } catch (ConnectException notYet) {
        if (System.nanoTime() - server.startedNanos > START_LIMIT_NANOS) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  // ---- asking

  private static byte[] question(String name, int type) {
    var bytes = new java.io.ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : name.split("\\.")) {
      bytes.write(label.length());
      bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    bytes.writeBytes(new byte[] {0, 0, (byte) type, 0, 1});
    return bytes.toByteArray();
  }

  /** Empty when nothing came in time. */
  private static byte[] askUdp(int port, String name, int type, int timeoutMillis)
      throws IOException {
    byte[] question = question(name, type);
    try (var socket = new DatagramSocket()) {
      socket.connect(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(timeoutMillis);
      socket.send(new DatagramPacket(question, question.length));
      var answer = new DatagramPacket(new byte[4096], 4096);
      socket.receive(answer);
      return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
    } catch (SocketTimeoutException | java.net.PortUnreachableException none) {
      return new byte[0];
    }
  }

  private static void askTcp(int port, String name, int type) throws IOException {
    byte[] question = question(name, type);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(question.length);
      out.write(question);
      var in = new DataInputStream(socket.getInputStream());
      in.readNBytes(in.readUnsignedShort());
    }
  }

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
