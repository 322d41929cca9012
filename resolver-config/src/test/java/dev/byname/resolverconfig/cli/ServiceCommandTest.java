package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.RootCommand;
import dev.byname.resolverconfig.registry.Manifests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void appliesGetsAndDeletesInAFolder() throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("nginx.yaml"),
            """
            apiVersion: v1
            kind: Service
            metadata: {name: nginx-np-service}
            spec:
              type: NodePort
              clusterIP: 10.0.0.225
              selector: {app: skol-nginx}
              ports: [{name: http, protocol: TCP, port: 80, targetPort: 80, nodePort: 31357}]
            """);
    assertThat(run("service", "apply", "-f", manifest.toString())).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "service/nginx-np-service created: ClusterIP 10.0.0.225, node port 31357 for 80/TCP\n");
    assertThat(folder.resolve("store/services/specs/default/nginx-np-service.json")).exists();

    assertThat(run("service", "get", "-o", "wide")).isZero();
    assertThat(out.toString())
        .matches(
            "NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\\(S\\) +AGE +SELECTOR\n"
                + "nginx-np-service +NodePort +10.0.0.225 +<none> +80:31357/TCP +\\d+s"
                + " +app=skol-nginx\n");
    assertThat(run("service", "get", "nginx-np-service", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"clusterIP\" : \"10.0.0.225\"");

    assertThat(run("service", "delete", "nginx-np-service")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "service/nginx-np-service deleted; free: ClusterIP 10.0.0.225, node port 31357\n");
    assertThat(run("service", "delete", "nginx-np-service")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("byname: services \"nginx-np-service\" not found in namespace default\n");
    assertThat(run("service", "get")).isZero();
    assertThat(err.toString()).isEqualTo("No resources found in default namespace.\n");
  }

  @Test
  void aRefusalIsOneLineAndExitCodeOne() throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("bad.yaml"),
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.0.0.255,"
                + " ports: [{port: 80}]}}");
    assertThat(run("service", "apply", "-f", manifest.toString())).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .startsWith("byname: Service \"web\": spec.clusterIPs[0]: 10.0.0.255 is the broadcast")
        .hasLineCount(1);
  }

  @Test
  void rangesThatInviteTroubleAreWarnedOf() throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("web.yaml"),
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}");
    assertThat(
            run(
                "service",
                "apply",
                "-f",
                manifest.toString(),
                "--service-cluster-ip-range=10.0.1.7/16",
                "--service-node-port-range=6000-7000"))
        .isZero();
    assertThat(err.toString())
        .isEqualTo(
            """
            warning: 10.0.1.7/16 has host bits set: 10.0.0.0/16 is used
            warning: node ports 6000-7000 include 6443, where API servers listen: a service may shut one out
            """);
    assertThat(out.toString()).startsWith("service/web created: ClusterIP 10.0.");
  }

  /** The seed's listing, as its kubectl printed it but for the column widths. */
  @Test
  void theTableIsKubectls() {
    var now = Instant.parse("2026-11-22T12:00:00Z");
    var services =
        Manifests.ofText(
                """
                kind: List
                items:
                - kind: Service
                  metadata: {name: kubernetes, creationTimestamp: "2026-09-29T12:00:00Z"}
                  spec: {type: ClusterIP, clusterIP: 10.0.0.1, ports: [{port: 443, protocol: TCP}]}
                - kind: Service
                  metadata: {name: webbterm-ibm-webterminal, creationTimestamp: "2026-11-16T12:00:00Z"}
                  spec: {type: NodePort, clusterIP: 10.0.0.204, ports: [{port: 3000, protocol: TCP, nodePort: 31864}]}
                - kind: Service
                  metadata: {name: lb, creationTimestamp: "2026-11-22T11:58:30Z"}
                  spec: {type: LoadBalancer, clusterIP: 10.0.0.9, ports: [{port: 80, protocol: TCP, nodePort: 30001}]}
                - kind: Service
                  metadata: {name: ext}
                  spec: {type: ExternalName, externalName: example.com}
                """,
                "test")
            .objects()
            .stream()
            .map(Manifests.Manifest::object)
            .toList();
    assertThat(ServiceTable.render(services, false, false, now))
        .isEqualTo(
            """
            NAME                       TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)          AGE
            kubernetes                 ClusterIP      10.0.0.1     <none>        443/TCP          54d
            webbterm-ibm-webterminal   NodePort       10.0.0.204   <none>        3000:31864/TCP   6d
            lb                         LoadBalancer   10.0.0.9     <pending>     80:30001/TCP     90s
            ext                        ExternalName   <none>       example.com   <none>           <unknown>
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "-5, <invalid>",
    "-1, 0s",
    "0, 0s",
    "119, 119s",
    "120, 2m",
    "125, 2m5s",
    "600, 10m",
    "10799, 179m",
    "10800, 3h",
    "10860, 3h1m",
    "28800, 8h",
    "172799, 47h",
    "172800, 2d",
    "176400, 2d1h",
    "691200, 8d",
    "63071999, 729d",
    "63072000, 2y",
    "63158400, 2y1d",
    "252288000, 8y"
  })
  void agesReadAsKubectlWritesThem(long seconds, String text) {
    assertThat(ServiceTable.age(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of(arguments));
    all.add("--store=" + folder.resolve("store"));
    return RootCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(String[]::new));
  }
}
