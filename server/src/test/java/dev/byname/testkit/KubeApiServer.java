package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real kube-apiserver over an {@link EtcdProcess}, and on demand the controllers that make
 * Endpoints and EndpointSlices. The programs come from the folder named by {@code
 * KUBEBUILDER_ASSETS} (the envtest convention), kubectl from the PATH.
 *
 * <p>It listens on a loopback address that no other process uses and lets one user do everything
 * and another one, {@code reader}, nothing until a test grants it.
 */
public final class KubeApiServer implements AutoCloseable {
  /** A bearer token of a cluster administrator. */
  public static final String ADMIN_TOKEN = "byname-test-admin";

  /** A bearer token of the user {@code reader}, who has no rights of its own. */
  public static final String READER_TOKEN = "byname-test-reader";

  private static final Duration START_LIMIT = Duration.ofSeconds(50);
  private static final int PORT = 6443;
  private static final String CONTROLLERS =
      "endpoint,endpointslice,endpointslicemirroring,namespace,serviceaccount,garbagecollector";

  private final Path folder;
  private final String host;
  private final Function<List<String>, ProcessBuilder> where;
  private final EtcdProcess etcd;
  private final List<String> extraArguments;
  private @Nullable Process server;
  private @Nullable Process controllers;

  private KubeApiServer(
      Path folder,
      String host,
      Function<List<String>, ProcessBuilder> where,
      EtcdProcess etcd,
      List<String> extraArguments) {
    this.folder = folder;
    this.host = host;
    this.where = where;
    this.etcd = etcd;
    this.extraArguments = extraArguments;
  }

  /** Skips the calling test, with the reason, where a part is missing. */
  public static void assumeAvailable() {
    EtcdProcess.assumeInstalled();
    var assets = System.getenv("KUBEBUILDER_ASSETS");
    Assumptions.assumeTrue(
        assets != null && Files.isExecutable(Path.of(assets, "kube-apiserver")),
        "skipped: KUBEBUILDER_ASSETS names no folder with a kube-apiserver");
    Assumptions.assumeTrue(
        EtcdProcess.find("kubectl").isPresent(), "skipped: kubectl is not on the PATH");
  }

  /**
   * Starts the server and waits until it is ready.
   *
   * @param folder for certificates, tokens and logs
   * @param arguments of the kube-apiserver program, added to those it needs
   */
  public static KubeApiServer start(Path folder, EtcdProcess etcd, String... arguments) {
    return started(
        new KubeApiServer(
            folder, freeLoopbackAddress(), ProcessBuilder::new, etcd, List.of(arguments)));
  }

  /**
   * Starts the server in another network namespace, where its kubectl runs too.
   *
   * @param address of that namespace, where nobody else listens
   * @param namespace makes a process of a command, as {@link NetworkPair#left} does
   * @param etcd in the same namespace
   */
  public static KubeApiServer startAt(
      String address,
      Function<List<String>, ProcessBuilder> namespace,
      Path folder,
      EtcdProcess etcd) {
    return started(new KubeApiServer(folder, address, namespace, etcd, List.of()));
  }

  private static KubeApiServer started(KubeApiServer server) {
    try {
      server.prepare();
      server.launch();
      return server;
    } catch (RuntimeException | Error failed) {
      server.close();
      throw failed;
    } catch (IOException | GeneralSecurityException failed) {
      server.close();
      throw new IllegalStateException(failed);
    }
  }

  public URI url() {
    return URI.create("https://" + host + ":" + PORT);
  }

  /** The server's own certificate, which is its authority too. */
  public Path certificate() {
    return folder.resolve("pki/apiserver.crt");
  }

  /** A kubeconfig of the administrator. */
  public Path kubeconfig() {
    return folder.resolve("admin.kubeconfig");
  }

  /** Starts kube-controller-manager with the controllers that DNS needs. */
  public void startControllers() {
    controllers =
        launch(
            "kube-controller-manager",
            List.of(
                "--kubeconfig=" + kubeconfig(),
                "--controllers=" + CONTROLLERS,
                "--leader-elect=false",
                "--use-service-account-credentials=false",
                "--service-account-private-key-file=" + folder.resolve("service-account.key"),
                "--bind-address=" + host,
                "--secure-port=10257",
                "--port=0",
                "--cert-dir=" + folder.resolve("pki-controllers")));
  }

  /** Runs kubectl as the administrator and returns what it printed. */
  public String kubectl(String... arguments) {
    return kubectlWithInput("", arguments);
  }

