package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.CommandProvider;
import dev.byname.resolverconfig.testkit.YamlCases;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;

/** The commands as a user types them, found as byname finds them. */
class CommandsTest {
  @Command(name = "byname")
  private static final class Byname {}

  private record Run(int exitCode, String out, String err) {}

  @TempDir Path folder;

  @Test
  void renderPrintsTheSeedsFileByteForByte() throws IOException {
    var run = byname("resolv-conf render --cluster-dns 10.0.0.10");

    assertThat(run.out())
        .isEqualTo(Files.readString(YamlCases.path("resolv-conf/seed-resolv.conf")));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void renderTakesThePodOfADeployment() throws IOException {
    var pod =
        write(
            "deployment.yaml",
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                spec: {dnsConfig: {searches: [corp.example]}}
            """);
    var node = write("node.conf", "nameserver 192.0.2.1\nsearch lab.example");

    var run =
        byname(
            "resolv-conf render --pod %s --node-resolv-conf %s --cluster-dns 10.0.0.10,10.0.0.11"
                    .formatted(pod, node)
                + " --cluster-domain k8s.test");

    assertThat(run.out())
        .isEqualTo(
            """
            nameserver 10.0.0.10
            nameserver 10.0.0.11
            search shop.svc.k8s.test svc.k8s.test k8s.test lab.example corp.example
            options ndots:5
            """);
    assertThat(run.err())
        .isEqualTo("warning: " + node + ":2: the last line has no end of line; is it whole?\n");
  }

  @Test
  void renderAsJsonTellsOriginsWarningsAndCuts() throws IOException {
    var node = write("node.conf", "search a1 a2 a3 a4\n");

    var run =
        byname(
            "resolv-conf render --cluster-dns 10.0.0.10 --kubelet-version v1.25.3"
                + " --node-resolv-conf "
                + node
                + " -o json");

    var json = JsonMapper.shared().readTree(run.out());
    assertThat(json.get("searches").get(3).toString())
        .isEqualTo("{\"text\":\"a1\",\"origin\":\"node\",\"where\":\"%s:1\"}".formatted(node));
    assertThat(json.get("cuts").toString())
        .isEqualTo(
            "[{\"keyword\":\"search\",\"text\":\"a4\",\"origin\":\"node\",\"where\":\"%s:1\","
                    .formatted(node)
                + "\"rule\":\"max-searches\"}]");
    assertThat(json.get("warnings").toString()).contains("\"rule\":\"max-searches\"");
    assertThat(json.get("file").stringValue()).startsWith("nameserver 10.0.0.10\n");
  }

  @Test
  void badInputIsOneLineAProblemAndExitCodeOne() throws IOException {
    var pod =
        write(
            "job.yaml",
            """
            kind: CronJob
            metadata: {name: night}
            spec: {jobTemplate: {spec: {template: {spec: {dnsPolicy: Never, dnsConfig: {searches: [A]}}}}}}
            """);

    var run = byname("resolv-conf render --cluster-dns 10.0.0.10 --pod " + pod);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("error: spec.jobTemplate.spec.template.spec.dnsPolicy: 'Never'"),
            line ->
                assertThat(line)
                    .startsWith(
                        "error: spec.jobTemplate.spec.template.spec.dnsConfig.searches[0]: 'A'"));
  }

  @Test
  void aManifestWithoutOrWithSeveralPodsIsRefused() throws IOException {
    var none = write("none.yaml", "kind: Service\n");
    var two = write("two.yaml", "{kind: Pod, metadata: {name: a}}\n---\n{kind: Pod}\n");

    assertThat(byname("resolv-conf render --pod " + none).err())
        .isEqualTo("error: " + none + ": holds no Pod and no workload with a pod template\n");
    assertThat(byname("resolv-conf render --pod " + two).err())
        .isEqualTo(
            "error: " + two + ": holds more than one pod: Pod default/a, Pod default/(unnamed)\n");
  }

  @Test
  void explainListsTheQueriesForPeople() {
    assertThat(byname("resolv-conf explain api.example.com --cluster-dns 10.0.0.10").out())
        .isEqualTo(
            """
            api.example.com, as glibc asks for it (ndots:5, nameserver 10.0.0.10)
              1  api.example.com.default.svc.cluster.local.  A + AAAA  search default.svc.cluster.local
              2  api.example.com.svc.cluster.local.          A + AAAA  search svc.cluster.local
              3  api.example.com.cluster.local.              A + AAAA  search cluster.local
              4  api.example.com.                            A + AAAA  as given
            At most 8 queries, 16 packets with the answers.
            The first name with an address ends it; NXDOMAIN, no data and SERVFAIL lead to the next.
            A and AAAA leave together, to one nameserver at a time; a silent one costs 5 s, 2 rounds.

            Instead:
              ndots:1           2 queries if the name is external, saves 6; only then asks api.example.com.default.svc.cluster.local. and 2 more
              ndots:2           2 queries if the name is external, saves 6; only then asks api.example.com.default.svc.cluster.local. and 2 more
              api.example.com.  2 queries if the name is external, saves 6; never asks api.example.com.default.svc.cluster.local. and 2 more
            """);
  }

  @Test
  void explainForMusl() {
    var run =
        byname("resolv-conf explain db.shop --libc musl --cluster-dns 10.0.0.10,10.0.0.11 -o json");

    var json = JsonMapper.shared().readTree(run.out());
    assertThat(json.get("queries").intValue()).isEqualTo(16);
    assertThat(json.get("packets").intValue()).isEqualTo(32);
    assertThat(json.get("alternatives").get(0).get("noLongerAsked").size()).isEqualTo(3);
  }

  @Test
  void previewPrintsADiffAndLeavesTheFileAlone() throws IOException {
    var manifest =
        """
        kind: StatefulSet
        metadata:
          name: db
          namespace: shop
        spec:
          template:
            metadata:
              labels:
                app: db
            spec:
              containers: []
        """;
    var file = write("db.yaml", manifest);
    var rules = write("rules.yaml", "rules: [{name: fast, ndots: 3}]\n");

    var run =
        byname(
            "inject preview -f %s --rules %s --cluster-dns 10.0.0.10 --exit-code"
                .formatted(file, rules));

    assertThat(run.out())
        .isEqualTo(
            """
            --- StatefulSet shop/db
            +++ StatefulSet shop/db with fast
            @@ -7,5 +7,11 @@
                 metadata:
                   labels:
                     app: db
            +      annotations:
            +        dns.byname.dev/injected: fast
                 spec:
                   containers: []
            +      dnsConfig:
            +        options:
            +        - name: ndots
            +          value: '3'
            """);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(Files.readString(file)).isEqualTo(manifest);
  }

  @Test
  void previewReachesEveryKindOfTemplate() throws IOException {
    var template = "template: {spec: {containers: []}}";
    var text = new StringBuilder("kind: List\nitems:\n- {kind: Pod, spec: {}}\n");
    for (var kind :
        new String[] {
          "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"
        }) {
      text.append("- {kind: %s, metadata: {name: a}, spec: {%s}}\n".formatted(kind, template));
    }
    text.append("- {kind: CronJob, spec: {jobTemplate: {spec: {%s}}}}\n".formatted(template));
    text.append("- {kind: ConfigMap}\n");
    var file = write("all.yaml", text.toString());
    var rules = write("rules.yaml", "rules: [{name: fast, ndots: 3}]\n");

    var run =
        byname(
            "inject preview -o json -f %s --rules %s --cluster-dns 10.0.0.10"
                .formatted(file, rules));

    var paths = new StringBuilder();
    for (var item : JsonMapper.shared().readTree(run.out())) {
      paths.append(item.get("kind").stringValue());
      paths.append(' ').append(item.get("patch").get(0).get("path").stringValue()).append('\n');
    }
    assertThat(paths.toString())
        .isEqualTo(
            """
            Pod /spec/dnsConfig
            Deployment /spec/template/spec/dnsConfig
            ReplicaSet /spec/template/spec/dnsConfig
            StatefulSet /spec/template/spec/dnsConfig
            DaemonSet /spec/template/spec/dnsConfig
            Job /spec/template/spec/dnsConfig
            ReplicationController /spec/template/spec/dnsConfig
            CronJob /spec/jobTemplate/spec/template/spec/dnsConfig
            """);
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void previewSaysWhyAPodStaysAsItIs() throws IOException {
    var file = write("pod.yaml", "{kind: Pod, metadata: {name: p, namespace: kube-system}}\n");
    var rules = write("rules.yaml", "rules: [{name: fast, ndots: 3}]\n");

    var run =
        byname(
            "inject preview -f %s --rules %s --cluster-dns 10.0.0.10 --exit-code"
                .formatted(file, rules));

    assertThat(run.out())
        .isEqualTo("Pod kube-system/p: unchanged, namespace kube-system is excluded\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void fileIsWrittenAndRestored() throws IOException {
    var target = write("resolv.conf", "nameserver 192.0.2.1\n");

    var written = byname("inject file -n shop --cluster-dns 10.0.0.10 --target " + target);
    assertThat(written.out()).isEqualTo(target + " written\n");
    assertThat(Files.readString(target))
        .endsWith(
            "\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n");

    assertThat(byname("inject file --restore --target " + target).out())
        .isEqualTo(target + " restored\n");
    assertThat(Files.readString(target)).isEqualTo("nameserver 192.0.2.1\n");
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    assertThat(byname("resolv-conf").exitCode()).isEqualTo(2);
    assertThat(byname("resolv-conf explain").exitCode()).isEqualTo(2);
    assertThat(byname("resolv-conf explain a --libc bionic").exitCode()).isEqualTo(2);
    assertThat(byname("inject preview").exitCode()).isEqualTo(2);
  }

  @Test
  void theWebhookRefusesItsFilesByName() {
    var run =
        byname(
            "inject webhook --rules none --tls-cert none.crt --tls-key none.key --cluster-dns"
                + " 10.0.0.10 --listen 127.0.0.1:0");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("error: none.crt: there is no such file\n");
    assertThat(byname("inject webhook --rules a --tls-cert b --tls-key c --listen nonsense").err())
        .isEqualTo("error: --listen: must be IP:PORT, not nonsense\n");
  }

  @Test
  void everyCommandHelps() {
    for (var command :
        new String[] {
          "resolv-conf",
          "resolv-conf render",
          "resolv-conf explain",
          "inject",
          "inject webhook",
          "inject preview",
          "inject file"
        }) {
      var run = byname(command + " --help");
      assertThat(run.exitCode()).as(command).isZero();
      assertThat(run.out()).startsWith("Usage: byname " + command);
    }
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static Run byname(String arguments) {
    var byname = new CommandLine(new Byname());
    ServiceLoader.load(CommandProvider.class)
        .forEach(provider -> byname.addSubcommand(provider.command()));
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        byname
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.split(" "));
    return new Run(exitCode, out.toString(), err.toString());
  }
}
