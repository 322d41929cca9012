package dev.byname.plugin.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.PluginBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private final List<String> counted = new ArrayList<>();

  private final TemplateObserver observer =
      new TemplateObserver() {
        @Override
        public void matched(Labels labels) {
          counted.add("match " + print(labels));
        }

        @Override
        public void templateFailed(Labels labels, String section, String template) {
          counted.add("template " + print(labels) + " " + section + " " + template);
        }

        @Override
        public void recordFailed(Labels labels, String section, String template) {
          counted.add("record " + print(labels) + " " + section + " " + template);
        }

        private static String print(Labels labels) {
          return "%s %s %s %s"
              .formatted(
                  labels.query().server(), labels.zone(), labels.queryClass(), labels.type());
        }
      };

  private PluginBench given(String... lines) {
    return PluginBench.of(new TemplateFactory(), String.join("\n", lines), observer);
  }

  private static final String IP =
      """
      template IN A example {
        match "(^|[.])ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$"
        answer "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
        fallthrough
      }
      template IN A hex.example {
        match "^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.]hex[.]example[.]$"
        answer "{{ .Name }} 60 IN A 10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}"
      }
      template IN MX example {
        match "^ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$"
        answer "{{ .Name }} 60 IN MX 10 {{ .Name }}"
        authority "example. IN NS ns0.example."
        additional "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
        fallthrough example
      }
      template ANY ANY invalid {
        rcode NXDOMAIN
        authority "invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"
        ederror 21 "Blocked according to RFC2606"
      }
      template IN A me.example {
        answer "{{ .Zone }} 60 {{ .Class }} {{ .Type }} {{ .Remote }}"
      }
      template ANY ANY failing.test {
        rcode SERVFAIL
      }\
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ip-10-95-12-8.example. A      | NOERROR aa; ip-10-95-12-8.example. 60 IN A 10.95.12.8
          A.ip-10-95-12-8.Example. A    | NOERROR aa; a.ip-10-95-12-8.example. 60 IN A 10.95.12.8
          ip-10-95-12-8.example. ANY    | NOERROR aa; ip-10-95-12-8.example. 60 IN A 10.95.12.8
          ip-10-95-12-8.example. MX     | NOERROR aa; ip-10-95-12-8.example. 60 IN MX 10 ip-10-95-12-8.example.; authority example. 3600 IN NS ns0.example.; additional ip-10-95-12-8.example. 60 IN A 10.95.12.8
          ip-10-95-12-8.example. TXT    | NOERROR ra; ip-10-95-12-8.example. 1 IN TXT "behind"
          other.example. A              | NOERROR ra; other.example. 1 IN A 192.0.2.1
          ip0a5f0c09.hex.example. A     | NOERROR aa; ip0a5f0c09.hex.example. 60 IN A 10.95.12.9
          ip0b5f0c09.hex.example. A     | SERVFAIL
          a.invalid. A                  | NXDOMAIN aa; authority invalid. 60 IN SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60; option 15 0015426c6f636b6564206163636f7264696e6720746f2052464332363036
          a.invalid. A +noedns          | NXDOMAIN aa; authority invalid. 60 IN SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60
          a.invalid. TXT CH             | NXDOMAIN aa; authority invalid. 60 CH SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60; option 15 0015426c6f636b6564206163636f7264696e6720746f2052464332363036
          x.me.example. A               | NOERROR aa; me.example. 60 IN A 127.0.0.1
          a.failing.test. A             | SERVFAIL
          """)
  void answers(String question, String expected) {
    assertThat(
            given(IP)
                .upstream("ip-10-95-12-8.example. TXT", "ip-10-95-12-8.example. 1 IN TXT behind")
                .upstream("other.example. A", "other.example. 1 IN A 192.0.2.1")
                .ask(question))
        .isEqualTo(expected);
  }

  @Test
  void theTargetOfACnameIsAskedForInThisServer() {
    PluginBench bench =
        given(
                """
                template IN ANY foogle.com {
                  match "^foogle\\.com\\.$"
                  answer "foogle.com 60 IN CNAME google.com"
                }\
                """)
            .upstream("google.com. A", "google.com. 5 IN A 192.0.2.1");
    assertThat(bench.ask("foogle.com. A"))
        .isEqualTo("NOERROR aa; foogle.com. 60 IN CNAME google.com.; google.com. 5 IN A 192.0.2.1");
    assertThat(bench.ask("foogle.com. AAAA"))
        .as("nobody knows it")
        .isEqualTo("NOERROR aa; foogle.com. 60 IN CNAME google.com.");
    assertThat(bench.ask("foogle.com. MX"))
        .isEqualTo("NOERROR aa; foogle.com. 60 IN CNAME google.com.");
    assertThat(bench.asked()).hasSize(2);
  }

  @Test
  void theFirstPatternThatMatchesCounts() {
    PluginBench bench =
        given(
            """
            template IN A example {
              match "^a-(?P<x>1)" "^b-(?P<x>[0-9])"
              match "^.-(?P<x>3)"
              answer "{{ .Name }} IN A 192.0.2.{{ .Group.x }}"
            }\
            """);
    assertThat(bench.ask("a-1.example. A")).endsWith("192.0.2.1");
    assertThat(bench.ask("b-2.example. A")).endsWith("192.0.2.2");
    assertThat(bench.ask("c-3.example. A")).endsWith("192.0.2.3");
    assertThat(bench.ask("c-4.example. A")).isEqualTo("SERVFAIL");
  }

  @Test
  void matchesAndFailuresAreCounted() {
    PluginBench bench =
        given(
            """
            template IN A a.example {
              answer "{{ .Name }} 60 IN A 192.0.2.1"
            }
            template IN TXT b.example {
              answer "{{ .Name }} IN TXT {{ index .Match 2 }}"
            }
            template IN ANY c.example {
              additional "{{ .Name }}"
            }\
            """);
    bench.ask("x.a.example. A");
    assertThat(bench.ask("x.b.example. TXT")).isEqualTo("SERVFAIL");
    assertThat(bench.ask("x.c.example. TYPE65280")).isEqualTo("SERVFAIL");
    bench.ask("x.a.example. AAAA");
    assertThat(counted)
        .containsExactly(
            "match dns://:53 a.example. IN A",
            "match dns://:53 b.example. IN TXT",
            "template dns://:53 b.example. IN TXT answer {{.Name}} IN TXT {{index .Match 2}}",
            "match dns://:53 c.example. IN ",
            "record dns://:53 c.example. IN  additional {{.Name}}");
  }

  @Test
  void complaints() {
    assertThat(
            PluginBench.problems(
                new TemplateFactory(),
                """
                template IN
                template XY A
                template IN XY {
                  match "(a"
                  match
                  answer "{{ .Nome }} IN A 192.0.2.1" "{{ .Name"
                  rcode NOTHING
                  ederror 21 a b
                  var ip group('ip')
                  upstream
                  nothing
                }\
                """))
        .isEqualTo(
            """
            Corefile:2: template: takes at least 2 arguments, found 1
            Corefile:3: template: "XY" is not one of IN, CH, HS, ANY
            Corefile:4: template: "XY" is no record type
            Corefile:5: match: "(a" is no regular expression: missing closing )
            Corefile:6: match: takes at least 1 argument, found none
            Corefile:7: answer: "{{ .Nome }} IN A 192.0.2.1": there is no .Nome; there are .Class .Group .Match .Message .Meta .Name .Question .Regex .Remote .Type .Zone
            Corefile:7: answer: "{{ .Name": "{{" without "}}"
            Corefile:8: rcode: "NOTHING" is no response code
            Corefile:9: ederror: takes 1 to 2 arguments, found 3
            Corefile:10: option "var" of template is known to CoreDNS but not supported by Byname: write what it computes into the record, with parseInt or printf
            Corefile:11: warning: option "upstream" of template is ignored: a template always asks its own server
            Corefile:12: unknown option "nothing" in template\
            """);
  }
}
