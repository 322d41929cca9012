package dev.byname.plugin.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.plugin.view.Condition.SyntaxException;
import dev.byname.query.Client;
import dev.byname.query.Request;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One query, from {@code 2001:db8::7} over TCP, and what can be said of it. */
class ConditionTest {
  private static Request query() {
    var metadata = new Request.Metadata();
    metadata.put("test/label", () -> "10.1.2.3");
    return new Request(
        4711,
        Header.RD,
        new Question(DomainName.of("Www.One.Example."), RecordType.AAAA, 1),
        "example.",
        new Edns(1232, true),
        List.of(),
        new byte[45],
        new Client(
            Transport.TLS,
            new InetSocketAddress("2001:db8::7", 40_000),
            new InetSocketAddress("192.0.2.1", 853)),
        metadata,
        0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "name() == 'www.one.example.'",
        "name() == \"www.one.example.\" && type() == `AAAA`",
        "class() == 'IN'",
        "proto() == 'tcp'",
        "client_ip() == '2001:db8::7'",
        "port() == '40000'",
        "server_ip() == '192.0.2.1' and server_port() == '853'",
        "size() == 45",
        "bufsize() == 65535",
        "id() == 4711",
        "opcode() == 0",
        "do()",
        "metadata('test/label') == '10.1.2.3'",
        "metadata('no/such') == ''",
        "incidr(client_ip(), '2001:0DB8::/32')",
        "incidr(metadata('test/label'), '10.0.0.0/8')",
        "!incidr(client_ip(), '10.0.0.0/8')",
        "type() in ['A', 'AAAA']",
        "type() not in ['A', 'MX']",
        "not (type() in ['A', 'MX'])",
        "id() in [1, 4711]",
        "not (type() in [])",
        "name() matches '^www\\\\..*\\\\.example\\\\.$'",
        "name() matches `^www\\.`",
        "name() startsWith 'www.' && name() endsWith '.example.' && name() contains 'one'",
        "name() not contains 'two'",
        "id() > 4710 && id() >= 4711 && id() < 4712 && id() <= 4711 && id() != 0",
        "type() > 'A'",
        // && binds tighter than ||, ! tighter than ==, comparisons go from left to right.
        "true || true && false",
        "!do() == false",
        "(true || true) && true",
        "1 < 2 == true",
        // Short circuits: the right side has no value.
        "true || incidr(name(), '10.0.0.0/8')",
      })
  void holds(String condition) throws SyntaxException {
    assertThat(Condition.parse(condition).holds(query())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "false",
        "name() == 'Www.One.Example.'",
        "type() in ['A', 'MX']",
        "type() in []",
        "incidr(client_ip(), '10.0.0.0/8')",
        "(true || true) && false",
        "!do()",
        // What is no address is in no block, nor outside of it.
        "incidr(name(), '10.0.0.0/8')",
        "!incidr(name(), '10.0.0.0/8')",
        "incidr(client_ip(), metadata('no/such'))",
      })
  void doesNotHold(String condition) throws SyntaxException {
    assertThat(Condition.parse(condition).holds(query())).isFalse();
  }
}
