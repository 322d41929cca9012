package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.util.Map;

/**
 * Whatever the text: no exception, a bounded answer, problems on one line each, and what is
 * accepted is printed so that it means the same.
 */
class CorefileFuzz {
  /** Nothing is there, so that relative imports find no file of the checkout. */
  private static final String FILE_NAME = "/nowhere/at/all/Corefile";

  private static final ParseOptions OPTIONS =
      ParseOptions.DEFAULTS.withEnvironment(
          Map.of("A", "value", "TWO", "two words", "LOOP", "{$LOOP}", "GROW", "{$GROW}{$GROW}"));

  @FuzzTest(maxDuration = "60s")
  void corefile(FuzzedDataProvider data) {
    check(data.consumeRemainingAsString());
  }

  @FuzzTest(maxDuration = "60s")
  void configMap(FuzzedDataProvider data) {
    var asJson = data.consumeBoolean();
    var stubs = data.consumeString(200);
    var rest = data.consumeRemainingAsString();
    check(
        asJson
            ? "{\"kind\": \"ConfigMap\", \"data\": {\"stubDomains\": " + stubs + "}}" + rest
            : "kind: ConfigMap\ndata:\n  stubDomains: |\n    "
                + stubs.replace("\n", "\n    ")
                + "\n"
                + rest);
  }

  @FuzzTest(maxDuration = "60s")
  void values(FuzzedDataProvider data) {
    var problems = new Problems();
    var text = data.consumeRemainingAsString();
    var argument =
        new ArgumentReader("fuzz", new Argument(text, new Location("Corefile", 1)), problems);
    argument.integer(0, 100);
    argument.decimal(0, 1);
    argument.percentage(0, 100);
    argument.duration(Duration.ZERO, GoDuration.MAX);
    argument.durationOrSeconds(Duration.ZERO, Duration.ofHours(1));
    argument.onOff();
    argument.bytes(0, Long.MAX_VALUE);
    argument.ip();
    argument.cidr().ifPresent(Cidr::reverseZones);
    argument.ipPort(53);
    argument.hostPort(53);
    argument.domainName();
    argument.zones();
    argument.word("a", "b");
    argument.path(java.nio.file.Path.of("/"));
    assertOneLineEach(problems);
  }

  private static void check(String text) {
    var problems = new Problems();
    var corefile = Corefile.parse(text, FILE_NAME, OPTIONS, problems);

    assertOneLineEach(problems);
    corefile.blocks().forEach(block -> assertThat(block.keys()).isNotEmpty());
    if (problems.hasErrors()) {
      return;
    }
    assertThat(corefile.blocks()).isNotEmpty();
    var printed = corefile.print();
    // Words that came out of a variable may look like variables again; then only the text has to be
    // read.
    var again = new Problems();
    var second = Corefile.parse(printed, FILE_NAME, OPTIONS, again);
    if (!text.contains("{$") && !text.contains("{%")) {
      assertThat(again.errors()).as(printed).isEmpty();
      assertThat(second.print()).isEqualTo(printed);
    }
  }

  private static void assertOneLineEach(Problems problems) {
    assertThat(problems.all()).hasSizeLessThanOrEqualTo(Problems.KEPT_MAX);
    for (var problem : problems.all()) {
      assertThat(problem.toString()).doesNotContain("\n").hasSizeLessThan(1_000);
    }
  }
}
