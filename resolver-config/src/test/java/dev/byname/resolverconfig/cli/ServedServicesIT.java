package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.app.BynameServer;
import dev.byname.app.RootCommand;
import dev.byname.testkit.EtcdProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code byname service apply} gives, a running Byname over the same store tells a dig. */
class ServedServicesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private BynameServer server;
  private int port;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aServerThatWatchesTheFolder() throws Exception {
    var store = Files.createDirectory(folder.resolve("store"));
    serve("manifests " + store);
    tellTheStory(store.toString());
  }

  @Test
  void aServerThatReadsTheEtcd() throws Exception {
    EtcdProcess.assumeInstalled();
    try (var etcd = EtcdProcess.in(folder).start()) {
      serve("etcd " + etcd.clientUrl(0));
      tellTheStory("etcd://" + etcd.clientUrl(0).getAuthority());
    }
  }

  private void tellTheStory(String store) throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("my-nginx-service.yaml"),
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: my-nginx-service
            spec:
              type: NodePort
              selector:
                app: skol-nginx
              ports:
              - name: http
                protocol: TCP
                port: 80
                targetPort: 80
            """);
    assertThat(service(store, "apply", "-f", manifest.toString())).as(err.toString()).isZero();
    var given = Pattern.compile("ClusterIP (\\S+), node port").matcher(out.toString());
    assertThat(given.find()).as(out.toString()).isTrue();
    var address = given.group(1);
    awaitAnswer(address, "my-nginx-service.default.svc.cluster.local");
    awaitAnswer("my-nginx-service.default.svc.cluster.local.", "-x", address);
    awaitAnswer(
        "0 100 80 my-nginx-service.default.svc.cluster.local.",
        "_http._tcp.my-nginx-service.default.svc.cluster.local",
        "SRV");

    assertThat(service(store, "delete", "my-nginx-service")).as(err.toString()).isZero();
    awaitAnswer("", "my-nginx-service.default.svc.cluster.local");
    assertThat(dig("my-nginx-service.default.svc.cluster.local", "+noall", "+comments"))
        .contains("status: NXDOMAIN");
  }

  private void serve(String picture) throws IOException {
    var corefile =
        Files.writeString(
            folder.resolve("Corefile"),
            """
            .:0 {
                bind 127.0.0.1
                errors
                kubernetes cluster.local in-addr.arpa {
                    %s
                }
            }
            """
                .formatted(picture));
    server = new BynameServer(corefile, -1, Map.of());
    server.start();
    port = server.listeners().all().getFirst().address().getPort();
  }

  private void awaitAnswer(String expected, String... question) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          var arguments = new ArrayList<>(List.of(question));
          arguments.add("+short");
          assertThat(dig(arguments.toArray(String[]::new)).strip()).isEqualTo(expected);
        });
  }

  private String dig(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("dig", "@127.0.0.1", "-p", "" + port, "+time=5"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return output;
  }

  private int service(String store, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of("service"));
    all.addAll(List.of(arguments));
    all.add("--store=" + store);
    return RootCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(String[]::new));
  }
}
