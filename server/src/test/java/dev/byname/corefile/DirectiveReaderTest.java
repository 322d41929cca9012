package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectiveReaderTest {
  private enum Policy {
    RANDOM,
    ROUND_ROBIN
  }

  private final Problems problems = new Problems();

  @Test
  void absentOptionsAreEmptyAndNoProblem() {
    var in = reader("forward . 192.0.2.1");

    assertThat(in.option("max_fails").integer(0, 9)).isEmpty();
    assertThat(in.option("expire").duration(Duration.ZERO, GoDuration.MAX)).isEmpty();
    assertThat(in.option("policy").word(Policy.class)).isEmpty();
    assertThat(in.option("except").zones()).isEmpty();
    assertThat(in.option("fallthrough").zonesFrom(0, List.of("."))).isEmpty();
    assertThat(in.option("tls").texts()).isEmpty();
    assertThat(in.option("x").isPresent()).isFalse();
    assertThat(in.option("x").takes(0)).isFalse();
    assertThat(in.option("x").argumentsFrom(0)).isEmpty();
    assertThat(in.flag("force_tcp")).isFalse();
    in.done();
    expectProblems();
  }

  @Test
  void presentOptionsAreRead() throws Exception {
    var in =
        reader(
            """
            forward . 192.0.2.1 {
                max_fails 3
                expire 1m30s
                policy round_robin
                except example.org 10.96.0.0/15
                force_tcp
                source_address 192.0.2.9
                on off
                size 16Mi
                listen [::1]:8080
                file zone.db
                domain Example.ORG
                name some text
                allow 10.0.0.0/8 192.0.2.1
                to 192.0.2.1 [2001:db8::1]:5353
            }\
            """);

    assertThat(in.option("max_fails").integer(0, 9)).hasValue(3);
    assertThat(in.option("expire").duration(Duration.ZERO, GoDuration.MAX))
        .hasValue(Duration.ofSeconds(90));
    assertThat(in.option("policy").word(Policy.class)).hasValue(Policy.ROUND_ROBIN);
    assertThat(in.option("policy").word("random", "round_robin")).hasValue("round_robin");
    assertThat(in.option("except").zones())
        .containsExactly("example.org.", "96.10.in-addr.arpa.", "97.10.in-addr.arpa.");
    assertThat(in.flag("force_tcp")).isTrue();
    assertThat(in.option("source_address").ip()).hasValue(InetAddress.getByName("192.0.2.9"));
    assertThat(in.option("on").onOff()).hasValue(false);
    assertThat(in.option("size").bytes(0, 1L << 30)).hasValue(16L << 20);
    assertThat(in.option("listen").hostPort(53)).hasValue(new HostPort("::1", 8080));
    assertThat(in.option("file").path(Path.of("/etc/coredns")))
        .hasValue(Path.of("/etc/coredns/zone.db"));
    assertThat(in.option("domain").domainName()).hasValue("example.org.");
    assertThat(in.option("name").texts()).containsExactly("some", "text");
    assertThat(in.option("allow").cidrs()).hasToString("[10.0.0.0/8, 192.0.2.1/32]");
    assertThat(in.option("to").ipPorts(53))
        .containsExactly(
            new InetSocketAddress("192.0.2.1", 53), new InetSocketAddress("2001:db8::1", 5353));
    in.done();
    expectProblems();
  }

  @Test
  void unknownOptionsAreReportedWithTheNearestThatWasAskedFor() {
    var in = reader("forward . 192.0.2.1 {\n max_fail 3\n frobnicate\n expire 10s\n}");

    in.option("max_fails");
    in.option("expire");
    in.done();

    expectProblems(
        "Corefile:3: unknown option \"max_fail\" in forward; did you mean \"max_fails\"?",
        "Corefile:4: unknown option \"frobnicate\" in forward");
  }

  @Test
  void blockOfADirectiveThatHasNoneIsReported() {
    reader("whoami {\n x\n}").done();

    expectProblems("Corefile:2: whoami: takes no block in braces");
  }

  @Test
  void blockOfAnOptionThatHasNoneIsReported() {
    var in = reader("forward . 192.0.2.1 {\n max_fails 3 {\n x\n }\n}");

    in.option("max_fails").integer(0, 9);
    in.done();

    expectProblems("Corefile:3: max_fails: takes no block in braces");
  }

  @Test
  void optionsOfAnOptionAreOptions() {
    var in = reader("kubernetes {\n etcd http://192.0.2.1:2379 {\n prefix /r\n prefx /s\n }\n}");

    var etcd = in.option("etcd");
    assertThat(etcd.option("prefix").text()).hasValue("/r");
    in.done();

    expectProblems("Corefile:5: unknown option \"prefx\" in etcd; did you mean \"prefix\"?");
  }

  @Test
  void optionGivenTwiceCountsTheLastTime() {
    var in = reader("forward . 192.0.2.1 {\n max_fails 3\n max_fails 4\n}");

    assertThat(in.option("max_fails").integer(0, 9)).hasValue(4);

    expectProblems(
        "Corefile:3: warning: max_fails is given again in Corefile:4, and that one counts");
  }

  @Test
  void optionsThatMayRepeatComeInOrder() {
    var in = reader("cache {\n disable success a.example\n disable denial b.example\n}");

    assertThat(in.options("disable"))
        .extracting(option -> option.argument(0).text())
        .containsExactly("success", "denial");
    in.done();
    expectProblems();
  }

  @Test
  void allOptionsInOrderAreTheCallersToJudge() {
    var in = reader("hosts {\n 192.0.2.1 a.example\n fallthrough\n}");

    assertThat(in.options())
        .extracting(DirectiveReader::name)
        .containsExactly("192.0.2.1", "fallthrough");
    in.done();
    expectProblems();
  }

  @Test
  void optionsOfOthersAreRefusedOrPassedOver() {
    var in = reader("kubernetes {\n upstream\n tls a b c {\n x\n }\n max_failures 3\n}");

    in.unsupported("tls", "write kubeconfig instead");
    in.ignored("upstream", "names are always resolved by this server");
    assertThat(in.renamedOption("max_fails", "max_failures").integer(0, 9)).hasValue(3);
    in.done();

    expectProblems(
        "Corefile:3: warning: option \"upstream\" of kubernetes is ignored: names are always"
            + " resolved by this server",
        "Corefile:4: option \"tls\" of kubernetes is known to CoreDNS but not supported by Byname:"
            + " write kubeconfig instead",
        "Corefile:7: warning: option \"max_failures\" of kubernetes is now called max_fails");
  }

  @Test
  void onceTakesTheFirstAndRefusesTheRest() {
    var block =
        Corefile.parse(". {\n cache 1\n cache 2\n}", "Corefile", ParseOptions.DEFAULTS, problems)
            .blocks()
            .getFirst();

    assertThat(DirectiveReader.once(block, "cache", problems).integer(0, 9)).hasValue(1);
    assertThat(DirectiveReader.once(block, "loop", problems).isPresent()).isFalse();

    expectProblems(
        "Corefile:3: cache can be given only once in a server block; it already is in Corefile:2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loop a       | 0 | 0  | loop: takes no argument, found 1",
        "cache        | 1 | 1  | cache: takes 1 argument, found none",
        "cache 1 2    | 1 | 1  | cache: takes 1 argument, found 2",
        "cache 1      | 2 | 2  | cache: takes 2 arguments, found 1",
        "cache 1 2 3  | 1 | 2  | cache: takes 1 to 2 arguments, found 3",
        "forward      | 2 | -1 | forward: takes at least 2 arguments, found none",
      })
  void countsOfArguments(String line, int min, int max, String message) {
    var in = reader(line);

    assertThat(max < 0 ? in.takesAtLeast(min) : in.takes(min, max)).isFalse();

    expectProblems("Corefile:2: " + message);
  }

  @Test
  void zonesOfTheServerBlockStandInForNone() {
    var block =
        Corefile.parse(
                "a.example 10.0.0.0/8 a.example:54 {\n cache 30\n file x b.example c.example:99\n}",
                "Corefile",
                ParseOptions.DEFAULTS,
                problems)
            .blocks()
            .getFirst();

    var cache = DirectiveReader.once(block, "cache", problems);
    assertThat(cache.zonesFrom(1, block.zones())).containsExactly("a.example.", "10.in-addr.arpa.");
    var file = DirectiveReader.once(block, "file", problems);
    assertThat(file.zonesFrom(1, block.zones())).containsExactly("b.example.", "c.example.");
    expectProblems();
  }

  @Test
  void everyWrongValueIsReportedWithWhatIsRight() {
    assertComplains("x", a -> a.integer(0, 10), "\"x\" is not a whole number (0 to 10)");
    assertComplains(
        "", a -> a.integer(1, Integer.MAX_VALUE), "\"\" is not a whole number (at least 1)");
    assertComplains("11", a -> a.integer(0, 10), "11 is out of range (0 to 10)");
    assertComplains("-1", a -> a.longInteger(0, Long.MAX_VALUE), "-1 is out of range (at least 0)");
    assertComplains(
        "99999999999999999999",
        a -> a.longInteger(0, 5),
        "\"99999999999999999999\" is not a whole number (0 to 5)");
    assertComplains("NaN", a -> a.decimal(0, 1), "\"NaN\" is not a number from 0.0 to 1.0");
    assertComplains("1.5", a -> a.decimal(0, 1), "\"1.5\" is not a number from 0.0 to 1.0");
    assertComplains("110%", a -> a.percentage(10, 90), "110 is out of range (10 to 90)");
    assertComplains(
        "5",
        a -> a.duration(Duration.ZERO, GoDuration.MAX),
        "\"5\" is not a duration; write 5s, 1m30s or 250ms, for example (a unit is missing)");
    assertComplains(
        "5 s",
        a -> a.durationOrSeconds(Duration.ZERO, GoDuration.MAX),
        "\"5 s\" is not a duration; write 5s, 1m30s or 250ms, for example");
    assertComplains(
        "1ms",
        a -> a.duration(Duration.ofSeconds(1), Duration.ofMinutes(90)),
        "1ms is out of range (1s to 1h30m)");
    assertComplains(
        "-1s", a -> a.duration(Duration.ZERO, GoDuration.MAX), "-1s is out of range (at least 0s)");
    assertComplains(
        "99999999999999999999999",
        a -> a.durationOrSeconds(Duration.ZERO, GoDuration.MAX),
        "\"99999999999999999999999\" is too long a duration");
    assertComplains("maybe", ArgumentReader::onOff, "\"maybe\" is neither on nor off");
    assertComplains(
        "16 MB",
        a -> a.bytes(0, 10),
        "\"16 MB\" is not a size; write 4096, 64Ki or 16Mi, for example");
    assertComplains("1Ki", a -> a.bytes(0, 1000), "1Ki is out of range (0 to 1000 bytes)");
    assertComplains(
        "999999999999999999Ti",
        a -> a.bytes(0, 1000),
        "999999999999999999Ti is out of range (0 to 1000 bytes)");
    assertComplains("10.1", ArgumentReader::ip, "\"10.1\" is not an IP address");
    assertComplains(
        "10.0.0.0/33",
        ArgumentReader::cidr,
        "\"10.0.0.0/33\" is neither an IP address nor a CIDR block");
    assertComplains(
        "dns.example:53",
        a -> a.ipPort(53),
        "\"dns.example:53\" is not an IP address with or without a port");
    assertComplains(
        "a b:80",
        a -> a.hostPort(53),
        "\"a b:80\" is not an address; write :8080, 127.0.0.1:8080 or [::1]:8080, for example");
    assertComplains(
        "a..b", ArgumentReader::domainName, "\"a..b\" is no domain name: it has an empty label");
    assertComplains(
        "randm",
        a -> a.word(Policy.class),
        "\"randm\" is not one of random, round_robin; did you mean \"random\"?");
    assertComplains("RANDOM", a -> a.word("a", "b"), "\"RANDOM\" is not one of a, b");
    assertComplains("", a -> a.path(Path.of("/")), "\"\" is not the name of a file");
    assertComplains("a\0b", a -> a.path(Path.of("/")), "\"a\\u0000b\" is not the name of a file");
  }

  private static void assertComplains(
      String text, Function<ArgumentReader, Object> read, String message) {
    var complaints = new Problems();
    var at = new Location("Corefile", 7);
    var value = read.apply(new ArgumentReader("option", new Argument(text, at), complaints));
    assertThat(value.toString()).endsWith(".empty");
    assertThat(complaints).hasToString("Corefile:7: option: " + message);
  }

  @Test
  void everyRightValueIsRead() throws Exception {
    assertThat(argument("10").integer(0, 10)).hasValue(10);
    assertThat(argument("0.25").decimal(0, 1)).hasValue(0.25);
    assertThat(argument("10%").percentage(10, 90)).hasValue(10);
    assertThat(argument("90").percentage(10, 90)).hasValue(90);
    assertThat(argument("5").durationOrSeconds(Duration.ZERO, GoDuration.MAX))
        .hasValue(Duration.ofSeconds(5));
    assertThat(argument("250ms").durationOrSeconds(Duration.ZERO, GoDuration.MAX))
        .hasValue(Duration.ofMillis(250));
    assertThat(argument("True").onOff()).hasValue(true);
    assertThat(argument("4096").bytes(0, 1 << 20)).hasValue(4096);
    assertThat(argument("64k").bytes(0, 1 << 20)).hasValue(64_000);
    assertThat(argument("64KiB").bytes(0, 1 << 20)).hasValue(65_536);
    assertThat(argument("1Ti").bytes(0, Long.MAX_VALUE)).hasValue(1L << 40);
    assertThat(argument("::ffff:192.0.2.1").ip()).hasValue(InetAddress.getByName("192.0.2.1"));
    assertThat(argument("2001:db8::1").ipPort(53))
        .hasValue(new InetSocketAddress("2001:db8::1", 53));
    assertThat(argument(":9153").hostPort(53)).hasValue(new HostPort("", 9153));
    assertThat(argument("localhost:9153").hostPort(53)).hasValue(new HostPort("localhost", 9153));
    assertThat(argument("fe80::1%eth0").hostPort(53)).hasValue(new HostPort("fe80::1%eth0", 53));
    assertThat(argument("tls://Example.org:99").zones()).containsExactly("example.org.");
    assertThat(argument("/abs").path(Path.of("root"))).hasValue(Path.of("/abs"));
    expectProblems();
  }

  @Test
  void askingPastTheArgumentsIsABugOfTheCaller() {
    var in = reader("loop");

    assertThatThrownBy(() -> in.argument(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> in.option("x").argument(0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private ArgumentReader argument(String text) {
    return new ArgumentReader("option", new Argument(text, new Location("Corefile", 1)), problems);
  }

  private DirectiveReader reader(String directive) {
    var corefile =
        Corefile.parse(". {\n" + directive + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    expectProblems();
    return new DirectiveReader(corefile.blocks().getFirst().directives().getFirst(), problems);
  }

  private void expectProblems(String... lines) {
    assertThat(problems).hasToString(String.join("\n", lines));
  }
}