  /** As {@code kubectl apply -f -}. */
  public String apply(String manifests) {
    return kubectlWithInput(manifests, "apply", "-f", "-");
  }

  public String kubectlWithInput(String input, String... arguments) {
    var command = new ArrayList<String>();
    command.add("kubectl");
    command.add("--kubeconfig=" + kubeconfig());
    command.add("--cache-dir=" + folder.resolve("kubectl-cache"));
    command.addAll(List.of(arguments));
    try {
      var process = where.apply(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      }
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", arguments) + ": " + output);
      }
      return output;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** {@code kill -9} of the server alone. */
  public void kill() {
    end(server);
  }

  /** Starts a killed server again. */
  public void restart() {
    launch();
  }

  /** Ends what was started here; etcd goes on. */
  @Override
  public void close() {
    end(controllers);
    end(server);
  }

  private void prepare() throws IOException, GeneralSecurityException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("tokens.csv"),
        ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n" + READER_TOKEN + ",reader,reader\n");
    writeServiceAccountKey(folder.resolve("service-account.key"));
    Files.writeString(
        kubeconfig(),
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: test
          cluster: {server: "%s", certificate-authority: "%s"}
        users:
        - name: admin
          user: {token: "%s"}
        contexts:
        - name: test
          context: {cluster: test, user: admin}
        current-context: test
        """
            .formatted(url(), certificate(), ADMIN_TOKEN));
  }

  /** A private key for the tokens of service accounts, without which the server does not start. */
  public static void writeServiceAccountKey(Path file)
      throws IOException, GeneralSecurityException {
    var keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    var key = keys.generateKeyPair().getPrivate().getEncoded();
    Files.writeString(
        file,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");
  }

  private void launch() {
    var arguments = new ArrayList<String>();
    arguments.add(
        "--etcd-servers="
            + String.join(",", etcd.clientUrls().stream().map(URI::toString).toList()));
    arguments.add("--bind-address=" + host);
    arguments.add("--secure-port=" + PORT);
    arguments.add("--cert-dir=" + folder.resolve("pki"));
    arguments.add("--token-auth-file=" + folder.resolve("tokens.csv"));
    arguments.add("--authorization-mode=RBAC");
    arguments.add("--disable-admission-plugins=ServiceAccount");
    arguments.add("--service-account-issuer=https://kubernetes.default.svc");
    arguments.add("--service-account-signing-key-file=" + folder.resolve("service-account.key"));
    arguments.add("--service-account-key-file=" + folder.resolve("service-account.key"));
    arguments.add("--api-audiences=https://kubernetes.default.svc");
    arguments.add("--service-cluster-ip-range=10.0.0.0/16");
    // Endpoints of the kubernetes Service itself must not be loopback addresses.
    arguments.add("--advertise-address=192.0.2.1");
    arguments.addAll(extraArguments);
    server = launch("kube-apiserver", arguments);
    var process = server;
    Awaitility.await("kube-apiserver of " + folder)
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("kube-apiserver ended: " + lastLines("kube-apiserver"));
          }
          try {
            // It makes the namespace some time after it is ready.
            return kubectl("get", "--raw", "/readyz").equals("ok")
                && !kubectl("get", "namespace", "default").isEmpty();
          } catch (IllegalStateException notYet) {
            return false;
          }
        });
  }

  private Process launch(String program, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getenv("KUBEBUILDER_ASSETS"), program).toString());
    command.addAll(arguments);
    try {
      return where
          .apply(command)
          .redirectErrorStream(true)
          .redirectOutput(
              ProcessBuilder.Redirect.appendTo(folder.resolve(program + ".log").toFile()))
          .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private String lastLines(String program) {
    try (var lines = Files.lines(folder.resolve(program + ".log"))) {
      var all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - 5), all.size()));
    } catch (IOException unreadable) {
      return "no log: " + unreadable.getMessage();
    }
  }

  private static void end(@Nullable Process process) {
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String freeLoopbackAddress() {
    for (int attempt = 0; attempt < 100; attempt++) {
      var address =
          "127.78.%d.%d"
              .formatted(
                  ThreadLocalRandom.current().nextInt(256),
                  ThreadLocalRandom.current().nextInt(1, 255));
      try (var probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getByName(address), PORT));
        return address;
      } catch (IOException taken) {
        // the next one
      }
    }
    throw new IllegalStateException("no free loopback address for kube-apiserver found");
  }
}
