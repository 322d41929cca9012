package dev.byname.plugin.acl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.QueryMetrics;
import dev.byname.testkit.PluginBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclTest {
  private final List<String> counted = new ArrayList<>();

  private final AclObserver observer =
      new AclObserver() {
        @Override
        public void allowed(QueryMetrics.Key query) {
          counted.add("allowed " + query.server());
        }

        @Override
        public void blocked(QueryMetrics.Key query, String zone) {
          counted.add("blocked " + query.server() + " " + zone);
        }

        @Override
        public void filtered(QueryMetrics.Key query, String zone) {
          counted.add("filtered " + query.server() + " " + zone);
        }

        @Override
        public void dropped(QueryMetrics.Key query, String zone) {
          counted.add("dropped " + query.server() + " " + zone);
        }
      };

  private PluginBench given(String lines) {
    return PluginBench.of(new AclFactory(), lines, observer)
        .upstream("a.example.org. A", "a.example.org. 1 IN A 192.0.2.1")
        .upstream("a.example.org. AAAA", "a.example.org. 1 IN AAAA 2001:db8::1");
  }

  private static final String PASSED = "NOERROR ra; a.example.org. 1 IN A 192.0.2.1";
  private static final String BLOCKED = "REFUSED; option 15 000f";
  private static final String FILTERED = "NOERROR; option 15 0011";

  /** CoreDNS's own cases, and both families. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          block type A net 192.168.0.0/16          | 192.168.0.2  | A    | blocked
          block type A net 192.168.0.0/16          | 192.167.0.2  | A    | allowed
          block type A net 192.168.0.0/16          | 192.168.0.2  | AAAA | allowed
          block type * net 192.168.0.0/16          | 192.168.0.2  | AAAA | blocked
          block type A net *                       | 192.167.0.2  | A    | blocked
          block net 192.168.3.4 type AAAA A        | 192.168.3.4  | A    | blocked
          block net 192.168.3.4                    | 192.168.3.5  | A    | allowed
          block                                    | 10.0.0.1     | A    | blocked
          BLOCK type a                             | 10.0.0.1     | A    | blocked
          filter net 2001:db8:abcd:0012::0/64      | 2001:db8:abcd:12::ff | A | filtered
          filter net 2001:db8:abcd:0012::0/64      | 2001:db8:abcd:13::ff | A | allowed
          filter net 2001:db8::7                   | 2001:db8::7  | A    | filtered
          drop net 192.0.2.0/24                    | 192.0.2.9    | A    | dropped
          allow net 192.168.1.0/24 ; block net 192.168.0.0/16 | 192.168.1.2 | A | allowed
          allow net 192.168.1.0/24 ; block net 192.168.0.0/16 | 192.168.2.2 | A | blocked
          """)
  void policies(String policies, String client, String type, String what) {
    PluginBench bench = given("acl {\n" + policies.replace(" ; ", "\n") + "\n}").from(client);
    String answer = bench.ask("a.example.org. " + type);
    switch (what) {
      case "blocked" -> assertThat(answer).isEqualTo(BLOCKED);
      case "filtered" -> assertThat(answer).isEqualTo(FILTERED);
      case "dropped" -> assertThat(answer).isEqualTo("silence");
      default -> assertThat(answer).startsWith("NOERROR ra; a.example.org. 1 IN " + type);
    }
    assertThat(counted).containsExactly(what + " dns://:53" + (what.equals("allowed") ? "" : " ."));
  }

  @Test
  void rulesOfZones() {
    PluginBench bench =
        given(
            """
            acl example.org a.example.org {
              block net 192.168.1.0/24
            }
            acl {
              allow net 192.168.2.0/24
              filter
            }
            acl {
              drop
            }\
            """);
    assertThat(bench.from("192.168.1.1").ask("a.example.org. A")).isEqualTo(BLOCKED);
    assertThat(bench.from("192.168.1.1").ask("example.com. A")).isEqualTo(FILTERED);
    assertThat(bench.from("192.168.2.1").ask("a.example.org. A")).isEqualTo(PASSED);
    assertThat(bench.from("192.168.3.1").ask("a.example.org. A +noedns"))
        .as("no OPT for whom sent none")
        .isEqualTo("NOERROR");
    assertThat(counted)
        .containsExactly(
            "blocked dns://:53 a.example.org.",
            "filtered dns://:53 .",
            "allowed dns://:53",
            "filtered dns://:53 .");
  }

  @Test
  void complaints() {
    assertThat(
            PluginBench.problems(
                new AclFactory(),
                """
                acl {
                  refuse
                  block type
                  block type net 10.0.0.0/8
                  block A
                  block type NOTHING net 10.0.0.0/33 somewhere
                }\
                """))
        .isEqualTo(
            """
            Corefile:3: refuse: is not one of allow, block, filter, drop
            Corefile:4: block: nothing stands behind type
            Corefile:5: block: nothing stands behind type
            Corefile:6: block: "A" must stand behind type or net
            Corefile:7: block: "NOTHING" is no record type
            Corefile:7: block: "10.0.0.0/33" is neither an IP address nor a CIDR block
            Corefile:7: block: "somewhere" is neither an IP address nor a CIDR block\
            """);
  }

  @Test
  void whatCheckSays() {
    assertThat(
            PluginBench.describe(
                new AclFactory(),
                "acl a.org b.org {\n filter type TXT A net 10.0.0.0/8\n block\n}"))
        .containsExactly(
            "filter A TXT from 10.0.0.0/8 for a.org. b.org.",
            "block all types from everywhere for a.org. b.org.");
  }
}
