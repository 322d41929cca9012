package dev.byname.plugin.forward;

import static dev.byname.plugin.forward.ScriptedTransport.answer;
import static dev.byname.plugin.forward.ScriptedTransport.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.RecordType;
import dev.byname.testkit.ManualScheduler;
import dev.byname.testkit.Requests;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is asked, in which order, and what the client gets. No sockets, no clock. */
class ForwardTest {
  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);
  private final LongSupplier nanoTime =
      () -> Duration.between(Instant.EPOCH, scheduler.clock().instant()).toNanos();
  private final ScriptedTransport transport = new ScriptedTransport();
  private final Recorder recorder = new Recorder();

  private Forward forward(String lines) {
    return forward(Configs.of(lines));
  }

  private Forward forward(List<ForwardConfig> configs) {
    var forwarders = new ArrayList<Forwarder>();
    for (var config : configs) {
      forwarders.add(
          new Forwarder(config, transport, recorder, scheduler, new Random(1), nanoTime));
    }
    var forward = new Forward(forwarders);
    forward.start();
    return forward;
  }

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

  private static CompletableFuture<Response> ask(Forward forward, Request request) {
    return switch (forward.handle(request, NOBODY)) {
      case Step.Pending(var response) -> response.toCompletableFuture();
      case Step.Answer(var response) -> CompletableFuture.completedFuture(response);
      case Step.Next next -> throw new AssertionError("not for forward: " + next);
    };
  }

  /** The rcode of what came back: scripted answers consist of it alone. */
  private static @Nullable Integer rcode(CompletableFuture<Response> response) {
    if (!response.isDone()) {
      return null;
    }
    return switch (response.join()) {
      case Response.Wire(byte[] message) -> (int) message[0];
      case Response.Failure failure -> failure.rcode();
      default -> throw new AssertionError(response.join());
    };
  }

  @Test
  void sequentialAsksTheFirstWhileItAnswers() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n}");
    transport.always("192.0.2.1", answer()).always("192.0.2.2", answer());
    ask(forward, Requests.of("a.example."));
    ask(forward, Requests.of("b.example."));
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.1 UDP");
  }

  @Test
  void roundRobinTakesTurns() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n policy round_robin\n}");
    for (var host : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
      transport.always(host, answer());
    }
    for (int i = 0; i < 4; i++) {
      ask(forward, Requests.of("a" + i + ".example."));
    }
    assertThat(transport.asked)
        .containsExactly("192.0.2.1 UDP", "192.0.2.2 UDP", "192.0.2.3 UDP", "192.0.2.1 UDP");
  }

  @Test
  void randomAsksEverybody() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 192.0.2.3");
    for (var host : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
      transport.always(host, answer());
    }
    for (int i = 0; i < 60; i++) {
      ask(forward, Requests.of("a" + i + ".example."));
    }
    assertThat(transport.asked)
        .contains("192.0.2.1 UDP", "192.0.2.2 UDP", "192.0.2.3 UDP")
        .hasSize(60);
  }

  @Test
  void theNextUpstreamIsAskedWhenOneFails() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n}");
    transport.next("192.0.2.1", failed()).always("192.0.2.2", answer());
    var response = ask(forward, Requests.of("a.example."));
    assertThat(rcode(response)).isEqualTo(Rcode.NOERROR);
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.2 UDP");
    assertThat(transport.checks).as("health check of the one that failed").hasSize(1);
  }

  @Test
  void twoRoundsThenServfail() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n}");
    transport.always("192.0.2.1", failed()).always("192.0.2.2", failed());
    var response = ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(rcode(response)).isEqualTo(Rcode.SERVFAIL);
    assertThat(((Response.Failure) response.join()).reason())
        .isEqualTo("a.example. A: 192.0.2.2:53: timed out");
    assertThat(transport.asked)
        .containsExactly("192.0.2.1 UDP", "192.0.2.2 UDP", "192.0.2.1 UDP", "192.0.2.2 UDP");
  }

  @Test
  void maxConnectAttemptsCapsTheRounds() {
    var forward =
        forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n max_connect_attempts 3\n}");
    transport.always("192.0.2.1", failed()).always("192.0.2.2", failed());
    var response = ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(rcode(response)).isEqualTo(Rcode.SERVFAIL);
    assertThat(transport.asked).hasSize(3);
  }

  @Test
  void withoutThatCapItGoesOnUntilTheDeadline() {
    var forward = forward("forward . 192.0.2.1 {\n max_connect_attempts 0\n max_fails 0\n}");
    transport.always("192.0.2.1", failed());
    var response = ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofNanos(Lookup.DEADLINE_NANOS - 1));
    assertThat(response).isNotDone();
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(rcode(response)).isEqualTo(Rcode.SERVFAIL);
    assertThat(transport.asked.size()).as("rounds, 25 ms apart").isBetween(190, 201);
  }

  @Test
  void anUpstreamThatFailsItsChecksIsAskedLast() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n}");
    transport.always("192.0.2.1", failed()).always("192.0.2.2", answer());
    ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(1)); // checks at 0, 0.5 and 1 s: more than max_fails
    assertThat(recorder.count("check failed")).isEqualTo(3);
    transport.asked.clear();
    ask(forward, Requests.of("b.example."));
    assertThat(transport.asked).containsExactly("192.0.2.2 UDP");

    transport.always("192.0.2.1", answer(Rcode.REFUSED)); // any answer is a sign of life
    scheduler.advance(Duration.ofMillis(500));
    transport.asked.clear();
    ask(forward, Requests.of("c.example."));
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP");
    int checks = transport.checks.size();
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(transport.checks).as("checks end when it is up").hasSize(checks);
  }

  @Test
  void whenAllAreDownOneIsTriedAllTheSame() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n max_fails 1\n}");
    transport.always("192.0.2.1", failed()).always("192.0.2.2", failed());
    ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(5));
    transport.asked.clear();
    ask(forward, Requests.of("b.example."));
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(transport.asked).isNotEmpty();
    assertThat(recorder.count("all unhealthy")).isPositive();
  }

  @Test
  void failfastDoesNotTry() {
    var forward =
        forward("forward . 192.0.2.1 {\n max_fails 1\n failfast_all_unhealthy_upstreams\n}");
    transport.always("192.0.2.1", failed());
    ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(5));
    transport.asked.clear();
    var response = ask(forward, Requests.of("b.example."));
    assertThat(rcode(response)).isEqualTo(Rcode.SERVFAIL);
    assertThat(transport.asked).isEmpty();
  }

  @Test
  void healthChecksCanBeTurnedOff() {
    var forward = forward("forward . 192.0.2.1 {\n max_fails 0\n}");
    transport.always("192.0.2.1", failed());
    ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(30));
    assertThat(transport.checks).isEmpty();
  }

  @Test
  void failoverRcodesAskTheNextAndKeepTheLastAnswer() {
    var forward =
        forward(
            "forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n failover SERVFAIL REFUSED\n}");
    transport.always("192.0.2.1", answer(Rcode.SERVFAIL)).always("192.0.2.2", answer());
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(Rcode.NOERROR);
    transport.always("192.0.2.2", answer(Rcode.REFUSED));
    assertThat(rcode(ask(forward, Requests.of("b.example.")))).isEqualTo(Rcode.REFUSED);
    transport.always("192.0.2.2", failed());
    var response = ask(forward, Requests.of("c.example."));
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(rcode(response)).as("better than none").isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void nextRcodesGoToTheNextForward() {
    var forward =
        forward(
            """
            forward . 192.0.2.1 {
              next NXDOMAIN
            }
            forward example.org 192.0.2.2 {
              next NXDOMAIN
            }
            forward . 192.0.2.3
            """);
    transport.always("192.0.2.1", answer(Rcode.NXDOMAIN));
    transport.always("192.0.2.2", answer(Rcode.NXDOMAIN));
    transport.always("192.0.2.3", answer());
    assertThat(rcode(ask(forward, Requests.of("a.example.org.")))).isEqualTo(Rcode.NOERROR);
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.2 UDP", "192.0.2.3 UDP");
    transport.asked.clear();
    ask(forward, Requests.of("a.example.com."));
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.3 UDP");
  }

  @Test
  void nextOnNoData() {
    var forward = forward("forward . 192.0.2.1 {\n next_on_nodata\n}\nforward . 192.0.2.2");
    transport.always("192.0.2.1", new UpstreamReply.Answered(new byte[] {0}, 0, true));
    transport.always("192.0.2.2", answer(Rcode.NXDOMAIN));
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void exceptAndOtherNamesGoOn() {
    var forward = forward("forward example.org 192.0.2.1 {\n except sub.example.org\n}");
    for (var name : List.of("example.com.", "sub.example.org.", "a.sub.example.org.")) {
      assertThat(forward.handle(Requests.of(name), NOBODY)).isInstanceOf(Step.Next.class);
    }
    for (var name : List.of("example.org.", "WWW.Example.ORG.", "notsub.example.org.")) {
      assertThat(forward.handle(Requests.of(name), NOBODY)).isInstanceOf(Step.Pending.class);
    }
  }

  @Test
  void fromItselfIsForwardedEvenWhenExcepted() {
    var forward = forward("forward example.org 192.0.2.1 {\n except example.org\n}");
    assertThat(forward.handle(Requests.of("example.org."), NOBODY))
        .isInstanceOf(Step.Pending.class);
    assertThat(forward.handle(Requests.of("a.example.org."), NOBODY)).isInstanceOf(Step.Next.class);
  }

  @Test
  void aTruncatedAnswerIsFetchedOverTcp() {
    var forward = forward("forward . 192.0.2.1");
    transport.next("192.0.2.1", new UpstreamReply.Truncated(new byte[] {9}), answer());
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(Rcode.NOERROR);
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.1 STREAM");
  }

  @Test
  void whenTcpFailsTheTruncatedAnswerIsAllThereIs() {
    var forward = forward("forward . 192.0.2.1");
    transport.next("192.0.2.1", new UpstreamReply.Truncated(new byte[] {9}), failed());
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(9);
    assertThat(transport.checks).as("it did answer over UDP").isEmpty();
  }

  @Test
  void aGarbledAnswerIsFetchedOverTcpAndNobodyIsBlamed() {
    var forward = forward("forward . 192.0.2.1");
    var garbled = new UpstreamReply.Unusable("malformed");
    transport.next("192.0.2.1", garbled, garbled, garbled, failed());
    var response = ask(forward, Requests.of("a.example."));
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(rcode(response)).isEqualTo(Rcode.SERVFAIL);
    assertThat(transport.asked)
        .containsExactly("192.0.2.1 UDP", "192.0.2.1 STREAM", "192.0.2.1 UDP", "192.0.2.1 STREAM");
    assertThat(transport.checks).isEmpty();
    assertThat(recorder.count("unusable")).isEqualTo(3);
  }

  @Test
  void anUpstreamWithoutEdnsIsAskedWithoutFromThenOn() {
    var forward = forward("forward . 192.0.2.1");
    var refused = new UpstreamReply.EdnsRefused(new byte[] {1}, Rcode.FORMERR);
    transport.next("192.0.2.1", refused).always("192.0.2.1", answer());
    ask(forward, Requests.of("a.example."));
    ask(forward, Requests.of("b.example."));
    assertThat(transport.asked)
        .containsExactly("192.0.2.1 UDP", "192.0.2.1 UDP plain", "192.0.2.1 UDP plain");
    scheduler.advance(Duration.ofMinutes(16));
    ask(forward, Requests.of("c.example."));
    assertThat(transport.asked.getLast()).as("after a while again with").isEqualTo("192.0.2.1 UDP");
  }

  @Test
  void aFormerrForTheQuestionItselfIsTheAnswer() {
    var forward = forward("forward . 192.0.2.1");
    var refused = new UpstreamReply.EdnsRefused(new byte[] {1}, Rcode.FORMERR);
    transport.next("192.0.2.1", refused, answer(Rcode.FORMERR)).always("192.0.2.1", answer());
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(Rcode.FORMERR);
    ask(forward, Requests.of("b.example."));
    assertThat(transport.asked.getLast()).isEqualTo("192.0.2.1 UDP");
  }

  @Test
  void anAnswerInAnotherCaseIsFetchedOverTcp() {
    var forward = forward("forward . 192.0.2.1");
    transport.next("192.0.2.1", new UpstreamReply.CaseLost(), answer());
    assertThat(rcode(ask(forward, Requests.of("a.example.")))).isEqualTo(Rcode.NOERROR);
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.1 STREAM");
  }

  @Test
  void clientsOverTcpAreServedOverTcpUnlessUdpIsPreferred() {
    var overTcp = Requests.of("a.example.", RecordType.A, Header.RD, null, Transport.TCP);
    transport.always("192.0.2.1", answer());
    ask(forward("forward . 192.0.2.1"), overTcp);
    ask(forward("forward . 192.0.2.1 {\n prefer_udp\n}"), overTcp);
    ask(forward("forward . 192.0.2.1 {\n force_tcp\n}"), Requests.of("a.example."));
    ask(forward("forward . 192.0.2.1 {\n force_tcp\n prefer_udp\n}"), overTcp);
    ask(forward("forward . tls://192.0.2.1"), Requests.of("a.example."));
    assertThat(transport.asked)
        .containsExactly(
            "192.0.2.1 STREAM",
            "192.0.2.1 UDP",
            "192.0.2.1 STREAM",
            "192.0.2.1 STREAM",
            "192.0.2.1 STREAM");
  }

  @Test
  void theSameQuestionIsAskedOnce() {
    var forward = forward("forward . 192.0.2.1");
    var first = ask(forward, Requests.of("a.example."));
    var second = ask(forward, Requests.of("A.Example."));
    var dnssec =
        ask(
            forward,
            Requests.of(
                "a.example.", RecordType.A, Header.RD, new Edns(1232, true), Transport.UDP));
    assertThat(transport.asked).hasSize(2);
    assertThat(recorder.count("coalesced")).isEqualTo(1);
    transport.unanswered.get(0).complete(answer());
    assertThat(rcode(first)).isEqualTo(Rcode.NOERROR);
    assertThat(rcode(second)).isEqualTo(Rcode.NOERROR);
    assertThat(dnssec).isNotDone();
    ask(forward, Requests.of("a.example."));
    assertThat(transport.asked).as("answered, so asked anew").hasSize(3);
  }

  @Test
  void maxConcurrentRefusesTheRest() {
    var forward = forward("forward . 192.0.2.1 {\n max_concurrent 2\n}");
    ask(forward, Requests.of("a.example."));
    ask(forward, Requests.of("b.example."));
    assertThat(rcode(ask(forward, Requests.of("c.example.")))).isEqualTo(Rcode.REFUSED);
    assertThat(recorder.count("rejected")).isEqualTo(1);
    transport.unanswered.get(0).complete(answer());
    assertThat(ask(forward, Requests.of("d.example."))).as("room again").isNotDone();
  }

  @Test
  void upstreamsThatLeadBackHereAreLeftOut() {
    var forward = forward("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n}");
    transport.always("192.0.2.2", answer());
    var request = Requests.of("a.example.");
    request.metadata().put("loop/excluded", () -> "192.0.2.1:53");
    assertThat(rcode(ask(forward, request))).isEqualTo(Rcode.NOERROR);
    assertThat(transport.asked).containsExactly("192.0.2.2 UDP");

    request.metadata().put("loop/excluded", () -> "192.0.2.1:53 192.0.2.2:53");
    assertThat(rcode(ask(forward, request))).isEqualTo(Rcode.SERVFAIL);
    assertThat(transport.asked).hasSize(1);
  }

  @Test
  void transfersAreNotForwarded() {
    var forward = forward("forward . 192.0.2.1");
    var axfr = Requests.of("example.", RecordType.AXFR, 0, null, Transport.TCP);
    assertThat(rcode(ask(forward, axfr))).isEqualTo(Rcode.REFUSED);
    assertThat(transport.asked).isEmpty();
  }

  @Test
  void theUpstreamIsKnownToLogAndTemplates() {
    var forward = forward("forward . 192.0.2.1:5353");
    transport.always("192.0.2.1", answer());
    var request = Requests.of("a.example.");
    ask(forward, request);
    assertThat(request.metadata().get("forward/upstream")).isEqualTo("192.0.2.1:5353");
  }

  @Test
  void resolvConfIsFollowed(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("resolv.conf");
    Files.writeString(file, "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
    var problems = new dev.byname.corefile.Problems();
    var forward =
        forward(Configs.of(folder, problems, "forward . resolv.conf {\n policy sequential\n}"));
    assertThat(problems.isEmpty()).isTrue();
    for (var host : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
      transport.always(host, answer());
    }
    ask(forward, Requests.of("a.example."));

    Files.writeString(file, "search example\nnameserver 192.0.2.3\nnameserver 192.0.2.2\n");
    scheduler.advance(Duration.ofSeconds(6));
    ask(forward, Requests.of("b.example."));
    assertThat(transport.asked).containsExactly("192.0.2.1 UDP", "192.0.2.3 UDP");
    assertThat(transport.forgotten)
        .extracting(UpstreamAddress::label)
        .containsExactly("192.0.2.1:53");

    Files.writeString(file, "# nothing here for a moment\n");
    scheduler.advance(Duration.ofSeconds(6));
    Files.delete(file);
    scheduler.advance(Duration.ofSeconds(6));
    assertThat(rcode(ask(forward, Requests.of("c.example.")))).isEqualTo(Rcode.NOERROR);

    forward.close();
    assertThat(scheduler.waiting()).as("timers after close").isZero();
  }
}
