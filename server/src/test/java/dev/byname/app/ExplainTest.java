package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code byname lookup} and {@code byname explain} say of the demo cluster. */
class ExplainTest {
  private static final Path DEMO = Path.of(System.getProperty("byname.root"), "conf", "demo");

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "reviews                  | 0 | service with ClusterIP 10.0.0.157",
        "reviews AAAA             | 1 | it has no IPv6 address",
        "reviws                   | 2 | namespace default has no service reviws; did you mean"
            + " \"reviews\"?",
        "mongodb                  | 2 | elsewhere there is mongodb.kube-system",
        "mongodb.kube-sytem       | 2 | there is no namespace kube-sytem; did you mean"
            + " \"kube-system\"?",
        "10-1-1-1.reviews         | 2 | default/reviews has no endpoint 10-1-1-1",
        "_htp._tcp.reviews SRV    | 2 | default/reviews has no port _htp._tcp, but _http._tcp",
        "_http._tcp.reviews SRV   | 0 | port _http._tcp of default/reviews",
        "my-nginx-service         | 0 | ready: 10-1-154-201, 10-1-196-130, 10-1-32-197",
        "a.b.c.reviews            | 2 | nothing stands below the service default/reviews",
        "default.svc              | 1 | namespace default: it has no records of its own",
        "reviews.default.svc.cluster.lcoal. | 2 | did you mean \"cluster.local\"?",
        "10.0.0.46                | 0 | the ClusterIP of kube-system/mongodb",
        "10.1.32.197              | 0 | an endpoint of default/my-nginx-service",
        "10.99.99.99              | 2 | the address of no service",
        "reviews --cluster-domain example.org | 0 | reviews.default.svc.example.org.",
        "www.example.com          | 2 | From namespace default, www.example.com is no name of the"
            + " cluster",
      })
  void saysWhatANameMeans(String arguments, int exitCode, String expected) {
    var result = run("explain " + arguments.strip());
    assertThat(result.out()).contains(expected.strip());
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void lookupPrintsWhatDigWould() {
    var result = run("lookup mongodb.kube-system");
    assertThat(result.out())
        .isEqualToNormalizingNewlines(
            """
            ; mongodb.kube-system.default.svc.cluster.local. A: NXDOMAIN
            ; mongodb.kube-system.svc.cluster.local. A: NOERROR
            mongodb.kube-system.svc.cluster.local. 5 IN A 10.0.0.46
            """);
  }

  @Test
  void aClusterMustBeNamed() {
    var result = execute("explain", "reviews");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("--manifests=DIR").contains("--kubeconfig=FILE");
  }

  private record Result(int exitCode, String out, String err) {}

  private static Result run(String command) {
    return execute((command + " --manifests " + DEMO).split(" +"));
  }

  private static Result execute(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        RootCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }
}
