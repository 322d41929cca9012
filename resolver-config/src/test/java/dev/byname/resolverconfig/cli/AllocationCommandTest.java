package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.RootCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code byname allocation} on a folder that {@code byname service apply} has filled. */
class AllocationCommandTest {
  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: nginx-np-service}
      spec: {type: NodePort, clusterIP: 10.0.0.225, ports: [{port: 80, nodePort: 31357}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: catalog-ui, namespace: kube-system}
      spec: {type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 4000, nodePort: 30058}]}
      """;

  @TempDir Path folder;
  private Path store;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fillTheStore() throws IOException {
    store = folder.resolve("store");
    var manifest = Files.writeString(folder.resolve("services.yaml"), SERVICES);
    assertThat(run("service", "apply", "-f", manifest.toString(), "--store", store.toString()))
        .isZero();
  }

  @Test
  void describesRangesAndBands() {
    assertThat(allocation("describe")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            RANGE         OF           BAND      VALUES                 SIZE   USED   FREE
            10.0.0.0/24   addresses    static    10.0.0.1-10.0.0.16     16     1      15
            10.0.0.0/24   addresses    dynamic   10.0.0.17-10.0.0.254   238    1      237
            30000-32767   node ports   static    30000-30085            86     1      85
            30000-32767   node ports   dynamic   30086-32767            2682   1      2681
            """);
    assertThat(allocation("describe", "-o", "json")).isZero();
    assertThat(json().at("/ranges/0/bands/1/free").intValue()).isEqualTo(237);
    assertThat(json().at("/ranges/1/bands/0/last").stringValue()).isEqualTo("30085");
  }

  @Test
  void describesAnIpv6RangeOf64Bits() {
    assertThat(allocation("describe", "--service-cluster-ip-range=10.0.0.0/24,fd00::/64")).isZero();
    assertThat(out.toString())
        .contains("fd00::101-fd00::ffff:ffff:ffff:ffff   18446744073709551359");
    assertThat(
            allocation(
                "describe", "-o", "json", "--service-cluster-ip-range=10.0.0.0/24,fd00::/64"))
        .isZero();
    assertThat(json().at("/ranges/1/bands/1/size").toString()).isEqualTo("18446744073709551359");
  }

  @Test
  void anAuditEndsWithOneWhenSomethingIsWrong() throws IOException {
    assertThat(allocation("audit")).isZero();
    assertThat(out.toString()).endsWith("\nNothing is wrong (Services: 2).\n");
    var other = store.resolve("services/specs/default/nginx-np-service.json");
    Files.move(other, folder.resolve("aside.json"));
    var declared =
        Files.writeString(
            store.resolve("hand-made.yaml"),
            "{apiVersion: v1, kind: Service, metadata: {name: mine}, spec: {clusterIP: 10.0.0.7}}");
    assertThat(allocation("audit")).isEqualTo(1);
    assertThat(out.toString())
        .endsWith(
            """

            allocated twice: 10.0.0.7 is held by 2 Services: kube-system/catalog-ui (ClusterIP), %s; default/mine (ClusterIP), %s:1
            leaked: 10.0.0.225 is marked as taken though no Service holds it; since when is not known before the first repair
            leaked: 31357 is marked as taken though no Service holds it; since when is not known before the first repair
            Problems: 3.
            """
                .formatted(store.resolve("services/specs/kube-system/catalog-ui.json"), declared));
    assertThat(allocation("audit", "-o", "json")).isEqualTo(1);
    assertThat(json().at("/findings/0/kind").stringValue()).isEqualTo("allocated-twice");
    assertThat(json().at("/findings/0/holders/1/where").stringValue()).isEqualTo(declared + ":1");
    assertThat(json().at("/findings/2/value").stringValue()).isEqualTo("31357");
  }

  /** Each run is a process of its own to a user; what is remembered stands in the folder. */
  @Test
  void aRepairGivesLeaksBackInTheThirdRun() throws IOException {
    Files.delete(store.resolve("services/specs/default/nginx-np-service.json"));
    for (var round = 1; round <= 2; round++) {
      assertThat(allocation("repair", "-o", "json")).isZero();
      assertThat(json().at("/waiting/0/rounds").intValue()).isEqualTo(round);
    }
    assertThat(allocation("repair", "--dry-run")).isZero();
    assertThat(out.toString()).contains("10.0.0.225 freed: ").contains("(dry run)");
    assertThat(allocation("repair")).isZero();
    assertThat(out.toString())
        .containsPattern("10.0.0.225 freed: no Service has held it since \\S+ \\(round 3 of 3\\)\n")
        .containsPattern("31357 freed: ");
    assertThat(allocation("audit")).isZero();
    assertThat(allocation("repair")).isZero();
    assertThat(out.toString()).isEqualTo("Nothing to repair.\n");
  }

  @Test
  void aRepairFreesAtOnceWhenAsked() throws IOException {
    Files.delete(store.resolve("services/specs/default/nginx-np-service.json"));
    assertThat(allocation("repair", "--now")).isZero();
    assertThat(allocation("who-has", "31357")).isEqualTo(1);
  }

  @Test
  void saysWhoHasAnAddressOrPort() {
    assertThat(allocation("who-has", "10.0.0.7")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "10.0.0.7 is held by kube-system/catalog-ui (ClusterIP), %s\n"
                .formatted(store.resolve("services/specs/kube-system/catalog-ui.json")));
    assertThat(allocation("who-has", "31357", "-o", "json")).isZero();
    assertThat(json().at("/holders/0/name").stringValue()).isEqualTo("nginx-np-service");
    assertThat(allocation("who-has", "10.0.0.76")).isEqualTo(1);
    assertThat(out.toString()).isEqualTo("10.0.0.76 is free, in the dynamic band of 10.0.0.0/24\n");
  }

  @Test
  void aClusterInManifestsIsOnlyLookedAt() throws IOException {
    var cluster = Files.createDirectory(folder.resolve("cluster"));
    Files.writeString(cluster.resolve("all.yaml"), SERVICES.replace("10.0.0.7", "10.0.0.225"));
    var range = "--service-cluster-ip-range=10.0.0.0/16";
    assertThat(run("allocation", "audit", "--manifests", cluster.toString(), range)).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "allocated twice: 10.0.0.225 is held by 2 Services: default/nginx-np-service"
                + " (ClusterIP), all.yaml:1; kube-system/catalog-ui (ClusterIP), all.yaml:6\n");
    assertThat(run("allocation", "who-has", "30058", "--manifests", cluster.toString(), range))
        .isZero();
    try (var files = Files.list(cluster)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void foretellsWhenARangeIsFull() throws IOException {
    var all = new StringBuilder();
    for (var i = 1; i <= 13; i++) {
      var created = Instant.now().minus(Duration.ofDays(i == 1 ? 400 : 29));
      all.append(
          "{apiVersion: v1, kind: Service, metadata: {name: s%d, creationTimestamp: '%s'}, spec: {clusterIP: 10.0.0.%d}}\n---\n"
              .formatted(i, created.truncatedTo(ChronoUnit.SECONDS), i));
    }
    var cluster = Files.writeString(folder.resolve("cluster.yaml"), all);
    var range = "--service-cluster-ip-range=10.0.0.0/24";
    assertThat(run("allocation", "audit", "--manifests", cluster.toString(), range)).isZero();
    assertThat(out.toString())
        .containsPattern(
            "\n10\\.0\\.0\\.0/24 is full about \\d{4}-\\d\\d-\\d\\d if it goes on as in the last 30"
                + " days, in which 12 of the addresses held today were given out\n");
    assertThat(run("allocation", "audit", "-o", "json", "--manifests", cluster.toString(), range))
        .isZero();
    assertThat(json().at("/ranges/0/forecast/valuesInWindow").intValue()).isEqualTo(12);
    assertThat(json().at("/ranges/1/forecast").isMissingNode()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"describe", "audit", "repair", "who-has 10.0.0.1", "who-has 30001"})
  void aStoreThatIsNotThereIsAnErrorAndNotMade(String command) {
    var typo = folder.resolve("typo");
    assertThat(run(("allocation " + command + " --store " + typo).split(" "))).isEqualTo(3);
    assertThat(err.toString()).isEqualTo("byname: there is no folder " + typo + "\n");
    assertThat(out.toString()).isEmpty();
    assertThat(typo).doesNotExist();
  }

  /** What it holds is not known, so nothing can be called free or leaked for certain. */
  @Test
  void aBrokenManifestInTheFolderIsAFinding() throws IOException {
    var broken = Files.writeString(store.resolve("hand-made.yaml"), "kind: Service\nspec: {");
    Files.delete(store.resolve("services/specs/default/nginx-np-service.json"));
    var told =
        broken + ":2 cannot be read, so what it holds is not known: no valid YAML: while parsing";
    assertThat(allocation("audit")).isEqualTo(1);
    assertThat(out.toString())
        .contains("\nunreadable: " + told, "\nleaked: 10.0.0.225", "\nProblems: 3.\n");
    assertThat(allocation("repair", "--now")).isEqualTo(3);
    assertThat(err.toString()).startsWith("byname: " + told).endsWith("; nothing is changed\n");
    assertThat(allocation("who-has", "10.0.0.7")).isZero();
    assertThat(err.toString()).startsWith("warning: " + told).hasLineCount(1);
    assertThat(allocation("describe")).isZero();
    assertThat(err.toString()).startsWith("warning: " + told).hasLineCount(1);
    assertThat(run("service", "delete", "catalog-ui", "-n", "kube-system", "--store=" + store))
        .as("who asks for a change is not held up")
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service apply -f services.yaml",
        "service get",
        "allocation audit",
        "allocation repair"
      })
  void anEtcdThatNobodyIsAtIsToldAtOnce(String command) throws IOException {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.77.0.1"))) {
      free = socket.getLocalPort();
    }
    var store = "etcd://127.77.0.1:" + free + ",no-such-host.invalid:2379";
    assertThat(run((command + " --store " + store).split(" ")))
        .isEqualTo(command.startsWith("service") ? 1 : 3);
    assertThat(err.toString())
        .isEqualTo(
            "byname: cannot reach etcd: http://127.77.0.1:%d: Connection refused;".formatted(free)
                + " http://no-such-host.invalid:2379: there is no host of that name\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allocation",
        "allocation audit",
        "allocation audit --store a --manifests b",
        "allocation repair",
        "allocation who-has web --store a",
        "allocation who-has 65536 --store a",
        "allocation who-has --store a",
        "allocation audit --store . -o yaml",
        "allocation audit --store . --service-cluster-ip-range 10.0.0.0",
      })
  void wrongUsageIsOneLineAndTwo(String command) {
    assertThat(run(command.split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith("byname allocation").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"describe", "audit", "repair", "who-has"})
  void helpNamesTheExitCodes(String command) {
    assertThat(run("allocation", command, "--help")).isZero();
    assertThat(out.toString()).contains("Exit codes:", "  3   ");
  }

  private int allocation(String... arguments) {
    var all = new java.util.ArrayList<>(List.of("allocation"));
    all.addAll(List.of(arguments));
    all.add("--store=" + store);
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return RootCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private JsonNode json() {
    return JsonMapper.shared().readTree(out.toString());
  }
}
