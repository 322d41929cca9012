package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  private final Problems problems = new Problems();

  @Test
  void sortedByPlaceAndThenAsFound() {
    problems.add(new Location("b", 1), "three");
    problems.add(new Location("a", 12), "two");
    problems.warn(new Location("a", 2), "one");
    problems.add(new Location("b", 1), "another");
    problems.add(Location.of("a"), "the file");

    assertThat(problems)
        .hasToString("a: the file\na:2: warning: one\na:12: two\nb:1: three\nb:1: another");
    assertThat(problems.errors()).hasSize(4);
    assertThat(problems.warnings()).singleElement().hasToString("a:2: warning: one");
  }

  @Test
  void onlyErrorsAreErrors() {
    assertThat(problems.isEmpty()).isTrue();
    assertThat(problems).hasToString("");
    problems.warn(new Location("a", 1), "x");
    assertThat(problems.hasErrors()).isFalse();
    assertThat(problems.isEmpty()).isFalse();
    problems.add(new Location("a", 1), "x");
    assertThat(problems.hasErrors()).isTrue();
  }

  @Test
  void theSameProblemIsKeptOnce() {
    problems.add(new Location("a", 1), "x");
    problems.add(new Location("a", 1), "x");

    assertThat(problems.all()).hasSize(1);
  }

  @Test
  void anErrorBehindAThousandWarningsStillIsOne() {
    for (int line = 1; line <= Problems.KEPT_MAX; line++) {
      problems.warn(new Location("a", line), "x");
    }
    problems.add(new Location("a", 5000), "the error");

    assertThat(problems.hasErrors()).isTrue();
    assertThat(problems.toString()).endsWith("a:1000: warning: x\n(and 1 more)");
  }

  @Test
  void takesOverOthers() {
    var others = new Problems();
    others.add(new Location("a", 1), "x");
    problems.addAll(others);

    assertThat(problems.hasErrors()).isTrue();
    assertThat(problems).hasToString("a:1: x");
  }

  @Test
  void directivesThatBynameLacksAreNamedAsSuch() {
    var options = ParseOptions.DEFAULTS.withSupportedDirectives(List.of("whoami", "forward"));
    Corefile.parse(
        """
        . {
            whoami
            route53 example.org.:Z1
            forwad . 192.0.2.1
            route54
        }
        """,
        "Corefile",
        options,
        problems);

    assertThat(problems)
        .hasToString(
            """
            Corefile:3: directive "route53" is known to CoreDNS but not supported by Byname yet; \
            remove it, or leave this server block to CoreDNS
            Corefile:4: unknown directive "forwad"; did you mean "forward"?
            Corefile:5: unknown directive "route54"; did you mean "route53"?\
            """);
  }

  @Test
  void namesInCoreDnsOrderAreDistinct() {
    assertThat(Set.copyOf(DirectiveNames.CORE_DNS_ORDER))
        .hasSameSizeAs(DirectiveNames.CORE_DNS_ORDER);
  }
}
