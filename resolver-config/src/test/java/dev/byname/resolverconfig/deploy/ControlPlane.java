package dev.byname.resolverconfig.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import dev.byname.testkit.KubeApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * etcd and, where {@code KUBEBUILDER_ASSETS} names one, a real kube-apiserver over it, in a network
 * namespace.
 *
 * @param address of the namespace, where both listen
 * @param folder for data, logs, certificates and the kubeconfig of an administrator
 */
record ControlPlane(NetworkNamespace network, String address, Path folder) {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  String etcdUrl() {
    return "http://" + address + ":2379";
  }

  Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  Process startEtcd() {
    var etcd =
        network.start(
            folder.resolve("etcd.log"),
            "etcd",
            "--data-dir=" + folder.resolve("etcd"),
            "--listen-client-urls=" + etcdUrl(),
            "--advertise-client-urls=" + etcdUrl(),
            "--listen-peer-urls=http://127.0.0.1:2380");
    await("etcd").atMost(LIMIT).until(() -> etcdctl("endpoint", "health").exitCode() == 0);
    return etcd;
  }

  NetworkNamespace.Run etcdctl(String... arguments) {
    var command =
        new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl", "--endpoints=" + etcdUrl()));
    command.addAll(List.of(arguments));
    return network.run(command.toArray(String[]::new));
  }

  /** Whether there is one; otherwise prints that {@code what} is skipped, and why. */
  static boolean hasApiServer(String what) {
    var assets = System.getenv("KUBEBUILDER_ASSETS");
    boolean found = assets != null && Files.isExecutable(Path.of(assets, "kube-apiserver"));
    if (!found) {
      System.out.println(
          "skipped: " + what + ": KUBEBUILDER_ASSETS names no folder with a kube-apiserver");
    }
    return found;
  }

  /** Kubernetes 1.20, which knows no EndpointSlice v1. */
  Process startApiServer() throws IOException, GeneralSecurityException {
    var key = folder.resolve("service-account.key");
    KubeApiServer.writeServiceAccountKey(key);
    var tokens = Files.writeString(folder.resolve("tokens.csv"), "token,dns,dns,system:masters\n");
    var server =
        network.start(
            folder.resolve("kube-apiserver.log"),
            Path.of(System.getenv("KUBEBUILDER_ASSETS"), "kube-apiserver").toString(),
            "--etcd-servers=" + etcdUrl(),
            "--bind-address=" + address,
            "--secure-port=6443",
            "--cert-dir=" + folder.resolve("pki"),
            "--token-auth-file=" + tokens,
            "--disable-admission-plugins=ServiceAccount",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + key,
            "--service-account-key-file=" + key,
            "--service-cluster-ip-range=10.0.0.0/16");
    await("kube-apiserver")
        .atMost(LIMIT)
        .until(() -> {
          assertThat(server.isAlive()).as(folder + "/kube-apiserver.log").isTrue();
          return network
              .run(
                  "curl",
                  "-sk",
                  "--max-time",
                  "5",
                  "-H",
                  "Authorization: Bearer token",
                  "https://" + address + ":6443/readyz")
              .output()
              .equals("ok");
        });
    Files.writeString(
        kubeconfig(),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://%s:6443", certificate-authority: pki/apiserver.crt}}]
        users: [{name: u, user: {token: token}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """
            .formatted(address));
    return server;
  }

  /** What kubectl, as the administrator, prints. */
  String kubectl(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                "kubectl",
                "--kubeconfig=" + kubeconfig(),
                "--cache-dir=" + folder.resolve("kubectl-cache")));
    command.addAll(List.of(arguments));
    return network.mustRun(command.toArray(String[]::new));
  }
}
