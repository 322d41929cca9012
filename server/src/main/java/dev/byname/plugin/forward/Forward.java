package dev.byname.plugin.forward;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The {@code forward} directives of a server block, in the file's order. */
final class Forward implements Plugin {
  private final List<Forwarder> forwarders;

  Forward(List<Forwarder> forwarders) {
    this.forwarders = List.copyOf(forwarders);
  }

  @Override
  public String name() {
    return "forward";
  }

  @Override
  public void start() {
    forwarders.forEach(Forwarder::start);
  }

  @Override
  public Step handle(Request request, Chain chain) {
    int index = responsible(request.question().name(), 0);
    if (index < 0) {
      return Step.next(request);
    }
    RecordType type = request.question().type();
    if (type.equals(RecordType.AXFR) || type.equals(RecordType.IXFR)) {
      // An answer of many messages, for secondaries: those ask the primary itself.
      return Step.answer(new Response.Failure(Rcode.REFUSED, type + " is not forwarded"));
    }
    return new Step.Pending(ask(index, request));
  }

  /** The first from {@code start} on that forwards the name; -1 for none. */
  private int responsible(DomainName name, int start) {
    for (int i = start; i < forwarders.size(); i++) {
      if (forwarders.get(i).matches(name)) {
        return i;
      }
    }
    return -1;
  }

  private CompletionStage<Response> ask(int index, Request request) {
    Forwarder forwarder = forwarders.get(index);
    return forwarder
        .ask(request)
        .thenCompose(outcome -> {
          if (!outcome.upstream().isEmpty()) {
            request.metadata().put("forward/upstream", outcome::upstream);
          }
          int next =
              forwarder.handsOn(outcome) ? responsible(request.question().name(), index + 1) : -1;
          return next < 0
              ? CompletableFuture.completedFuture(outcome.response())
              : ask(next, request);
        });
  }

  @Override
  public void close() {
    forwarders.forEach(Forwarder::close);
  }
}
