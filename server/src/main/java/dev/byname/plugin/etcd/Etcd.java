package dev.byname.plugin.etcd;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Response.ExtendedError;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Answers from the messages of a {@link SkyDnsStore}. */
final class Etcd implements Plugin {
  /** Names of other zones that one query may ask for; what is beyond has its CNAME alone. */
  private static final int ELSEWHERE_MAX = 16;

  private final EtcdConfig config;
  private final SkyDnsStore.Provider stores;
  private final SkyDnsStore store;
  private final LongSupplier epochMillis;

  Etcd(EtcdConfig config, SkyDnsStore.Provider stores, LongSupplier epochMillis) {
    this.config = config;
    this.stores = stores;
    this.epochMillis = epochMillis;
    store = stores.open(config.source());
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public String notReady() {
    return store.messages().isComplete() ? "" : store.detail();
  }

  @Override
  public void close() {
    stores.release(store);
  }

  @Override
  public Step handle(Request request, Chain chain) {
    var question = request.question();
    DomainName origin = config.zoneOf(question.name());
    if (origin == null || question.queryClass() != RecordTypes.CLASS_IN) {
      return Step.next(request);
    }
    if (!store.messages().isComplete()) {
      return Step.answer(
          new Response.Failure(
              Rcode.SERVFAIL,
              "not everything has been read yet: " + store.detail(),
              new ExtendedError(ExtendedError.NOT_READY, "")));
    }
    long serial = epochMillis.getAsLong() / 1000;
    var zone = new SkyDnsZone(store.messages(), origin, this::ttlSeconds);
    return switch (zone.find(question.name(), question.type(), serial)) {
      case Found.Records(List<Part> answer, List<Part> additional) ->
          answer(request, chain, answer, additional, zone.soa(serial));
      case Found.NoName() ->
          config.fallsThrough(question.name())
              ? Step.next(request)
              : Step.answer(negative(request, Rcode.NXDOMAIN, zone.soa(serial)));
      case Found.Broken(String reason) -> Step.answer(new Response.Failure(Rcode.SERVFAIL, reason));
    };
  }

  private long ttlSeconds(SkyDnsMessage message) {
    return config.ttlSeconds(
        message, message.leaseId() == 0 ? 0 : store.leaseSeconds(message.leaseId()));
  }

  private static Step answer(
      Request request, Chain chain, List<Part> answer, List<Part> additional, ResourceRecord soa) {
    Set<Question> questions = new LinkedHashSet<>();
    Part.collect(answer, questions);
    Part.collect(additional, questions);
    if (questions.isEmpty()) {
      return Step.answer(positive(request, answer, additional, new Elsewhere(), soa));
    }
    var elsewhere = new Elsewhere();
    var asked = new ArrayList<CompletableFuture<?>>();
    for (Question question : questions) {
      if (asked.size() < ELSEWHERE_MAX) {
        asked.add(
            chain
                .server(request.asking(question))
                .thenAccept(response -> elsewhere.put(question, response))
                .toCompletableFuture());
      }
    }
    return new Step.Pending(
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
            .thenApply(_ -> positive(request, answer, additional, elsewhere, soa)));
  }

  /** What other zones have answered so far; answers come on many threads. */
  private static final class Elsewhere {
    private final Map<Question, List<ResourceRecord>> answers = new HashMap<>();
    private boolean truncated;

    synchronized void put(Question question, Response response) {
      @Nullable Message message =
          switch (response) {
            case Response.Reply(Message reply) -> reply;
            case Response.Wire wire -> wire.read();
            // The CNAME alone then, as for a name that does not exist.
            case Response.Failure _, Response.Transfer _, Response.NoReply _ -> null;
          };
      if (message != null) {
        answers.put(question, message.answer());
        truncated |= message.has(Header.TC);
      }
    }

    synchronized List<ResourceRecord> records(List<Part> parts) {
      return Part.records(parts, answers);
    }

    synchronized int truncatedFlag() {
      return truncated ? Header.TC : 0;
    }
  }

  private static Response positive(
      Request request,
      List<Part> answer,
      List<Part> additional,
      Elsewhere elsewhere,
      ResourceRecord soa) {
    var records = elsewhere.records(answer);
    if (records.isEmpty()) {
      return negative(request, Rcode.NOERROR, soa);
    }
    return reply(
        request,
        elsewhere.truncatedFlag(),
        Rcode.NOERROR,
        records,
        List.of(),
        elsewhere.records(additional));
  }

  private static Response negative(Request request, int rcode, ResourceRecord soa) {
    return reply(request, 0, rcode, List.of(), List.of(soa), List.of());
  }

  private static Response reply(
      Request request,
      int moreFlags,
      int rcode,
      List<ResourceRecord> answer,
      List<ResourceRecord> authority,
      List<ResourceRecord> additional) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | Header.AA | moreFlags | (request.flags() & (Header.RD | Header.CD)),
            rcode,
            request.question(),
            answer,
            authority,
            additional,
            null));
  }
}
