package dev.byname.plugin.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.PluginBench;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalTest {
  private final AtomicInteger counted = new AtomicInteger();
  private final LocalObserver observer = counted::incrementAndGet;

  private static final String SOA = " 604800 IN SOA localhost. root.localhost. 1 0 0 0 604800";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          localhost. A                  | 0 | NOERROR; localhost. 604800 IN A 127.0.0.1
          LocalHost. AAAA               | 0 | NOERROR; LocalHost. 604800 IN AAAA ::1
          localhost. SOA                | 0 | NOERROR; localhost.SOA
          localhost. NS                 | 0 | NOERROR; localhost. 604800 IN NS localhost.
          localhost. MX                 | 0 | NOERROR; authority localhost.SOA
          a.localhost. A                | 1 | NOERROR; a.localhost. 604800 IN A 127.0.0.1
          a.b.localhost. TXT            | 1 | NOERROR; authority a.b.localhost.SOA
          localhost.example.net. A      | 1 | NOERROR; localhost.example.net. 604800 IN A 127.0.0.1
          localhost.example.net. AAAA   | 1 | NOERROR; localhost.example.net. 604800 IN AAAA ::1
          127.in-addr.arpa. A           | 0 | NOERROR; authority 127.in-addr.arpa.SOA
          0.in-addr.arpa. SOA           | 0 | NOERROR; 0.in-addr.arpa.SOA
          255.in-addr.arpa. NS          | 0 | NOERROR; 255.in-addr.arpa. 604800 IN NS localhost.
          1.0.0.127.in-addr.arpa. PTR   | 0 | NOERROR; 1.0.0.127.in-addr.arpa. 604800 IN PTR localhost.
          1.0.0.127.in-addr.arpa. A     | 0 | NOERROR; authority 127.in-addr.arpa.SOA
          2.0.0.127.In-addr.arpa. PTR   | 0 | NXDOMAIN; authority 127.In-addr.arpa.SOA
          4.3.2.1.in-addr.arpa. PTR     | 0 | SERVFAIL
          notlocalhost. A               | 0 | SERVFAIL
          """)
  void answers(String question, int count, String expected) {
    assertThat(PluginBench.of(new LocalFactory(), "local", observer).ask(question))
        .isEqualTo(expected.replace("SOA", "!").replace(".!", "." + SOA).replace("!", "SOA"));
    assertThat(counted).hasValue(count);
  }

  @Test
  void withoutThePrefixOnlyNamesBelow() {
    PluginBench bench =
        PluginBench.of(new LocalFactory(), "local {\n localhost_prefix off\n}", observer)
            .upstream("localhost.example.net. A", "localhost.example.net. 1 IN A 192.0.2.1");
    assertThat(bench.ask("localhost.example.net. A"))
        .isEqualTo("NOERROR ra; localhost.example.net. 1 IN A 192.0.2.1");
    assertThat(bench.ask("a.localhost. A")).contains("127.0.0.1");
  }

  @Test
  void complaints() {
    assertThat(
            PluginBench.problems(
                new LocalFactory(), "local here {\n localhost_prefix maybe\n else\n}"))
        .isEqualTo(
            """
            Corefile:2: local: takes no argument, found 1
            Corefile:3: localhost_prefix: "maybe" is not one of on, off
            Corefile:4: unknown option "else" in local\
            """);
  }
}
