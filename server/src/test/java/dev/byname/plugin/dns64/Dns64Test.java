package dev.byname.plugin.dns64;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Response;
import dev.byname.testkit.PluginBench;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Dns64Test {
  private final List<String> counted = new ArrayList<>();

  private PluginBench given(String lines) {
    return PluginBench.of(
            new Dns64Factory(), lines, (Dns64Observer) query -> counted.add(query.server()))
        .upstream("v4.org. A", "v4.org. 300 IN A 192.0.2.42")
        .upstream("v4.org. AAAA", "authority org. 70 IN SOA ns.org. h.org. 1 2 3 4 5")
        .upstream("both.org. A", "both.org. 300 IN A 192.0.2.42")
        .upstream("both.org. AAAA", "both.org. 300 IN AAAA 2001:db8::1")
        .upstream("none.org. AAAA", "NXDOMAIN", "authority org. 70 IN SOA ns.org. h.org. 1 2 3 4 5")
        .upstream("alias.org. AAAA", "alias.org. 900 IN CNAME v4.org.")
        .upstream(
            "alias.org. A",
            "alias.org. 900 IN CNAME v4.org.",
            "v4.org. 900 IN A 192.0.2.42",
            "authority org. 5 IN NS ns.org.",
            "additional ns.org. 5 IN A 192.0.2.1")
        .upstream("broken.org. AAAA", "SERVFAIL")
        .upstream("broken.org. A", "SERVFAIL")
        .upstream("half.org. AAAA", "SERVFAIL")
        .upstream("half.org. A", "half.org. 900 IN A 192.0.2.42")
        .behind("failed.org. AAAA", new Response.Failure(Rcode.SERVFAIL, "why"))
        .upstream("lost.org. AAAA", "authority org. 70 IN SOA ns.org. h.org. 1 2 3 4 5")
        .from("2001:db8::53");
  }

  /** That broken.org. becomes an empty NOERROR is CoreDNS's way. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          V4.org. AAAA    | NOERROR; v4.org. 70 IN AAAA 64:ff9b::c000:22a
          v4.org. A       | NOERROR ra; v4.org. 300 IN A 192.0.2.42
          both.org. AAAA  | NOERROR ra; both.org. 300 IN AAAA 2001:db8::1
          none.org. AAAA  | NXDOMAIN ra; authority org. 70 IN SOA ns.org. h.org. 1 2 3 4 5
          alias.org. AAAA | NOERROR; alias.org. 900 IN CNAME v4.org.; v4.org. 600 IN AAAA 64:ff9b::c000:22a; authority org. 5 IN NS ns.org.; additional ns.org. 5 IN A 192.0.2.1
          half.org. AAAA  | NOERROR; half.org. 600 IN AAAA 64:ff9b::c000:22a
          broken.org. AAAA | NOERROR
          failed.org. AAAA | SERVFAIL
          lost.org. AAAA  | SERVFAIL
          """)
  void answers(String question, String expected) {
    assertThat(given("dns64").ask(question)).isEqualTo(expected);
    assertThat(counted)
        .hasSize(expected.startsWith("NOERROR ra") || !expected.startsWith("NO") ? 0 : 1);
  }

  @Test
  void onlyForClientsOverIpv6UnlessTold() {
    assertThat(given("dns64").from("192.0.2.7").ask("v4.org. AAAA"))
        .isEqualTo("NOERROR ra; authority org. 70 IN SOA ns.org. h.org. 1 2 3 4 5");
    assertThat(given("dns64 {\n allow_ipv4\n}").from("192.0.2.7").ask("v4.org. AAAA"))
        .isEqualTo("NOERROR; v4.org. 70 IN AAAA 64:ff9b::c000:22a");
    assertThat(counted).containsExactly("dns://:53");
  }

  @Test
  void translateAll() {
    assertThat(given("dns64 {\n translate_all\n}").ask("both.org. AAAA"))
        .isEqualTo("NOERROR; both.org. 300 IN AAAA 64:ff9b::c000:22a");
  }

  /** RFC 6052 section 2.4; 192.0.2.42 is c000:22a. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          2001:db8::/32, 2001:db8:c000:22a::
          2001:db8:100::/40, 2001:db8:1c0:2:2a::
          2001:db8:122::/48, 2001:db8:122:c000:2:2a00::
          2001:db8:122:300::/56, 2001:db8:122:3c0:0:22a::
          2001:db8:122:344::/64, 2001:db8:122:344:c0:2:2a00:0
          2001:db8:122:344::/96, 2001:db8:122:344::c000:22a
          """)
  void prefixes(String prefix, String address) {
    assertThat(given("dns64 " + prefix).ask("v4.org. AAAA"))
        .isEqualTo("NOERROR; v4.org. 70 IN AAAA " + address);
    assertThat(given("dns64 {\n prefix " + prefix + "\n}").ask("v4.org. AAAA")).endsWith(address);
  }

  @Test
  void complaints() {
    assertThat(
            PluginBench.problems(
                new Dns64Factory(),
                "dns64 64:ff9b::/100\ndns64 {\n prefix 10.0.0.0/32\n prefx 64::/32\n}"))
        .isEqualTo(
            """
            Corefile:2: dns64: "64:ff9b::/100" is no IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits; write 64:ff9b::/96, for example
            Corefile:4: prefix: "10.0.0.0/32" is no IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits; write 64:ff9b::/96, for example
            Corefile:5: unknown option "prefx" in dns64; did you mean "prefix"?\
            """);
  }
}
