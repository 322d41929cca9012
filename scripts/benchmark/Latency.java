import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * From the acknowledgement of a write to the first answer that has it, for each source that Byname
 * reads clusters from. Every program is real and runs as a process of its own.
 */
final class Latency {
  private static final int WARM_UP = 20;
  private static final long PROBE_NANOS = 200_000;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration SEEN_LIMIT = Duration.ofSeconds(30);
  private static final Duration SOURCE_LIMIT = Duration.ofSeconds(120);
  private static final String TOKEN = "latency";

  /** Somewhere that Services are written to and Byname reads them from. */
  interface Cluster {
    /** The line of the {@code kubernetes} block that names it. */
    String option();

    /** Returns when the write is acknowledged. */
    void create(String service, String address) throws Exception;
  }

  interface Starter {
    Cluster start(Path folder) throws Exception;
  }

  /** A program is missing. */
  static final class Skipped extends Exception {
    Skipped(String reason) {
      super(reason);
    }
  }

  private static final List<Process> processes = Collections.synchronizedList(new ArrayList<>());

  public static void main(String[] arguments) throws Exception {
    int changes = 200;
    List<String> only = List.of("manifests", "etcd", "kubernetes");
    for (int i = 0; i < arguments.length; i += 2) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "--changes" -> changes = value.matches("[1-9]\\d{0,3}") ? Integer.parseInt(value) : 0;
        case "--only" -> only = List.of(value.split(","));
        default -> exit(2, "unknown argument " + arguments[i] + "; see --help");
      }
    }
    if (changes < 1 || changes > 5000) {
      exit(2, "--changes must be 1 to 5000");
    }
    Map<String, Starter> starters = new LinkedHashMap<>();
    starters.put("manifests", Latency::manifests);
    starters.put("etcd", Latency::etcd);
    starters.put("kubernetes", Latency::kubernetes);
    if (!starters.keySet().containsAll(only)) {
      exit(2, "--only takes " + String.join(", ", starters.keySet()) + ", not " + only);
    }
    starters.keySet().retainAll(only);

    Runtime.getRuntime().addShutdownHook(new Thread(Latency::endProcesses));
    Path base = Path.of(System.getProperty("latency.folder"));
    var results = new ArrayList<String>();
    System.out.printf("%-12s %8s %9s %9s %9s  (ms)%n", "source", "changes", "p50", "p99", "max");
    for (var starter : starters.entrySet()) {
      String name = starter.getKey();
      try {
        double[] millis = measure(name, starter.getValue(), base.resolve(name), changes);
        double p50 = percentile(millis, 0.5);
        double p99 = percentile(millis, 0.99);
        double max = millis[millis.length - 1];
        System.out.printf(
            Locale.ROOT, "%-12s %8d %9.2f %9.2f %9.2f%n", name, millis.length, p50, p99, max);
        results.add(
            String.format(
                Locale.ROOT,
                "\"%s\":{\"changes\":%d,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}",
                name,
                millis.length,
                p50,
                p99,
                max));
      } catch (Skipped skipped) {
        System.out.printf("%-12s skipped: %s%n", name, skipped.getMessage());
        results.add("\"%s\":{\"skipped\":\"%s\"}".formatted(name, skipped.getMessage()));
      } catch (IllegalStateException failed) {
        exit(1, name + ": " + failed.getMessage());
      } finally {
        endProcesses();
      }
    }
    System.out.println(
        "{\"measured\":\"write acknowledged until first answer\",\"unit\":\"ms\","
            + String.join(",", results)
            + "}");
  }

  private static double[] measure(String name, Starter starter, Path folder, int changes)
      throws Exception {
    Files.createDirectories(folder);
    Cluster cluster = starter.start(folder);
    cluster.create("first", "10.0.255.250");
    InetSocketAddress byname = startByname(folder, cluster.option());
    var millis = new ArrayList<Double>();
    try (var socket = new DatagramSocket()) {
      socket.connect(byname);
      socket.setSoTimeout(1000);
      await("byname on " + name, () -> has(socket, "first", "10.0.255.250"));
      long end = System.nanoTime() + SOURCE_LIMIT.toNanos();
      for (int i = 0; i < WARM_UP + changes && System.nanoTime() < end; i++) {
        String service = "m" + i;
        String address = "10.0." + (1 + i / 250) + "." + (1 + i % 250);
        if (has(socket, service, address)) {
          throw new IllegalStateException(service + " exists already");
        }
        cluster.create(service, address);
        long acknowledged = System.nanoTime();
        while (!has(socket, service, address)) {
          if (System.nanoTime() - acknowledged > SEEN_LIMIT.toNanos()) {
            throw new IllegalStateException(service + " is not answered after " + SEEN_LIMIT);
          }
          LockSupport.parkNanos(PROBE_NANOS);
        }
        if (i >= WARM_UP) {
          millis.add((System.nanoTime() - acknowledged) / 1e6);
        }
      }
    }
    if (millis.isEmpty()) {
      throw new IllegalStateException(name + ": no change was seen within " + SOURCE_LIMIT);
    }
    return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static double percentile(double[] sorted, double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  // Asking.

  /** One query over UDP; whether the answer ends with an A record of that address. */
  private static boolean has(DatagramSocket socket, String service, String address)
      throws IOException {
    byte[] query = query(service + ".default.svc.cluster.local");
    socket.send(new DatagramPacket(query, query.length));
    byte[] expected = InetAddress.getByName(address).getAddress();
    var answer = new DatagramPacket(new byte[512], 512);
    do {
      try {
        socket.receive(answer);
      } catch (SocketTimeoutException | java.net.PortUnreachableException notYet) {
        return false;
      }
    } while (answer.getData()[0] != query[0] || answer.getData()[1] != query[1]);
    int length = answer.getLength();
    return (answer.getData()[3] & 0xf) == 0
        && answer.getData()[7] == 1
        && Arrays.equals(answer.getData(), length - 4, length, expected, 0, 4);
  }

  private static byte[] query(String name) {
    byte[] query = new byte[12 + name.length() + 2 + 4];
    int id = ThreadLocalRandom.current().nextInt(1 << 16);
    query[0] = (byte) (id >>> 8);
    query[1] = (byte) id;
    query[2] = 1; // RD
    query[5] = 1; // one question
    int at = 12;
    for (String label : name.split("\\.")) {
      query[at++] = (byte) label.length();
      for (byte b : label.getBytes(StandardCharsets.US_ASCII)) {
        query[at++] = b;
      }
    }
    query[at + 2] = 1; // A
    query[at + 4] = 1; // IN
    return query;
  }

  private static InetSocketAddress startByname(Path folder, String option) throws Exception {
    String host = loopback();
    int port;
    try (var free = new DatagramSocket(0, InetAddress.getByName(host))) {
      port = free.getLocalPort();
    }
    Path corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            .:%d {
              bind %s
              errors
              kubernetes cluster.local in-addr.arpa {
                %s
              }
            }
            """
                .formatted(port, host, option));
    run(
        folder,
        "byname",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:+UseCompactObjectHeaders",
        "-Xmx64m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("latency.classpath"),
        "dev.byname.app.Byname",
        "serve",
        "-conf",
        corefile.toString());
    return new InetSocketAddress(host, port);
  }

  // The clusters.

  private static String service(String name, String address) {
    return """
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s", "namespace": "default"},
     "spec": {"clusterIP": "%s", "ports": [{"name": "http", "port": 80}]}}
    """
        .formatted(name, address);
  }

  private static Cluster manifests(Path folder) throws IOException {
    Path watched = Files.createDirectory(folder.resolve("manifests"));
    return new Cluster() {
      @Override
      public String option() {
        return "manifests " + watched;
      }

      @Override
      public void create(String name, String address) throws IOException {
        Path whole = Files.writeString(folder.resolve(name + ".json"), service(name, address));
        Files.move(whole, watched.resolve(whole.getFileName()), StandardCopyOption.ATOMIC_MOVE);
      }
    };
  }

  private static Cluster etcd(Path folder) throws Exception {
    String url = startEtcd(folder);
    HttpClient http = HttpClient.newHttpClient();
    return new Cluster() {
      @Override
      public String option() {
        return "etcd " + url;
      }

      /** Through etcd's gateway, whose answer comes when the write is committed. */
      @Override
      public void create(String name, String address) throws Exception {
        String key = "/registry/services/specs/default/" + name;
        post(
            http,
            HttpRequest.newBuilder(URI.create(url + "/v3/kv/put")),
            "{\"key\": \"%s\", \"value\": \"%s\"}"
                .formatted(base64(key), base64(service(name, address))));
      }
    };
  }

  private static Cluster kubernetes(Path folder) throws Exception {
    String assets = System.getenv("KUBEBUILDER_ASSETS");
    if (assets == null || !Files.isExecutable(Path.of(assets, "kube-apiserver"))) {
      throw new Skipped("KUBEBUILDER_ASSETS names no folder with a kube-apiserver");
    }
    String store = startEtcd(folder);
    String host = loopback();
    String url = "https://" + host + ":6443";
    var keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    Path key =
        Files.writeString(
            folder.resolve("service-account.key"),
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(keys.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
    Path tokens =
        Files.writeString(
            folder.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
    Path certificate = folder.resolve("pki/apiserver.crt");
    Path kubeconfig =
        Files.writeString(
            folder.resolve("kubeconfig"),
            """
            {"apiVersion": "v1", "kind": "Config", "current-context": "here",
             "clusters": [{"name": "here", "cluster": {"server": "%s", "certificate-authority": "%s"}}],
             "users": [{"name": "admin", "user": {"token": "%s"}}],
             "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}]}
            """
                .formatted(url, certificate, TOKEN));
    run(
        folder,
        "kube-apiserver",
        Path.of(assets, "kube-apiserver").toString(),
        "--etcd-servers=" + store,
        "--bind-address=" + host,
        "--secure-port=6443",
        "--cert-dir=" + certificate.getParent(),
        "--token-auth-file=" + tokens,
        "--authorization-mode=RBAC",
        "--disable-admission-plugins=ServiceAccount",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-signing-key-file=" + key,
        "--service-account-key-file=" + key,
        "--api-audiences=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--advertise-address=192.0.2.1");
    await("kube-apiserver's certificate", () -> Files.exists(certificate));
    HttpClient http = HttpClient.newBuilder().sslContext(trusting(certificate)).build();
    await( // which it makes some time after it is ready
        "kube-apiserver's namespace default",
        () -> send(http, request(url + "/api/v1/namespaces/default").build()) == 200);
    return new Cluster() {
      @Override
      public String option() {
        return "kubeconfig " + kubeconfig;
      }

      @Override
      public void create(String name, String address) throws Exception {
        post(http, request(url + "/api/v1/namespaces/default/services"), service(name, address));
      }
    };
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + TOKEN);
  }

  private static String startEtcd(Path folder) throws Exception {
    if (Stream.of(System.getenv("PATH").split(":"))
        .noneMatch(directory -> Files.isExecutable(Path.of(directory, "etcd")))) {
      throw new Skipped("etcd is not on the PATH (Debian: etcd-server)");
    }
    String host = loopback();
    String url = "http://" + host + ":2379";
    run(
        folder,
        "etcd",
        "etcd",
        "--data-dir=" + folder.resolve("etcd"),
        "--listen-client-urls=" + url,
        "--advertise-client-urls=" + url,
        "--listen-peer-urls=http://" + host + ":2380",
        "--initial-advertise-peer-urls=http://" + host + ":2380",
        "--initial-cluster=default=http://" + host + ":2380");
    try (HttpClient http = HttpClient.newHttpClient()) {
      await(
          "etcd",
          () -> send(http, HttpRequest.newBuilder(URI.create(url + "/health")).build()) == 200);
    }
    return url;
  }

  /** An address that nobody else uses, so that ports need not be chosen. */
  private static String loopback() {
    var random = ThreadLocalRandom.current();
    return "127.79.%d.%d".formatted(random.nextInt(256), random.nextInt(1, 255));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = Files.newInputStream(certificate)) {
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + store.size(), each);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static void post(HttpClient http, HttpRequest.Builder request, String body)
      throws Exception {
    var response =
        http.send(
            request
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(response.uri() + ": " + response.body());
    }
  }

  private static int send(HttpClient http, HttpRequest request) throws Exception {
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException notYet) {
      return 0;
    }
  }

  // Processes.

  private static void run(Path folder, String name, String... command) throws IOException {
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start());
  }

  private static void await(String what, Callable<Boolean> there) throws Exception {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!there.call()) {
      for (Process process : List.copyOf(processes)) {
        if (!process.isAlive()) {
          throw new IllegalStateException(
              "while waiting for "
                  + what
                  + " this ended: "
                  + process.info().commandLine().orElse(process.toString())
                  + logs());
        }
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(what + " is not there after " + START_LIMIT + logs());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** The last lines of every log, because the folder is removed. */
  private static String logs() throws IOException {
    var text = new StringBuilder();
    try (var files = Files.walk(Path.of(System.getProperty("latency.folder")), 2)) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
        List<String> lines = Files.readAllLines(log);
        text.append("\n").append(log.getFileName()).append(":");
        lines
            .subList(Math.max(0, lines.size() - 5), lines.size())
            .forEach(line -> text.append("\n  ").append(line));
      }
    }
    return text.toString();
  }

  private static void endProcesses() {
    for (Process process : List.copyOf(processes)) {
      process.destroyForcibly();
    }
    for (Process process : List.copyOf(processes)) {
      try {
        process.waitFor();
      } catch (InterruptedException hurry) {
        Thread.currentThread().interrupt();
      }
      processes.remove(process);
    }
  }

  private static void exit(int code, String problem) {
    System.err.println("measure-latency: " + problem);
    System.exit(code);
  }
}
