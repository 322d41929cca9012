package dev.byname.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.plugin.any.AnyFactory;
import dev.byname.plugin.bufsize.BufsizeFactory;
import dev.byname.plugin.chaos.ChaosFactory;
import dev.byname.plugin.header.HeaderFactory;
import dev.byname.plugin.minimal.MinimalFactory;
import dev.byname.plugin.nsid.NsidFactory;
import dev.byname.query.Response;
import dev.byname.testkit.PluginBench;
import dev.byname.wire.Header;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** any, chaos, header, minimal, nsid: what they do to a query and its answer. */
class SmallPluginsTest {
  private static final String[] RECORDS = {
    "a.org. 5 IN A 192.0.2.1",
    "authority org. 5 IN NS ns.org.",
    "additional ns.org. 5 IN A 192.0.2.2"
  };

  @Test
  void headerSetsAndClearsFlags() {
    PluginBench bench =
        PluginBench.of(
                new HeaderFactory(),
                "header {\n response set aa\n Response CLEAR RA\n query clear rd\n}")
            .upstream("a.org. A", "a.org. 5 IN A 192.0.2.1")
            .inProcess("b.org. A", "b.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("a.org. A")).isEqualTo("NOERROR aa; a.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("b.org. A")).isEqualTo("NOERROR aa; b.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("c.org. A")).as("what nobody answered").isEqualTo("SERVFAIL");
    assertThat(bench.asked()).allMatch(request -> !request.recursionDesired());
  }

  @Test
  void ofHeadersLinesTheLastWins() {
    PluginBench bench =
        PluginBench.of(
                new HeaderFactory(),
                "header {\n"
                    + " query set aa rd\n"
                    + " query clear aa\n"
                    + " response clear ra\n"
                    + " response set ra\n"
                    + "}")
            .upstream("a.org. A", "a.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("a.org. A")).startsWith("NOERROR ra;");
    assertThat(bench.asked().getFirst().flags() & (Header.AA | Header.RD)).isEqualTo(Header.RD);
  }

  @Test
  void headersMistakes() {
    assertThat(
            PluginBench.problems(
                new HeaderFactory(),
                """
                header {
                  answer set ra
                  response ra
                  response put ra
                  response set tc
                }
                header\
                """))
        .isEqualTo(
            """
            Corefile:3: answer: is neither query nor response
            Corefile:4: response: takes at least 2 arguments, found 1
            Corefile:5: response: "put" is not one of set, clear
            Corefile:6: response: "tc" is not one of aa, ra, rd
            Corefile:8: header: says nothing; write "response set ra", for example\
            """);
  }

  @Test
  void minimalLeavesTheAnswerSection() {
    PluginBench bench =
        PluginBench.of(new MinimalFactory(), "minimal")
            .upstream("a.org. A", RECORDS)
            .inProcess("b.org. A", RECORDS)
            .inProcess("whoami.org. A", "additional whoami.org. 0 IN A 192.0.2.1")
            .upstream("c.org. A", "authority org. 5 IN SOA ns.org. h.org. 1 2 3 4 5")
            .upstream("d.org. A", "NXDOMAIN", "authority org. 5 IN SOA ns.org. h.org. 1 2 3 4 5")
            .upstream(
                "x.e.org. A",
                "authority e.org. 5 IN NS n.e.org.",
                "additional n.e.org. 5 IN A 192.0.2.3")
            .upstream("f.org. A", "REFUSED", "additional f.org. 5 IN TXT why");
    assertThat(bench.ask("a.org. A")).isEqualTo("NOERROR ra; a.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("b.org. A")).isEqualTo("NOERROR ra; a.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("whoami.org. A")).isEqualTo("NOERROR ra");
    assertThat(bench.ask("c.org. A")).as("no data").contains("authority org. 5 IN SOA");
    assertThat(bench.ask("d.org. A")).as("no name").contains("authority org. 5 IN SOA");
    assertThat(bench.ask("x.e.org. A")).as("a referral").contains("NS n.e.org.; additional");
    assertThat(bench.ask("f.org. A")).as("an error").contains("additional");
  }

  @Test
  void anyIsAnsweredWithOneRecord() {
    PluginBench bench =
        PluginBench.of(new AnyFactory(), "any").upstream("a.org. A", "a.org. 5 IN A 192.0.2.1");
    String hinfo =
        HexFormat.of()
            .withUpperCase()
            .formatHex("\15ANY obsoleted\14See RFC 8482".getBytes(StandardCharsets.US_ASCII));
    assertThat(bench.ask("A.org. ANY")).isEqualTo("NOERROR; A.org. 8482 IN HINFO \\# 27 " + hinfo);
    assertThat(bench.ask("a.org. A")).isEqualTo("NOERROR ra; a.org. 5 IN A 192.0.2.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          version.bind. TXT CH    | NOERROR; version.bind. 0 CH TXT "Byname-001"
          Version.Server. TXT CH  | NOERROR; Version.Server. 0 CH TXT "Byname-001"
          authors.bind. TXT CH    | NOERROR; authors.bind. 0 CH TXT "dns@example.org"
          version.bind. A CH      | SERVFAIL
          version.bind. TXT       | SERVFAIL
          other.bind. TXT CH      | SERVFAIL
          """)
  void chaosSaysWhichServerThisIs(String question, String expected) {
    assertThat(PluginBench.of(new ChaosFactory(), "chaos Byname-001 dns@example.org").ask(question))
        .isEqualTo(expected);
  }

  @Test
  void chaosWithoutArguments() {
    PluginBench bench = PluginBench.of(new ChaosFactory(), "chaos");
    assertThat(bench.ask("version.bind. TXT CH")).contains("\"Byname-");
    assertThat(bench.ask("authors.bind. TXT CH")).isEqualTo("NOERROR");
    for (String name : new String[] {"hostname.bind.", "id.server."}) {
      assertThat(bench.ask(name + " TXT CH"))
          .isEqualTo("NOERROR; " + name + " 0 CH TXT \"" + HostName.get() + "\"");
    }
    assertThat(
            PluginBench.of(new ChaosFactory(), "chaos " + "v".repeat(300))
                .ask("version.bind. TXT CH"))
        .isEqualTo("NOERROR; version.bind. 0 CH TXT \"" + "v".repeat(255) + "\"");
  }

  @Test
  void nsidIsForThoseWhoAsk() {
    PluginBench bench =
        PluginBench.of(new NsidFactory(), "nsid Use The Force")
            .upstream("a.org. A", "a.org. 5 IN A 192.0.2.1")
            .inProcess("b.org. A", "b.org. 5 IN A 192.0.2.1")
            .behind("c.org. A", new Response.Failure(2, "why"));
    String force =
        "; option 3 "
            + HexFormat.of().formatHex("Use The Force".getBytes(StandardCharsets.US_ASCII));
    assertThat(bench.ask("a.org. A +opt=3:"))
        .isEqualTo("NOERROR ra; a.org. 5 IN A 192.0.2.1" + force);
    assertThat(bench.ask("b.org. A +opt=3:")).endsWith(force);
    assertThat(bench.ask("a.org. A")).isEqualTo("NOERROR ra; a.org. 5 IN A 192.0.2.1");
    assertThat(bench.ask("c.org. A +opt=3:")).as("as CoreDNS").isEqualTo("SERVFAIL");
    assertThat(
            PluginBench.of(new NsidFactory(), "nsid").upstream("a.org. A").ask("a.org. A +opt=3:"))
        .endsWith(HexFormat.of().formatHex(HostName.get().getBytes(StandardCharsets.UTF_8)));
    assertThat(PluginBench.problems(new NsidFactory(), "nsid a\nnsid b"))
        .isEqualTo(
            "Corefile:3: nsid can be given only once in a server block; it already is in"
                + " Corefile:2");
  }

  @Test
  void theSmallOnesTakeNoArguments() {
    assertThat(PluginBench.problems(new AnyFactory(), "any thing"))
        .isEqualTo("Corefile:2: any: takes no argument, found 1");
    assertThat(PluginBench.problems(new MinimalFactory(), "minimal {\n x\n}"))
        .isEqualTo("Corefile:2: minimal: takes no block in braces");
    assertThat(PluginBench.problems(new BufsizeFactory(), "bufsize 511"))
        .isEqualTo("Corefile:2: bufsize: 511 is out of range (512 to 4096)");
  }
}
