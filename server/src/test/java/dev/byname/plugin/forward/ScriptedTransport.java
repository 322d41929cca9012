package dev.byname.plugin.forward;

import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers as the test says; without a word, never. Used by one thread. */
final class ScriptedTransport implements UpstreamTransport {
  /** What was asked: {@code 192.0.2.1 UDP}, with {@code plain} where EDNS was left out. */
  final List<String> asked = new ArrayList<>();

  /** Health checks: NS of the root, without EDNS. */
  final List<String> checks = new ArrayList<>();

  final List<UpstreamAddress> forgotten = new ArrayList<>();
  final List<CompletableFuture<UpstreamReply>> unanswered = new ArrayList<>();
  private final Map<String, Deque<UpstreamReply>> script = new HashMap<>();
  private final Map<String, UpstreamReply> always = new HashMap<>();

  ScriptedTransport next(String host, UpstreamReply... replies) {
    script.computeIfAbsent(host, h -> new ArrayDeque<>()).addAll(List.of(replies));
    return this;
  }

  ScriptedTransport always(String host, UpstreamReply reply) {
    always.put(host, reply);
    return this;
  }

  static UpstreamReply answer(int rcode) {
    return new UpstreamReply.Answered(new byte[] {(byte) rcode}, rcode, false);
  }

  static UpstreamReply answer() {
    return answer(Rcode.NOERROR);
  }

  static UpstreamReply failed() {
    return new UpstreamReply.Failed("timed out");
  }

  @Override
  public CompletionStage<UpstreamReply> ask(
      UpstreamAddress to,
      UpstreamQuery query,
      Via via,
      boolean edns,
      boolean randomCase,
      long timeoutNanos) {
    String host = to.address().getAddress().getHostAddress();
    boolean check = query.type() == RecordTypes.NS;
    (check ? checks : asked).add(host + " " + via + (edns || check ? "" : " plain"));
    Deque<UpstreamReply> replies = script.get(host);
    UpstreamReply reply = replies == null ? null : replies.poll();
    if (reply == null) {
      reply = always.get(host);
    }
    var future = new CompletableFuture<UpstreamReply>();
    if (reply == null) {
      unanswered.add(future);
    } else {
      future.complete(reply);
    }
    return future;
  }

  @Override
  public void forget(UpstreamAddress address) {
    forgotten.add(address);
  }

  @Override
  public void close() {}
}
