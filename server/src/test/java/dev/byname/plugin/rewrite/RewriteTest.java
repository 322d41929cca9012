package dev.byname.plugin.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.rdata.Edns;
import dev.byname.testkit.PluginBench;
import dev.byname.wire.Rcode;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewriteTest {
  private static PluginBench given(String... lines) {
    return PluginBench.of(new RewriteFactory(), String.join("\n", lines));
  }

  /**
   * What is asked for instead; the rules of CoreDNS's own tests are among them. That {@code red} of
   * prefix and substring ends a label is CoreDNS's way too.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name from.nl to.nl                            | From.NL.              | to.nl.
          name exact from.nl. to.nl.                    | a.from.nl.            | a.from.nl.
          name prefix foo bar                           | foo.example.com.      | bar.example.com.
          name prefix foo. bar.                         | foo.example.com.      | bar.example.com.
          name prefix foo bar                           | foot.example.com.     | foot.example.com.
          name suffix com org                           | foo.example.com.      | foo.example.org.
          name suffix .ingress.coredns.rocks nginx.coredns.rocks | coredns.ingress.coredns.rocks. | corednsnginx.coredns.rocks.
          name suffix com org                           | com.coredns.          | com.coredns.
          name substring red blue                       | x-red.org.            | x-blue.org.
          name substring red blue                       | red-x.org.            | red-x.org.
          name substring service svc                    | com.coredns.          | com.coredns.
          name regex (.*)-(us-west-1)\\.example\\.org {1}.service.{2}.consul | FTP-us-west-1.example.org. | ftp.service.us-west-1.consul.
          name regex (f.*m)\\.regex\\.(nl) to.{2}       | from.regex.nl.        | to.nl.
          continue name regex consul\\.(rocks) core.dns.{1} | consul.rocks.     | core.dns.rocks.
          """)
  void names(String rule, String asked, String instead) {
    PluginBench bench = given("rewrite " + rule);
    bench.ask(asked + " A");
    assertThat(bench.asked())
        .extracting(request -> request.question().name().toString())
        .containsExactly(instead.equalsIgnoreCase(asked) ? asked : instead);
  }

  @Test
  void firstRuleThatAppliesIsTheLastUnlessItSaysContinue() {
    PluginBench bench =
        given(
            "rewrite continue name a.org b.org",
            "rewrite name b.org c.org",
            "rewrite name c.org d.org");
    bench.ask("a.org. A");
    bench.ask("c.org. A");
    assertThat(bench.asked())
        .extracting(request -> request.question().name().toString())
        .containsExactly("c.org.", "d.org.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name exact www.org b.consul                               | Www.org. | NOERROR ra; Www.org. 9 IN A 192.0.2.1
          name regex www.org b.consul                               | www.org. | NOERROR ra; b.consul. 9 IN A 192.0.2.1
          name regex www.org b.consul answer auto                   | www.org. | NOERROR ra; www.org. 9 IN A 192.0.2.1
          name prefix www. b. answer auto                           | www.consul. | NOERROR ra; www.consul. 9 IN A 192.0.2.1
          name suffix .org .consul answer auto                      | B.org.   | NOERROR ra; B.org. 9 IN A 192.0.2.1
          name substring .org .consul answer auto                   | b.org.   | NOERROR ra; b.org. 9 IN A 192.0.2.1
          name suffix .org .consul answer name (.*)\\.consul {1}.net | b.org.  | NOERROR ra; b.net. 9 IN A 192.0.2.1
          """)
  void ownersOfTheAnswer(String rule, String asked, String answer) {
    assertThat(
            given("rewrite " + rule)
                .upstream("b.consul. A", "b.consul. 9 IN A 192.0.2.1")
                .ask(asked + " A"))
        .isEqualTo(answer);
  }

  private static final String[] EVERYTHING = {
    "x.consul. 9 IN SRV 0 1 80 t.x.consul.",
    "x.consul. 9 IN CNAME c.x.consul.",
    "x.consul. 9 IN DNAME d.x.consul.",
    "x.consul. 9 IN MX 5 m.x.consul.",
    "x.consul. 9 IN NAPTR 1 2 \"s\" \"http\" \"\" n.x.consul.",
    "x.consul. 9 IN PTR p.x.consul.",
    "x.consul. 9 IN TXT \"x.consul.\"",
    "authority x.consul. 9 IN SOA s.x.consul. h.x.consul. 1 2 3 4 5",
    "authority consul. 9 IN NS x.consul.",
    "additional t.x.consul. 9 IN A 192.0.2.1",
  };

  @Test
  void autoPutsTheNameBackWhereverItStands() {
    assertThat(
            given("rewrite name regex ^x\\.org\\.$ x.consul answer auto")
                .upstream("x.consul. SRV", EVERYTHING)
                .ask("x.org. SRV")
                .replace("; ", "\n"))
        .isEqualTo(
            """
            NOERROR ra
            x.org. 9 IN SRV 0 1 80 t.x.org.
            x.org. 9 IN CNAME c.x.org.
            x.org. 9 IN DNAME d.x.org.
            x.org. 9 IN MX 5 m.x.org.
            x.org. 9 IN NAPTR \\# 21 000100020173046874747000016E0178036F726700
            x.org. 9 IN PTR p.x.org.
            x.org. 9 IN TXT "x.consul."
            authority x.org. 9 IN SOA s.x.org. h.x.consul. 1 2 3 4 5
            authority consul. 9 IN NS x.org.
            additional t.x.org. 9 IN A 192.0.2.1\
            """);
  }

  /** The SOA's owner has no dot before its suffix, so it stays; as CoreDNS. */
  @Test
  void autoOfASuffixPutsTheSuffixBack() {
    assertThat(
            given("rewrite name suffix .org .consul answer auto")
                .upstream(
                    "www.consul. A",
                    "NXDOMAIN",
                    "authority consul. 9 IN SOA ns.consul. host.consul. 1 2 3 4 5")
                .ask("www.org. A"))
        .isEqualTo("NXDOMAIN ra; authority consul. 9 IN SOA ns.org. host.consul. 1 2 3 4 5");
  }

  @Test
  void namesAndValuesByRegularExpression() {
    assertThat(
            given(
                    """
                    rewrite stop {
                      name suffix .arpa .arpa
                      answer auto answer value (.*)\\.service\\.consul\\. {1}.coredns.rocks.
                    }\
                    """)
                .upstream(
                    "30.30.30.10.in-addr.arpa. PTR",
                    "30.30.30.10.in-addr.arpa. 60 IN PTR ftp.service.consul.")
                .ask("30.30.30.10.in-addr.arpa. PTR"))
        .isEqualTo("NOERROR ra; 30.30.30.10.in-addr.arpa. 60 IN PTR ftp.coredns.rocks.");
  }

  /** What the last rule did to the question is undone first. */
  @Test
  void answersGoBackThroughTheRulesInReverse() {
    assertThat(
            given(
                    "rewrite continue name exact a.org b.org",
                    "rewrite continue name exact b.org c.org",
                    "rewrite ttl c.org 60")
                .upstream("c.org. A", "c.org. 5 IN A 192.0.2.1")
                .ask("A.org. A"))
        .isEqualTo("NOERROR ra; A.org. 60 IN A 192.0.2.1");
  }

  @Test
  void typeAndClass() {
    PluginBench bench =
        given("rewrite continue class CH IN", "rewrite type ANY HINFO")
            .upstream("a.org. HINFO", "a.org. 5 IN HINFO \"x\" \"\"");
    assertThat(bench.ask("a.org. ANY")).isEqualTo("NOERROR ra; a.org. 5 IN HINFO \\# 3 017800");
    bench.ask("a.org. TXT CH");
    assertThat(bench.asked().getLast().question().queryClass()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ttl a.org 30             | 30
          ttl a.org 30-            | 30
          ttl a.org -3             | 3
          ttl a.org 1-300          | 5
          ttl suffix .org. 7-7     | 7
          ttl regex ^a 8           | 8
          ttl prefix b 8           | 5
          ttl substring a.org 8    | 8
          """)
  void ttls(String rule, int seconds) {
    assertThat(
            given("rewrite " + rule)
                .upstream("a.org. A", "a.org. 5 IN A 192.0.2.1")
                .ask("a.org. A"))
        .isEqualTo("NOERROR ra; a.org. " + seconds + " IN A 192.0.2.1");
  }

  @Test
  void rcodesAlsoOfWhatFailed() {
    PluginBench bench =
        given("rewrite rcode suffix .org SERVFAIL NOERROR", "rewrite rcode regex .* 3 REFUSED")
            .behind("a.org. A", new Response.Failure(Rcode.SERVFAIL, "why"))
            .upstream("b.org. A", "SERVFAIL")
            .upstream("c.org. A", "NXDOMAIN")
            .upstream("c.net. A", "NXDOMAIN");
    assertThat(bench.ask("a.org. A")).isEqualTo("NOERROR");
    assertThat(bench.ask("b.org. A")).isEqualTo("NOERROR ra");
    assertThat(bench.ask("c.org. A")).isEqualTo("NXDOMAIN ra");
    assertThat(bench.ask("c.net. A")).isEqualTo("REFUSED ra");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cname regex (.*)\\.cdn\\.example\\.net\\. {1}.other.cdn.com.
          cname suffix .cdn.example.net. .other.cdn.com.
          cname exact my-app.com.cdn.example.net my-app.com.other.cdn.com
          cname my-app.com.cdn.example.net my-app.com.other.cdn.com
          cname substring cdn.example.net other.cdn.com
          cname prefix my-app.com.cdn.example.net. my-app.com.other.cdn.com.
          """)
  void cnamesLeadElsewhere(String rule) {
    assertThat(
            given("rewrite " + rule)
                .upstream(
                    "my-app.com. A",
                    "my-app.com. 200 IN CNAME my-app.example.",
                    "my-app.example. 200 IN CNAME my-app.com.cdn.example.net.",
                    "my-app.com.cdn.example.net. 300 IN A 20.2.0.1")
                .upstream(
                    "my-app.com.other.cdn.com. A", "my-app.com.other.cdn.com. 100 IN A 30.3.1.2")
                .ask("my-app.com. A"))
        .isEqualTo(
            "NOERROR ra; my-app.com. 200 IN CNAME my-app.example."
                + "; my-app.example. 200 IN CNAME my-app.com.other.cdn.com."
                + "; my-app.com.other.cdn.com. 100 IN A 30.3.1.2");
  }

  @Test
  void aTargetThatNobodyKnowsLeavesTheAnswerAsItIs() {
    assertThat(
            given("rewrite cname b.org c.org")
                .upstream("a.org. A", "a.org. 1 IN CNAME b.org.", "b.org. 1 IN A 192.0.2.1")
                .ask("a.org. A"))
        .isEqualTo("NOERROR ra; a.org. 1 IN CNAME b.org.; b.org. 1 IN A 192.0.2.1");
  }

  /** A target that leads to itself ends at the bound for queries of our own. */
  @Test
  void cnamesInACircleEnd() {
    assertThat(
            given("rewrite cname prefix b. a.")
                .upstream("a.org. A", "a.org. 1 IN CNAME b.org.")
                .ask("a.org. A"))
        .startsWith("NOERROR ra; a.org. 1 IN CNAME");
  }

  @Test
  void aNameThatIsNoneFails() {
    assertThat(given("rewrite name regex (.*) {1}..").ask("a.org. A")).isEqualTo("SERVFAIL");
    assertThat(given("rewrite name regex (.*) {1}{1}{1}{1}").ask("a" + ".b".repeat(50) + ". A"))
        .isEqualTo("SERVFAIL");
  }

  // ---- EDNS

  private static String options(Request request) {
    var text = new StringBuilder();
    Edns edns = request.edns();
    for (Edns.Option option : edns == null ? List.<Edns.Option>of() : edns.options()) {
      text.append(text.isEmpty() ? "" : " ")
          .append(option.code())
          .append(':')
          .append(HexFormat.of().formatHex(option.data()));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          local set 0xffee 0x61626364    |                    | 65518:61626364
          local set 65518 abcd           | +opt=65518:00      | 65518:61626364
          local append 65518 abcd        | +opt=65518:00      | 65518:00
          local append 65518 abcd        | +opt=65001:00      | 65001:00 65518:61626364
          local replace 65518 abcd       | +opt=65518:00      | 65518:61626364
          local replace 65518 abcd       |                    |
          local unset 65518              | +opt=65518:00      |
          local set 65518 {qname}        |                    | 65518:412e6f72672e
          local set 65518 {qtype}        |                    | 65518:0001
          local set 65518 {client_ip}    |                    | 65518:c0a80207
          local set 65518 {client_port}  |                    | 65518:9c40
          local set 65518 {server_ip}    |                    | 65518:7f000001
          local set 65518 {server_port}  |                    | 65518:0035
          local set 65518 {protocol}     |                    | 65518:756470
          local set 65518 {no/label}     |                    |
          nsid set                       |                    | 3:
          nsid unset                     | +opt=3:            |
          subnet set 24 56               |                    | 8:00011800c0a802
          subnet set 20 56               |                    | 8:00011400c0a800
          subnet set 0 56                | +opt=8:00011800010203 | 8:00010000
          subnet append 24 56            | +opt=8:00011800010203 | 8:00011800010203
          subnet unset                   | +opt=8:00011800010203 |
          """)
  void optionsOfTheQuery(String rule, String sent, String expected) {
    PluginBench bench = given("rewrite edns0 " + rule).from("192.168.2.7");
    bench.ask("A.org. A " + (sent == null ? "" : sent));
    assertThat(options(bench.asked().getFirst())).isEqualTo(expected == null ? "" : expected);
  }

  @Test
  void theSubnetOfAnIpv6Client() {
    PluginBench bench = given("rewrite edns0 subnet set 24 52").from("2001:db8:1:ffff::7");
    bench.ask("a.org. A");
    assertThat(options(bench.asked().getFirst())).isEqualTo("8:0002340020010db80001f0");
  }

  /** The example of CoreDNS's README: the client sees what the rule without revert has set. */
  @Test
  void theClientSeesLocalOptionsThatAreNotReverted() {
    PluginBench bench =
        given(
                "rewrite continue {\n edns0 local set 0xffee abcd\n}",
                "rewrite edns0 local replace 0xffee bcde revert")
            .upstream("a.org. A", "a.org. 1 IN A 192.0.2.1");
    assertThat(bench.ask("a.org. A"))
        .isEqualTo("NOERROR ra; a.org. 1 IN A 192.0.2.1; option 65518 61626364");
    assertThat(options(bench.asked().getFirst())).isEqualTo("65518:62636465");
    assertThat(bench.ask("a.org. A +noedns"))
        .as("no OPT for whom has sent none (RFC 6891 section 6.1.1)")
        .isEqualTo("NOERROR ra; a.org. 1 IN A 192.0.2.1");
  }

  // ---- reading

  @Test
  void complaints() {
    assertThat(
            PluginBench.problems(
                new RewriteFactory(),
                """
                rewrite
                rewrite stop
                rewrite nam a b
                rewrite name a.com
                rewrite name a.com b.com c.com
                rewrite name exact a..com b.com
                rewrite name regex ([a]\\.com new-{1}.com
                rewrite name regex (.*)\\.org {1}.{2}.org
                rewrite name regex a b NoAnswer name c d
                rewrite name suffix a b answer
                rewrite name suffix a b answer ttl c d
                rewrite name regex a b answer name c
                rewrite name suffix a b answer auto name c d
                rewrite type any
                rewrite type XY WV
                rewrite class IN WV
                rewrite ttl a.org x
                rewrite ttl a.org -
                rewrite ttl a.org 300-30
                rewrite rcode a.org SERVFAIL NOTHING
                rewrite cname a.org
                rewrite edns0 local foo 0xffee abcd
                rewrite edns0 local set 0x1ffee abcd
                rewrite edns0 local set 0xffee 0xabc
                rewrite edns0 local set 0xffee {dummy}
                rewrite edns0 local unset 0xffee abcd
                rewrite edns0 nsid set junk
                rewrite edns0 subnet set 33 129
                rewrite answer name a b
                rewrite name a.com b.com {
                  ttl 5
                }\
                """))
        .isEqualTo(
            """
            Corefile:2: rewrite: needs a rule: name, type, class, ttl, rcode, cname or edns0
            Corefile:3: rewrite: needs a rule: name, type, class, ttl, rcode, cname or edns0
            Corefile:4: rewrite: "nam" is no rule: name, type, class, ttl, rcode, cname or edns0
            Corefile:5: rewrite: name needs what to look for and what to ask for instead
            Corefile:6: rewrite: "a.com" is not one of exact, prefix, suffix, substring, regex
            Corefile:7: rewrite: "a..com" is no domain name
            Corefile:8: rewrite: "([a]\\.com" is no regular expression: missing closing )
            Corefile:9: rewrite: "{1}.{2}.org" uses group 2, but "(.*)\\.org" has 1
            Corefile:10: rewrite: "NoAnswer" is one too many; only answer may follow
            Corefile:11: rewrite: answer needs auto, name or value
            Corefile:12: rewrite: "ttl" is not one of auto, name, value
            Corefile:13: rewrite: answer name needs a regular expression and a name
            Corefile:14: rewrite: answer auto and answer name cannot stand together
            Corefile:15: rewrite: type must have 2 words behind it, found 1
            Corefile:16: rewrite: "XY" is no record type
            Corefile:17: rewrite: "WV" is not one of IN, CH, HS
            Corefile:18: rewrite: "x" is no TTL: write 30, 30-300, 30- or -300
            Corefile:19: rewrite: "-" is no TTL: write 30, 30-300, 30- or -300
            Corefile:20: rewrite: "300-30" is no range of TTLs (0 to 2147483647, the lower one first)
            Corefile:21: rewrite: "NOTHING" is no response code
            Corefile:22: rewrite: cname must have 2 or 3 words behind it, found 1
            Corefile:23: rewrite: "foo" is not one of set, append, replace, unset
            Corefile:24: rewrite: "0x1ffee" is no option code: write a number up to 65535, as 65518 or 0xffee
            Corefile:25: rewrite: "0xabc" is not a whole number of hexadecimal bytes
            Corefile:26: rewrite: "{dummy}" is neither a variable ({qname} {qtype} {client_ip} {client_port} {protocol} {server_ip} {server_port}) nor a label of metadata ({plugin/label})
            Corefile:27: rewrite: unset must have one word behind it, found 2
            Corefile:28: rewrite: set must have nothing behind it, found 1
            Corefile:29: rewrite: 33 is out of range (0 to 32)
            Corefile:29: rewrite: 129 is out of range (0 to 128)
            Corefile:30: rewrite: answer must stand behind a name rule
            Corefile:31: rewrite: takes no block in braces\
            """);
  }

  @Test
  void whatCheckSays() {
    assertThat(
            PluginBench.describe(
                new RewriteFactory(),
                """
                rewrite continue name suffix .a.org .b.org answer auto
                rewrite ttl regex ^x 30-300
                rewrite rcode a.org SERVFAIL NOERROR
                rewrite edns0 local set 0xffee {client_ip} revert
                rewrite edns0 subnet unset
                rewrite type ANY HINFO
                rewrite cname prefix a. b.\
                """))
        .containsExactly(
            "asks for .b.org. instead of ….a.org., and renames the answer, and goes on",
            "/^x/: TTL 30 to 300",
            "a.org.: NOERROR instead of SERVFAIL",
            "EDNS: set option 65518 {client_ip} revert",
            "EDNS: unset option 8",
            "asks for type HINFO instead of ANY",
            "leads CNAMEs to b. instead of a.…");
  }
}
