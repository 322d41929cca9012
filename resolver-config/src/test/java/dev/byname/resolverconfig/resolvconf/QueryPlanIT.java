package dev.byname.resolverconfig.resolvconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import dev.byname.resolverconfig.testkit.NxdomainServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The plan against the real thing: a program built with each libc looks a name up in a namespace
 * where all names are NXDOMAIN, and the questions that arrive are those of the plan, in its order.
 */
class QueryPlanIT {
  private static final String LOOKUP =
      """
      #include <netdb.h>
      #include <string.h>
      int main(int argc, char **argv) {
        struct addrinfo hints, *found;
        memset(&hints, 0, sizeof hints);
        hints.ai_socktype = 1;
        return getaddrinfo(argv[1], 0, &hints, &found) != 0;
      }
      """;

  private static final String SEARCH =
      "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\n";

  @TempDir Path folder;
  private NetworkNamespace namespace;
  private Process server;
  private Path log;

  @BeforeEach
  void startServer() {
    namespace = NetworkNamespace.createOrSkip();
    namespace.addAddress("10.0.0.10/32");
    namespace.addAddress("10.0.0.11/32");
    namespace.etcFile("nsswitch.conf", "hosts: files dns\n");
    namespace.etcFile("hosts", "127.0.0.1 localhost\n");
    log = folder.resolve("questions");
    server =
        namespace.start(
            log,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            NxdomainServer.class.getName(),
            "10.0.0.10",
            "10.0.0.11");
    await().atMost(60, TimeUnit.SECONDS).until(() -> questions().equals(List.of("ready")));
  }

  @AfterEach
  void stopServer() throws InterruptedException {
    if (server != null) {
      server.descendants().forEach(ProcessHandle::destroy);
      server.destroy();
      server.waitFor();
    }
    if (namespace != null) {
      namespace.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "reviews, ndots:5",
    "api.example.com, ndots:5",
    "api.example.com, ndots:2",
    "mongodb.kube-system, ndots:1",
    "a.b.c.d.e.f, ndots:5",
    "reviews., ndots:5",
    "reviews, ndots:0",
    "reviews, ndots:5 ndots:0",
  })
  void asksWhatThePlanSays(String name, String options) throws Exception {
    var file =
        "nameserver 10.0.0.10\nnameserver 10.0.0.11\n" + SEARCH + "options " + options + "\n";
    namespace.etcFile("resolv.conf", file);
    for (var libc : Libc.values()) {
      var plan = QueryPlan.of(name, LibcView.of(libc, file));
      int before = questions().size();

      assertThat(namespace.run(program(libc).toString(), name).exitCode()).isEqualTo(1);

      // The program may end before its last question is printed.
      await().until(() -> questions().size() >= before + plan.queries());
      var asked = questions().subList(before, questions().size());
      assertThat(names(asked)).as(libc.id()).isEqualTo(planned(plan));
      assertThat(asked).as("%s %s", libc, asked).hasSize(plan.queries());
    }
  }

  /** glibc takes it for the name as given; what musl does depends on its version. */
  @Test
  void aLoneDotInTheSearchList() throws Exception {
    var file = "nameserver 10.0.0.10\nsearch a.example . b.example\noptions ndots:5\n";
    namespace.etcFile("resolv.conf", file);

    namespace.run(program(Libc.GLIBC).toString(), "reviews");

    await().until(() -> questions().size() >= 7);
    assertThat(names(questions().subList(1, questions().size())))
        .isEqualTo(planned(QueryPlan.of("reviews", LibcView.of(Libc.GLIBC, file))));
  }

  /** 247 characters of search line are read by musl, 248 are passed over. */
  @ParameterizedTest
  @CsvSource({"55, 2", "56, 1"})
  void muslsLongestSearchLine(int lastLabel, int steps) throws Exception {
    var label = "a".repeat(63);
    var domain = String.join(".", label, label, label, "a".repeat(lastLabel));
    var file = "nameserver 10.0.0.10\nsearch " + domain + "\noptions ndots:5\n";
    namespace.etcFile("resolv.conf", file);
    var plan = QueryPlan.of("ab", LibcView.of(Libc.MUSL, file));

    namespace.run(program(Libc.MUSL).toString(), "ab");

    assertThat(plan.steps()).hasSize(steps);
    await().until(() -> questions().size() >= 1 + plan.queries());
    assertThat(names(questions().subList(1, questions().size()))).isEqualTo(planned(plan));
  }

  private static List<String> planned(QueryPlan plan) {
    return plan.steps().stream().map(QueryPlan.Step::queryName).toList();
  }

  /** A and AAAA of a name, and those to several nameservers, arrive in any order. */
  private static List<String> names(List<String> questions) {
    return questions.stream().map(line -> line.substring(0, line.indexOf(' '))).distinct().toList();
  }

  private List<String> questions() throws IOException {
    return Files.readAllLines(log);
  }

  private Path program(Libc libc) throws IOException {
    var compiler = libc == Libc.GLIBC ? "gcc" : "musl-gcc";
    NetworkNamespace.skipWithout(compiler, "--version");
    var program = folder.resolve(libc.id());
    if (!Files.exists(program)) {
      var source = Files.writeString(folder.resolve("lookup.c"), LOOKUP);
      namespace.mustRun(
          compiler,
          libc == Libc.MUSL ? "-static" : "-O0",
          "-o",
          program.toString(),
          source.toString());
    }
    return program;
  }
}
