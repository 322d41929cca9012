package dev.byname.plugin.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.testkit.Requests;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdTest {
  private static final String NEGATIVE =
      "corp.test. 30 IN SOA ns.dns.corp.test. hostmaster.corp.test. 1700000000 7200 1800 86400 30";

  /** Key and value, as {@code etcdctl put} would take them, without {@code /skydns/}. */
  private static final String MESSAGES =
      """
      test/corp/www/a {"host": "192.0.2.1", "port": 80}
      test/corp/www/b {"host": "192.0.2.2", "port": 80, "ttl": 60}
      test/corp/www/c {"host": "2001:db8::1", "port": 8080, "priority": 20}
      test/corp/www/d {"host": "192.0.2.1", "port": 80}
      test/corp/wwwx {"host": "192.0.2.99"}
      test/corp/mapped {"host": "::ffff:192.0.2.7"}
      test/corp/weights/a {"host": "a.else.test", "port": 1, "weight": 3}
      test/corp/weights/b {"host": "www.corp.test", "port": 2, "weight": 1}
      test/corp/weights/c {"host": "b.else.test.", "port": -1}
      test/corp/strip/a {"host": "192.0.2.3", "port": 5, "targetstrip": 1}
      test/corp/strip/b {"host": "x.y.else.test", "port": 6, "targetstrip": 1}
      test/corp/strip/c {"host": "short.", "port": 7, "targetstrip": 1}
      test/corp/mail/a {"host": "192.0.2.25", "mail": true, "priority": 5}
      test/corp/mail/b {"host": "www.corp.test", "mail": true}
      test/corp/mail/c {"host": "192.0.2.26"}
      test/corp/text/a {"text": "one \\"quoted\\"", "ttl": 303}
      test/corp/text/b {"text": "two"}
      test/corp/text/c {"text": "two"}
      test/corp/text/d {"host": "192.0.2.4", "text": "of an address"}
      test/corp/alias {"host": "www.corp.test"}
      test/corp/far {"host": "Else.test"}
      test/corp/gone {"host": "nothing.corp.test"}
      test/corp/loop/x {"host": "y.loop.corp.test"}
      test/corp/loop/y {"host": "x.loop.corp.test"}
      test/corp/self {"host": "self.corp.test"}
      test/corp/groups/a {"host": "192.0.2.30", "group": "g1"}
      test/corp/groups/b/c {"host": "192.0.2.31", "group": "g2"}
      test/corp/groups/d {"host": "192.0.2.32"}
      test/corp/quarrel/a {"host": "192.0.2.33", "group": "g1"}
      test/corp/quarrel/b {"host": "192.0.2.34", "group": "g2"}
      test/corp/east/db/main {"host": "192.0.2.40", "port": 5432}
      test/corp/west/db/main {"host": "192.0.2.41", "port": 5432}
      test/corp/west/cache/main {"host": "192.0.2.42", "port": 6379}
      test/corp/dns/ns/a {"host": "192.0.2.53"}
      test/corp/dns/ns/b/x {"host": "192.0.2.54", "targetstrip": 1}
      test/corp/dns/ns/b/y {"host": "2001:db8::54", "targetstrip": 1}
      test/corp/dns/apex/a {"host": "192.0.2.80"}
      test/plain/x {"host": "192.0.2.90"}
      arpa/in-addr/192/0/2/1 {"host": "www.corp.test."}
      arpa/in-addr/192/0/2/2 {"host": "192.0.2.2"}
      """;

  private final List<Question> askedElsewhere = new ArrayList<>();
  private final SkyDnsMessages messages = new SkyDnsMessages();

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          www.corp.test. | A    | NOERROR aa rd; www.corp.test. 300 IN A 192.0.2.1; www.corp.test. 60 IN A 192.0.2.2
          WWW.Corp.test. | AAAA | NOERROR aa rd; WWW.Corp.test. 300 IN AAAA 2001:db8::1
          a.www.corp.test. | A  | NOERROR aa rd; a.www.corp.test. 300 IN A 192.0.2.1
          a.www.corp.test. | AAAA | NOERROR aa rd; SOA
          mapped.corp.test. | A | NOERROR aa rd; mapped.corp.test. 300 IN A 192.0.2.7
          ww.corp.test.  | A    | NXDOMAIN aa rd; SOA
          www.corp.test. | HINFO | NOERROR aa rd; SOA
          ww.corp.test.  | HINFO | NXDOMAIN aa rd; SOA
          www.corp.test. | SRV  | NOERROR aa rd; www.corp.test. 300 IN SRV 10 33 80 a.www.corp.test.; www.corp.test. 60 IN SRV 10 33 80 b.www.corp.test.; www.corp.test. 300 IN SRV 20 100 8080 c.www.corp.test.; www.corp.test. 300 IN SRV 10 33 80 d.www.corp.test.; a.www.corp.test. 300 IN A 192.0.2.1; b.www.corp.test. 60 IN A 192.0.2.2; c.www.corp.test. 300 IN AAAA 2001:db8::1; d.www.corp.test. 300 IN A 192.0.2.1
          weights.corp.test. | SRV | NOERROR aa rd; weights.corp.test. 300 IN SRV 10 2 1 a.else.test.; weights.corp.test. 300 IN SRV 10 1 2 www.corp.test.; a.else.test. 7 IN A 198.51.100.1; a.else.test. 7 IN AAAA 2001:db8:99::1; www.corp.test. 300 IN A 192.0.2.1; www.corp.test. 60 IN A 192.0.2.2
          strip.corp.test. | SRV | NOERROR aa rd; strip.corp.test. 300 IN SRV 10 33 5 strip.corp.test.; strip.corp.test. 300 IN SRV 10 33 6 y.else.test.; strip.corp.test. 300 IN SRV 10 33 7 short.; strip.corp.test. 300 IN A 192.0.2.3; y.else.test. 7 IN A 198.51.100.1; y.else.test. 7 IN AAAA 2001:db8:99::1; short. 7 IN A 198.51.100.1; short. 7 IN AAAA 2001:db8:99::1
          mail.corp.test. | MX  | NOERROR aa rd; mail.corp.test. 300 IN MX 5 a.mail.corp.test.; mail.corp.test. 300 IN MX 10 www.corp.test.; a.mail.corp.test. 300 IN A 192.0.2.25; www.corp.test. 300 IN A 192.0.2.1; www.corp.test. 60 IN A 192.0.2.2
          www.corp.test. | MX   | NOERROR aa rd; SOA
          text.corp.test. | TXT | NOERROR aa rd; text.corp.test. 303 IN TXT "one \\"quoted\\""; text.corp.test. 300 IN TXT "two"
          d.text.corp.test. | A | NOERROR aa rd; d.text.corp.test. 300 IN A 192.0.2.4
          d.text.corp.test. | TXT | NOERROR aa rd; SOA
          a.text.corp.test. | A | NOERROR aa rd; SOA
          alias.corp.test. | A  | NOERROR aa rd; alias.corp.test. 300 IN CNAME www.corp.test.; www.corp.test. 300 IN A 192.0.2.1; www.corp.test. 60 IN A 192.0.2.2
          alias.corp.test. | CNAME | NOERROR aa rd; alias.corp.test. 300 IN CNAME www.corp.test.
          www.corp.test. | CNAME | NOERROR aa rd; SOA
          ww.corp.test.  | CNAME | NXDOMAIN aa rd; SOA
          far.corp.test. | AAAA | NOERROR aa rd; far.corp.test. 300 IN CNAME Else.test.; Else.test. 7 IN AAAA 2001:db8:99::1
          gone.corp.test. | A   | NOERROR aa rd; SOA
          x.loop.corp.test. | A | NOERROR aa rd; SOA
          loop.corp.test. | A   | NOERROR aa rd; SOA
          self.corp.test. | A   | NOERROR aa rd; SOA
          groups.corp.test. | A | NOERROR aa rd; groups.corp.test. 300 IN A 192.0.2.30; groups.corp.test. 300 IN A 192.0.2.32
          quarrel.corp.test. | A | NOERROR aa rd; quarrel.corp.test. 300 IN A 192.0.2.33; quarrel.corp.test. 300 IN A 192.0.2.34
          db.*.corp.test. | A   | NOERROR aa rd; db.*.corp.test. 300 IN A 192.0.2.40; db.*.corp.test. 300 IN A 192.0.2.41
          db.any.corp.test. | A | NOERROR aa rd; db.any.corp.test. 300 IN A 192.0.2.40; db.any.corp.test. 300 IN A 192.0.2.41
          *.west.corp.test. | SRV | NOERROR aa rd; *.west.corp.test. 300 IN SRV 10 50 6379 main.cache.west.corp.test.; *.west.corp.test. 300 IN SRV 10 50 5432 main.db.west.corp.test.; main.cache.west.corp.test. 300 IN A 192.0.2.42; main.db.west.corp.test. 300 IN A 192.0.2.41
          main.*.west.corp.test. | A | NOERROR aa rd; main.*.west.corp.test. 300 IN A 192.0.2.42; main.*.west.corp.test. 300 IN A 192.0.2.41
          mail.*.nowhere.corp.test. | A | NXDOMAIN aa rd; SOA
          corp.test.     | A    | NOERROR aa rd; corp.test. 300 IN A 192.0.2.80
          corp.test.     | SOA  | NOERROR aa rd; corp.test. 30 IN SOA ns.dns.corp.test. hostmaster.corp.test. 1700000000 7200 1800 86400 30
          www.corp.test. | SOA  | NOERROR aa rd; SOA
          corp.test.     | NS   | NOERROR aa rd; corp.test. 300 IN NS a.ns.dns.corp.test.; corp.test. 300 IN NS b.ns.dns.corp.test.; a.ns.dns.corp.test. 300 IN A 192.0.2.53; b.ns.dns.corp.test. 300 IN A 192.0.2.54; b.ns.dns.corp.test. 300 IN AAAA 2001:db8::54
          ns.dns.corp.test. | A | NOERROR aa rd; ns.dns.corp.test. 300 IN A 192.0.2.53; ns.dns.corp.test. 300 IN A 192.0.2.54
          ww.corp.test.  | NS   | NXDOMAIN aa rd; SOA
          plain.test.    | A    | NOERROR aa rd; plain.test. 300 IN A 192.0.2.90
          empty.test.    | A    | NOERROR aa rd; empty.test. 30 IN SOA ns.dns.empty.test. hostmaster.empty.test. 1700000000 7200 1800 86400 30
          1.2.0.192.in-addr.arpa. | PTR | NOERROR aa rd; 1.2.0.192.in-addr.arpa. 300 IN PTR www.corp.test.
          2.2.0.192.in-addr.arpa. | PTR | NOERROR aa rd; 2.0.192.in-addr.arpa. 30 IN SOA ns.dns.2.0.192.in-addr.arpa. hostmaster.2.0.192.in-addr.arpa. 1700000000 7200 1800 86400 30
          9.2.0.192.in-addr.arpa. | PTR | next
          else.test.     | A    | next
          """)
  void answers(String name, String type, String expected) {
    given(MESSAGES);
    assertThat(dig(name, type)).isEqualTo(expected.replace("; SOA", "; " + NEGATIVE));
  }

  @Test
  void aNameServerThatIsNoAddressIsServfail() {
    given("test/corp/dns/ns/a {\"host\": \"ns.else.test\"}");
    assertThat(dig("corp.test.", "NS")).isEqualTo("SERVFAIL");
  }

  @Test
  void beforeEverythingIsReadNothingIsKnown() {
    messages.put("test/corp/www", bytes("{\"host\": \"192.0.2.1\"}"), 0);
    assertThat(dig("www.corp.test.", "A")).isEqualTo("SERVFAIL");
    assertThat(plugin().notReady()).isEqualTo("waiting for etcd");
    messages.complete();
    assertThat(dig("www.corp.test.", "A")).startsWith("NOERROR");
    assertThat(plugin().notReady()).isEmpty();
  }

  @Test
  void aValueThatIsNoMessageTakesNothingElseAway() {
    given(MESSAGES);
    messages.put("test/corp/www/a", bytes("{\"host\": 5}"), 0);
    messages.put("test/corp/www/z", bytes("hello"), 0);
    assertThat(dig("www.corp.test.", "A"))
        .isEqualTo(
            "NOERROR aa rd; www.corp.test. 60 IN A 192.0.2.2; www.corp.test. 300 IN A 192.0.2.1");
    assertThat(messages.malformed()).isEqualTo(2);
  }

  @Test
  void aDeletedMessageIsGone() {
    given("test/corp/www {\"host\": \"192.0.2.1\"}");
    messages.remove("test/corp/www");
    assertThat(dig("www.corp.test.", "A")).startsWith("NXDOMAIN");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 300",
    "0, 60, 60",
    "5, 0, 30",
    "100, 0, 100",
    "100, 60, 60",
    "100, 600, 100",
    "1000000, 0, 86400"
  })
  void theLeaseBoundsTheTtl(long leaseSeconds, long ttl, long expected) {
    messages.put(
        "test/corp/www", bytes("{\"host\": \"192.0.2.1\", \"ttl\": " + ttl + "}"), leaseSeconds);
    messages.complete();
    assertThat(dig("www.corp.test.", "A"))
        .isEqualTo("NOERROR aa rd; www.corp.test. " + expected + " IN A 192.0.2.1");
  }

  @Test
  void elevenAliasesAreFollowedAndNoMore() {
    for (int i = 0; i < 12; i++) {
      messages.put("test/corp/n" + i, bytes("{\"host\": \"n" + (i + 1) + ".corp.test\"}"), 0);
    }
    messages.put("test/corp/n12", bytes("{\"host\": \"192.0.2.1\"}"), 0);
    messages.complete();
    assertThat(dig("n1.corp.test.", "A").split("; ")).hasSize(1 + 11 + 1);
    assertThat(dig("n0.corp.test.", "A")).isEqualTo("NOERROR aa rd; " + NEGATIVE);
  }

  /** Ten names that all point to ten names that all point … must not take forever. */
  @Test
  void messagesThatPointEverywhereAreBounded() {
    for (int from = 0; from < 12; from++) {
      for (int i = 0; i < 10; i++) {
        messages.put(
            "test/corp/n" + from + "/" + i,
            bytes("{\"host\": \"n" + (from + 1) + ".corp.test\"}"),
            0);
        messages.put(
            "test/corp/o/" + from + "x" + i,
            bytes("{\"host\": \"h" + from + "x" + i + ".else.test\"}"),
            0);
      }
    }
    messages.complete();
    assertThat(dig("n0.corp.test.", "A")).startsWith("NOERROR");
    assertThat(dig("o.corp.test.", "A")).startsWith("NOERROR");
    assertThat(askedElsewhere).hasSize(16);
  }

  @Test
  void longTextsAreCutIntoStrings() {
    messages.put("test/corp/t", bytes("{\"text\": \"" + "\u00fc".repeat(200) + "\"}"), 0);
    messages.complete();
    var strings = dig("t.corp.test.", "TXT");
    assertThat(strings).contains("\" \"").hasSizeGreaterThan(400 * 4);
  }

  @Test
  void aSlashInALabelLeadsNowhere() {
    given(MESSAGES);
    assertThat(dig("a/www.corp.test.", "A")).startsWith("NXDOMAIN");
  }

  private void given(String text) {
    text.lines()
        .forEach(line -> {
          int blank = line.indexOf(' ');
          messages.put(line.substring(0, blank), bytes(line.substring(blank + 1)), 0);
        });
    messages.complete();
    assertThat(messages.malformed()).isZero();
  }

  private Etcd plugin() {
    var store =
        new SkyDnsStore() {
          @Override
          public SkyDnsMessages messages() {
            return messages;
          }

          @Override
          public long leaseSeconds(long leaseId) {
            return leaseId; // the tests name their leases by what is left of them
          }

          @Override
          public String detail() {
            return "waiting for etcd";
          }
        };
    var provider =
        new SkyDnsStore.Provider() {
          @Override
          public SkyDnsStore open(SkyDnsSource source) {
            return store;
          }

          @Override
          public void release(SkyDnsStore given) {
            assertThat(given).isSameAs(store);
          }
        };
    var config =
        new EtcdConfig(
            Stream.of("corp.test.", "plain.test.", "empty.test.", "2.0.192.in-addr.arpa.")
                .map(DomainName::of)
                .toList(),
            new SkyDnsSource(List.of("http://localhost:2379"), "/skydns", null, "", ""),
            30,
            86400,
            List.of(DomainName.of("in-addr.arpa.")));
    return new Etcd(config, provider, () -> 1_700_000_000_000L);
  }

  /** As dig prints it, on one line; {@code next} when it is left to the next plugin. */
  private String dig(String name, String type) {
    var request = Requests.of(name, requireNonNull(RecordType.parse(type)));
    return switch (plugin().handle(request, new Elsewhere())) {
      case Step.Next _ -> "next";
      case Step.Answer(Response.Reply(var message)) -> line(message);
      case Step.Answer(Response.Failure failure) -> Rcode.name(failure.rcode());
      case Step.Pending(var later) ->
          line(((Response.Reply) later.toCompletableFuture().join()).message());
      case Step.Answer _ -> throw new AssertionError();
    };
  }

  private static String line(Message message) {
    return message.toString().replace("\n", "; ");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Every name of other zones has one address of each family, and an alias for the second. */
  private final class Elsewhere implements Plugin.Chain {
    @Override
    public CompletionStage<Response> next(Request request) {
      throw new AssertionError();
    }

    @Override
    public CompletionStage<Response> server(Request request) {
      var question = request.question();
      askedElsewhere.add(question);
      assertThat(request.depth()).isEqualTo(1);
      byte[] address =
          question.type().equals(RecordType.A)
              ? new byte[] {(byte) 198, 51, 100, 1}
              : new byte[] {
                0x20, 1, 0x0d, (byte) 0xb8, 0, (byte) 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
              };
      var records = new ArrayList<ResourceRecord>();
      if (question.name().equals(DomainName.of("aliased.else.test."))) {
        records.add(
            ResourceRecord.in(
                question.name(),
                RecordType.CNAME,
                7,
                new NameRdata(DomainName.of("real.else.test."), true)));
      }
      records.add(
          ResourceRecord.in(question.name(), question.type(), 7, new AddressRdata(address)));
      return CompletableFuture.completedFuture(
          new Response.Reply(
              new Message(
                  request.id(), Header.QR, 0, question, records, List.of(), List.of(), null)));
    }
  }

  @Test
  void anAliasOfAnotherZoneIsTakenOnce() {
    given("test/corp/s {\"host\": \"aliased.else.test\", \"port\": 1}");
    assertThat(dig("s.corp.test.", "SRV"))
        .containsOnlyOnce("IN CNAME real.else.test.")
        .contains("IN AAAA");
  }
}
