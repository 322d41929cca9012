package dev.byname.plugin.hosts;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.Requests;
import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTest {
  private static final Plugin.Chain NOBODY =
      new Plugin.Chain() {
        @Override
        public CompletionStage<Response> next(Request request) {
          throw new AssertionError();
        }

        @Override
        public CompletionStage<Response> server(Request request) {
          throw new AssertionError();
        }
      };

  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);
  private final Problems problems = new Problems();
  @TempDir private Path folder;

  private HostsConfig config(String lines) {
    var corefile =
        Corefile.parse(". {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    return new HostsFactory()
        .parse(
            corefile.blocks().getFirst().directives("hosts"),
            new BlockContext(List.of("."), folder),
            problems);
  }

  private Hosts given(String file, String lines) throws IOException {
    Files.writeString(folder.resolve("hosts"), file);
    var hosts = new Hosts(config(lines), HostsObserver.NONE, scheduler);
    assertThat(problems.toString()).isEmpty();
    hosts.start();
    return hosts;
  }

  /** As dig prints it, on one line; {@code next} when it is left to the next plugin. */
  private static String dig(Hosts hosts, String name, String type) {
    var request = Requests.of(name, requireNonNull(RecordType.parse(type)));
    return switch (hosts.handle(request, NOBODY)) {
      case Step.Next _ -> "next";
      case Step.Answer(Response.Reply(var message)) -> message.toString().replace("\n", "; ");
      case Step.Answer(Response.Failure failure) -> Rcode.name(failure.rcode());
      case Step.Answer _, Step.Pending _ -> throw new AssertionError();
    };
  }

  private static final String FILE =
      """
      # a comment
      192.0.2.1  one.example.  ONE-alias.example # and another
      192.0.2.2\tone.example two.example
      2001:db8::1 one.example
      192.0.2.9 *.wild.example
      192.0.2.10 known.wild.example
      not-an-address three.example
      192.0.2.11
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          one.example.        | A    | NOERROR aa rd; one.example. 3600 IN A 192.0.2.1; one.example. 3600 IN A 192.0.2.2
          One.Example.        | AAAA | NOERROR aa rd; One.Example. 3600 IN AAAA 2001:db8::1
          one-alias.example.  | A    | NOERROR aa rd; one-alias.example. 3600 IN A 192.0.2.1
          two.example.        | AAAA | NOERROR aa rd
          two.example.        | TXT  | NOERROR aa rd
          three.example.      | A    | SERVFAIL
          three.example.      | TXT  | SERVFAIL
          any.wild.example.   | A    | NOERROR aa rd; any.wild.example. 3600 IN A 192.0.2.9
          known.wild.example. | A    | NOERROR aa rd; known.wild.example. 3600 IN A 192.0.2.10
          wild.example.       | A    | SERVFAIL
          a.b.wild.example.   | A    | SERVFAIL
          2.2.0.192.in-addr.arpa. | PTR | NOERROR aa rd; 2.2.0.192.in-addr.arpa. 3600 IN PTR one.example.; 2.2.0.192.in-addr.arpa. 3600 IN PTR two.example.
          9.2.0.192.in-addr.arpa. | PTR | next
          1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. | PTR | NOERROR aa rd; 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 3600 IN PTR one.example.
          """)
  void answers(String name, String type, String expected) throws IOException {
    assertThat(dig(given(FILE, "hosts hosts"), name, type)).isEqualTo(expected);
  }

  @Test
  void linesOfTheCorefileComeAfterTheFiles() throws IOException {
    var hosts =
        given(
            "192.0.2.1 a.example",
            """
            hosts hosts {
              192.0.2.2 a.example b.example
              ttl 60
              fallthrough
            }\
            """);
    assertThat(dig(hosts, "a.example.", "A"))
        .isEqualTo("NOERROR aa rd; a.example. 60 IN A 192.0.2.1; a.example. 60 IN A 192.0.2.2");
    assertThat(dig(hosts, "c.example.", "A")).isEqualTo("next");
    assertThat(dig(hosts, "b.example.", "AAAA")).as("never on NODATA").isEqualTo("NOERROR aa rd");
  }

  @Test
  void fallthroughOfSomeZones() throws IOException {
    var hosts =
        given(
            "192.0.2.1 a.example",
            "hosts hosts {\n fallthrough example\n fallthrough_unsupported\n}");
    assertThat(dig(hosts, "b.example.", "A")).isEqualTo("next");
    assertThat(dig(hosts, "a.example.", "HTTPS")).isEqualTo("next");
    assertThat(dig(hosts, "b.other.", "A")).isEqualTo("SERVFAIL");
  }

  @Test
  void otherZonesAndNoReverse() throws IOException {
    var hosts = given("192.0.2.1 a.example a.other", "hosts hosts example {\n no_reverse\n}");
    assertThat(dig(hosts, "a.example.", "A")).startsWith("NOERROR");
    assertThat(dig(hosts, "a.other.", "A")).isEqualTo("next");
    assertThat(dig(hosts, "1.2.0.192.in-addr.arpa.", "PTR")).isEqualTo("next");
  }

  @Test
  void theFileIsFollowed() throws IOException {
    var hosts = given("192.0.2.1 a.example", "hosts hosts {\n fallthrough\n}");
    Files.writeString(folder.resolve("hosts"), "192.0.2.222 b.example");
    assertThat(dig(hosts, "b.example.", "A")).isEqualTo("next");
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(dig(hosts, "b.example.", "A")).contains("192.0.2.222");
    assertThat(dig(hosts, "a.example.", "A")).isEqualTo("next");
    Files.delete(folder.resolve("hosts"));
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(dig(hosts, "b.example.", "A")).contains("192.0.2.222");
    hosts.close();
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void complaints() {
    config(
        """
        hosts {
          ttl 0
          reload -1s
          example.org 192.0.2.1
          192.0.2.1
          fallthrough_unsupported
        }
        hosts\
        """);
    assertThat(problems.toString())
        .isEqualTo(
            """
            Corefile:2: hosts: fallthrough_unsupported needs fallthrough
            Corefile:3: ttl: 0 is out of range (1 to 65535)
            Corefile:4: reload: -1s is out of range (at least 0s)
            Corefile:5: example.org: is neither an option of hosts nor an IP address with names
            Corefile:6: 192.0.2.1: takes at least 1 argument, found none
            Corefile:9: hosts can be given only once in a server block; it already is in Corefile:2\
            """);
  }

  /** Of all names of the cluster only those keep to the chain that have an entry now. */
  @Test
  void namesItsEntriesForThePrecomputedPath() throws Exception {
    Path file = Files.writeString(folder.resolve("hosts"), "192.0.2.1 a.example\n");
    HostsConfig config = config("hosts hosts {\n 192.0.2.2 *.b.example\n fallthrough\n}");
    assertThat(new HostsFactory().precomputedPath(config))
        .isInstanceOf(PrecomputedPath.Except.class);
    try (var hosts = new Hosts(config, HostsObserver.NONE, scheduler)) {
      hosts.start();
      assertThat(taken(hosts))
          .containsExactly("A.example", "x.b.example", "1.2.0.192.in-addr.arpa");
      Files.writeString(file, "192.0.2.30 y.c.example a.c.example\n");
      scheduler.advance(Duration.ofSeconds(5));
      assertThat(taken(hosts)).containsExactly("x.b.example", "y.c.example");
    }
    assertThat(new HostsFactory().precomputedPath(config("hosts hosts")))
        .isEqualTo(new PrecomputedPath.Claims(List.of(DomainName.of("."))));
  }

  private static List<String> taken(Hosts hosts) {
    var query = new QueryView();
    return List.of(
            "A.example",
            "b.example",
            "x.b.example",
            "x.x.b.example",
            "y.c.example",
            "example",
            "1.2.0.192.in-addr.arpa",
            "9.2.0.192.in-addr.arpa")
        .stream()
        .filter(name -> {
          byte[] wire =
              new Message(
                      1,
                      0,
                      0,
                      new Question(DomainName.of(name), RecordType.A, RecordTypes.CLASS_IN),
                      List.of(),
                      List.of(),
                      List.of(),
                      null)
                  .toWire(512);
          assertThat(query.read(wire, wire.length)).isEqualTo(QueryView.PLAIN);
          return hosts.takes(query);
        })
        .toList();
  }
}
