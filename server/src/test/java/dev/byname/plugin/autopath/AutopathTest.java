package dev.byname.plugin.autopath;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.autopath.AutopathConfig.Source;
import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.QueryMetrics;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the fixtures cannot show: the order of the walk, failures, the count, the configuration. */
class AutopathTest {
  private static final AutopathConfig CONFIG =
      new AutopathConfig(
          List.of(DomainName.ROOT),
          new Source.ResolvConf(
              "", List.of(DomainName.of("a.example."), DomainName.of("b.example."))));

  private final List<String> asked = new ArrayList<>();
  private final List<String> counted = new ArrayList<>();
  private final Problems problems = new Problems();
  @TempDir private Path folder;

  /** The rcode of what is found behind answers of these rcodes. */
  private String walk(Map<String, Integer> rcodes) {
    var chain =
        new Plugin.Chain() {
          @Override
          public CompletionStage<Response> next(Request request) {
            String name = request.question().name().toString();
            asked.add(name);
            int rcode = rcodes.getOrDefault(name, Rcode.NXDOMAIN);
            return CompletableFuture.completedStage(
                rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN
                    ? new Response.Reply(
                        new Message(
                            1,
                            Header.QR,
                            rcode,
                            request.question(),
                            List.of(),
                            List.of(),
                            List.of(),
                            null))
                    : new Response.Failure(rcode, "asked for"));
          }

          @Override
          public CompletionStage<Response> server(Request request) {
            return CompletableFuture.failedStage(new AssertionError());
          }

          @Override
          public QueryMetrics.Key labels() {
            return new QueryMetrics.Key("dns://:53", ".", "");
          }
        };
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5353);
    var request =
        new Request(
            1,
            0,
            new Question(DomainName.of("www.a.example."), RecordType.A, RecordTypes.CLASS_IN),
            ".",
            null,
            List.of(),
            new byte[0],
            new Client(Transport.UDP, address, address),
            new Request.Metadata(),
            0);
    Step step = new Autopath(CONFIG, List.of(), counted::add).handle(request, chain);
    Response response = ((Step.Pending) step).response().toCompletableFuture().join();
    return switch (response) {
      case Response.Reply(Message message) ->
          Rcode.name(message.rcode()) + " " + message.question().name();
      case Response.Failure failure -> "failure " + Rcode.name(failure.rcode());
      default -> throw new AssertionError(response);
    };
  }

  @Test
  void theListIsFollowedUntilANameExists() {
    assertThat(walk(Map.of("www.b.example.", Rcode.NOERROR))).isEqualTo("NOERROR www.a.example.");
    assertThat(asked).containsExactly("www.a.example.", "www.b.example.");
    assertThat(counted).containsExactly("dns://:53");
  }

  @Test
  void theNameAloneComesLast() {
    assertThat(walk(Map.of())).isEqualTo("NXDOMAIN www.a.example.");
    assertThat(asked).containsExactly("www.a.example.", "www.b.example.", "www.");
    assertThat(counted).isEmpty();
  }

  @Test
  void aRefusalIsPassedOver() {
    assertThat(walk(Map.of("www.b.example.", Rcode.REFUSED, "www.", Rcode.NOERROR)))
        .isEqualTo("NOERROR www.a.example.");
  }

  @Test
  void whoCannotTellEndsTheWalk() {
    assertThat(walk(Map.of("www.b.example.", Rcode.SERVFAIL))).isEqualTo("failure SERVFAIL");
    assertThat(asked).containsExactly("www.a.example.", "www.b.example.");
    assertThat(counted).isEmpty();
  }

  @Test
  void complaints() throws Exception {
    Files.writeString(folder.resolve("empty"), "nameserver 127.0.0.1\n");
    for (String line :
        List.of(
            "autopath", "autopath @etcd", "autopath missing", "autopath empty", "autopath -- x")) {
      var corefile =
          Corefile.parse(". {\n" + line + "\n}\n", line, ParseOptions.DEFAULTS, problems);
      new AutopathFactory()
          .parse(
              corefile.blocks().getFirst().directives("autopath"),
              new BlockContext(List.of("."), folder),
              problems);
    }
    assertThat(problems.toString().replace(folder + "/", ""))
        .isEqualTo(
            """
            autopath:2: autopath: takes at least 1 argument, found none
            autopath -- x:2: autopath: x cannot be read: a resolv.conf with a search list, or @kubernetes
            autopath @etcd:2: autopath: @etcd knows no search lists; @kubernetes does
            autopath empty:2: warning: autopath: empty has no search list, so nothing will be searched
            autopath missing:2: autopath: missing cannot be read: a resolv.conf with a search list, or @kubernetes\
            """);
  }
}
