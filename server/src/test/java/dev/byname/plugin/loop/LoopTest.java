package dev.byname.plugin.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopTest {
  private long now;
  private final Loop loop =
      new Loop(new LoopConfig(DomainName.of("example.org.")), () -> now, new Random(1));
  private final List<Request> probes = new ArrayList<>();

  /** Whether the upstream asks us what we ask it. */
  private boolean leadsBack;

  private final Plugin.Chain chain =
      new Plugin.Chain() {
        @Override
        public CompletionStage<Response> next(Request request) {
          probes.add(request);
          request.metadata().put(Loop.UPSTREAM, () -> "192.0.2.1:53");
          if (leadsBack) {
            assertThat(loop.handle(request(request.question()), chain))
                .isInstanceOf(Step.Answer.class);
          }
          return CompletableFuture.completedFuture(new Response.Failure(Rcode.NXDOMAIN, ""));
        }

        @Override
        public CompletionStage<Response> server(Request request) {
          throw new AssertionError();
        }
      };

  private static Request request(Question question) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5353);
    return new Request(
        1,
        Header.RD,
        question,
        ".",
        null,
        List.of(),
        new byte[0],
        new Client(Transport.UDP, address, address),
        new Request.Metadata(),
        0);
  }

  /** What {@code forward} is told to leave out. */
  private String pass() {
    var request =
        request(new Question(DomainName.of("a.example.org."), RecordType.A, RecordTypes.CLASS_IN));
    assertThat(loop.handle(request, chain)).isInstanceOf(Step.Next.class);
    return request.metadata().get(Loop.EXCLUDED);
  }

  @Test
  void aGoodUpstreamStays() {
    assertThat(pass()).isEmpty();
    assertThat(pass()).isEmpty();
    assertThat(probes).as("one probe").hasSize(1);
    var probe = probes.getFirst().question();
    assertThat(probe.type()).isEqualTo(RecordType.HINFO);
    assertThat(probe.name().isSubdomainOf(DomainName.of("example.org."))).isTrue();
    assertThat(probe.name().labelCount()).isEqualTo(4);
  }

  @Test
  void anUpstreamThatLeadsBackIsLeftOut() {
    leadsBack = true;
    assertThat(pass()).isEqualTo("192.0.2.1:53");
    assertThat(pass()).isEqualTo("192.0.2.1:53");
  }

  @Test
  void andIsGivenAnotherChance() {
    leadsBack = true;
    pass();
    leadsBack = false;
    now += TimeUnit.MINUTES.toNanos(11);
    assertThat(pass()).isEmpty();
    assertThat(probes).hasSize(2);
    assertThat(probes.getFirst().question()).isNotEqualTo(probes.getLast().question());
  }

  @Test
  void otherQueriesForHinfoAreNotProbes() {
    pass();
    var other =
        request(
            new Question(
                DomainName.of("1.2.example.org."), RecordType.HINFO, RecordTypes.CLASS_IN));
    assertThat(loop.handle(other, chain)).isInstanceOf(Step.Next.class);
  }
}
