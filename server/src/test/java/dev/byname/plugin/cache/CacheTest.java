package dev.byname.plugin.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.testkit.ManualScheduler;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CacheTest {
  private final ManualScheduler scheduler =
      new ManualScheduler(Instant.parse("2026-01-01T00:00:00Z"));
  private final Counters counters = new Counters();

  /** What the plugins behind say next; a null: nothing until {@link #waiting} is completed. */
  private final Deque<Response> behind = new ArrayDeque<>();

  private final List<CompletableFuture<Response>> waiting = new ArrayList<>();
  private final List<Request> asked = new ArrayList<>();
  private @Nullable CachePlugin cache;

  private final Plugin.Chain chain =
      new Plugin.Chain() {
        @Override
        public CompletionStage<Response> next(Request request) {
          asked.add(request);
          Response response = behind.poll();
          if (response != null) {
            return CompletableFuture.completedFuture(response);
          }
          var later = new CompletableFuture<Response>();
          waiting.add(later);
          return later;
        }

        @Override
        public CompletionStage<Response> server(Request request) {
          throw new AssertionError();
        }
      };

  private void given(String lines) {
    var problems = new Problems();
    var corefile =
        Corefile.parse(". {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    var config =
        new CacheFactory()
            .parse(
                corefile.blocks().getFirst().directives("cache"),
                new BlockContext(List.of("."), Path.of(".")),
                problems);
    assertThat(problems.toString()).isEmpty();
    Instant start = scheduler.clock().instant();
    LongSupplier nanoTime = () -> Duration.between(start, scheduler.clock().instant()).toNanos();
    cache =
        new CachePlugin(
            config,
            new BlockContext(List.of("."), Path.of(""), List.of("dns://:53"), ""),
            counters,
            nanoTime,
            () -> scheduler.clock().instant().toEpochMilli(),
            scheduler);
  }

  private void after(int seconds) {
    scheduler.advance(Duration.ofSeconds(seconds));
  }

  // ---- queries ----

  private static Request request(String name, RecordType type, int flags, @Nullable Edns edns) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5353);
    return new Request(
        1,
        flags,
        new Question(DomainName.of(name), type, RecordTypes.CLASS_IN),
        ".",
        edns,
        List.of(),
        new byte[0],
        new Client(Transport.UDP, address, address),
        new Request.Metadata(),
        0);
  }

  private static Request request(String name) {
    return request(name, RecordType.A, Header.RD, null);
  }

  private CompletableFuture<Response> ask(Request request) {
    return ask(cache.handle(request, chain));
  }

  private CompletableFuture<Response> ask(Step step) {
    return switch (step) {
      case Step.Answer(var response) -> CompletableFuture.completedFuture(response);
      case Step.Pending(var response) -> response.toCompletableFuture();
      case Step.Next(var request, var filter) ->
          chain
              .next(request)
              .toCompletableFuture()
              .thenCompose(response ->
                  filter == null
                      ? CompletableFuture.completedFuture(response)
                      : ask(filter.apply(response)));
    };
  }

  /** As dig prints it, on one line. */
  private String dig(Request request) {
    return text(ask(request));
  }

  private String dig(String name) {
    return dig(request(name));
  }

  private static String text(CompletableFuture<Response> response) {
    if (!response.isDone()) {
      return "waits";
    }
    return switch (response.join()) {
      case Response.Wire wire -> String.valueOf(wire.read()).replace("\n", "; ");
      case Response.Reply(Message message) -> message.toString().replace("\n", "; ");
      case Response.Failure failure -> "failure " + Rcode.name(failure.rcode());
      case Response.NoReply _, Response.Transfer _ -> throw new AssertionError();
    };
  }

  // ---- answers ----

  private static ResourceRecord a(String owner, int ttl) {
    return record(owner, RecordType.A, ttl, new AddressRdata(new byte[] {10, 0, 0, 1}));
  }

  private static ResourceRecord cname(String owner, int ttl, String target) {
    return record(owner, RecordType.CNAME, ttl, new NameRdata(DomainName.of(target), true));
  }

  private static ResourceRecord soa(int ttl, int minimum) {
    var rdata =
        new SoaRdata(
            DomainName.of("ns.example."), DomainName.of("h.example."), 1, 2, 3, 4, minimum);
    return record("example.", RecordType.SOA, ttl, rdata);
  }

  private static ResourceRecord record(String owner, RecordType type, int ttl, Rdata data) {
    return ResourceRecord.in(DomainName.of(owner), type, ttl, data);
  }

  private static Message message(
      String name,
      int flags,
      int rcode,
      List<ResourceRecord> answer,
      List<ResourceRecord> authority) {
    return new Message(
        1,
        Header.QR | Header.RD | Header.RA | flags,
        rcode,
        new Question(DomainName.of(name), RecordType.A, RecordTypes.CLASS_IN),
        answer,
        authority,
        List.of(),
        null);
  }

  private static Response wire(Message message) {
    return new Response.Wire(message.toWire(0xffff));
  }

  private static Response answer(String name, ResourceRecord... records) {
    return wire(message(name, 0, Rcode.NOERROR, List.of(records), List.of()));
  }

  private static Response denial(String name, int rcode, ResourceRecord... authority) {
    return wire(message(name, 0, rcode, List.of(), List.of(authority)));
  }

  // ---- what is kept, and for how long ----

  @Test
  void ttlsCountDownAndEnd() {
    given("cache");
    behind.add(answer("a.example.", a("a.example.", 30)));
    assertThat(dig("a.example.")).isEqualTo("NOERROR rd ra; a.example. 30 IN A 10.0.0.1");
    after(12);
    assertThat(dig("A.example.")).isEqualTo("NOERROR aa rd ra; a.example. 18 IN A 10.0.0.1");
    after(17);
    assertThat(dig("a.example.")).contains(" 1 IN A ");
    assertThat(asked).hasSize(1);
    after(1);
    assertThat(dig("a.example.")).isEqualTo("waits");
    assertThat(counters).hasToString("requested 4 hits success 2 missed 2");
  }

  @Test
  void allRecordsGetTheLowestTtl() {
    given("cache");
    behind.add(answer("a.example.", cname("a.example.", 300, "b.example."), a("b.example.", 20)));
    var expected = "a.example. 20 IN CNAME b.example.; b.example. 20 IN A 10.0.0.1";
    assertThat(dig("a.example.")).isEqualTo("NOERROR rd ra; " + expected);
    assertThat(dig("a.example.")).isEqualTo("NOERROR aa rd ra; " + expected);
  }

  @Test
  void ttlsAreCappedAndRaised() {
    given("cache 60");
    behind.add(answer("long.example.", a("long.example.", 3000)));
    assertThat(dig("long.example.")).contains(" 60 IN A ");
    for (int ttl : new int[] {0, 1}) {
      behind.add(answer(ttl + ".example.", a(ttl + ".example.", ttl)));
      assertThat(dig(ttl + ".example.")).contains(" 5 IN A ");
    }
  }

  @Test
  void aMinimumOfZeroKeepsNothingThatMustNotBeKept() {
    given("cache {\n success 2000 100 0\n}");
    behind.add(answer("a.example.", a("a.example.", 0)));
    assertThat(dig("a.example.")).contains(" 0 IN A ");
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void keepttl() {
    given("cache {\n keepttl\n}");
    behind.add(answer("a.example.", a("a.example.", 30)));
    dig("a.example.");
    after(20);
    assertThat(dig("a.example.")).contains(" 30 IN A ");
    after(10);
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void denialsLiveAsLongAsTheirSoaSays() {
    given("cache");
    behind.add(denial("no.example.", Rcode.NXDOMAIN, soa(300, 40)));
    behind.add(denial("empty.example.", Rcode.NOERROR, soa(30, 3600)));
    assertThat(dig("no.example.")).startsWith("NXDOMAIN rd ra; example. 40 IN SOA");
    assertThat(dig("empty.example.")).startsWith("NOERROR rd ra; example. 30 IN SOA");
    after(29);
    assertThat(dig("no.example.")).startsWith("NXDOMAIN aa rd ra; example. 11 IN SOA");
    assertThat(dig("empty.example.")).startsWith("NOERROR aa rd ra; example. 1 IN SOA");
    assertThat(counters.hits).containsEntry(CacheObserver.EntryType.DENIAL, 2L);
  }

  @Test
  void denialIsPerType() {
    given("cache");
    behind.add(denial("no.example.", Rcode.NXDOMAIN, soa(300, 40)));
    dig("no.example.");
    assertThat(dig(request("no.example.", RecordType.AAAA, Header.RD, null))).isEqualTo("waits");
  }

  @Test
  void servfailIsKeptForFiveSeconds() {
    given("cache");
    behind.add(denial("a.example.", Rcode.SERVFAIL));
    dig("a.example.");
    after(4);
    assertThat(dig("a.example.")).isEqualTo("SERVFAIL aa rd ra");
    after(1);
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void servfailCanBeTurnedOff() {
    given("cache {\n servfail 0s\n}");
    behind.add(denial("a.example.", Rcode.SERVFAIL));
    assertThat(dig("a.example.")).isEqualTo("SERVFAIL rd ra");
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void whatIsNotKept() {
    given("cache");
    var name = "a.example.";
    var notKept =
        List.of(
            denial(name, Rcode.NXDOMAIN),
            denial(name, Rcode.REFUSED, soa(30, 30)),
            wire(message(name, Header.TC, Rcode.NOERROR, List.of(a(name, 30)), List.of())),
            answer(name, cname(name, 30, "b.example.")),
            answer(name, cname(name, 30, "b.example."), cname("b.example.", 30, name)),
            answer(
                name,
                cname(name, 30, "b.example."),
                cname(name, 30, "c.example."),
                a("c.example.", 30)),
            answer(name, a("other.example.", 30)),
            new Response.Failure(Rcode.SERVFAIL, "no upstream"));
    for (var response : notKept) {
      behind.add(response);
      ask(request(name));
      assertThat(dig(name)).as(response.toString()).isEqualTo("waits");
    }
  }

  @Test
  void anAliasWithADenialIsADenial() {
    given("cache");
    behind.add(
        wire(
            message(
                "a.example.",
                0,
                Rcode.NXDOMAIN,
                List.of(cname("a.example.", 300, "gone.example.")),
                List.of(soa(60, 20)))));
    dig("a.example.");
    assertThat(dig("a.example."))
        .startsWith("NXDOMAIN aa rd ra; a.example. 20 IN CNAME gone.example.; example. 20 IN SOA");
  }

  @Test
  void whatThisServerMadeIsNotKept() {
    given("cache");
    var made = message("svc.example.", Header.AA, Rcode.NXDOMAIN, List.of(), List.of(soa(30, 30)));
    behind.add(new Response.Reply(made));
    assertThat(dig("svc.example.")).startsWith("NXDOMAIN aa rd ra");
    behind.add(
        new Response.Reply(
            message("svc.example.", Header.AA, 0, List.of(a("svc.example.", 5)), List.of())));
    assertThat(dig("svc.example.")).as("at once").contains(" 5 IN A ");
  }

  @Test
  void dnssecAndCheckingDisabledAreKeptApart() {
    given("cache");
    behind.add(answer("a.example.", a("a.example.", 30)));
    dig("a.example.");
    assertThat(dig(request("a.example.", RecordType.A, Header.RD, new Edns(1232, true))))
        .isEqualTo("waits");
    assertThat(dig(request("a.example.", RecordType.A, Header.RD | Header.CD, null)))
        .isEqualTo("waits");
    assertThat(dig(request("a.example.", RecordType.A, Header.RD, new Edns(1232, false))))
        .contains(" 30 IN A ");
  }

  @Test
  void authenticatedDataIsForThoseWhoAsk() {
    given("cache");
    behind.add(wire(message("a.example.", Header.AD, 0, List.of(a("a.example.", 30)), List.of())));
    assertThat(dig("a.example.")).startsWith("NOERROR rd ra;");
    assertThat(asked.getFirst().has(Header.AD)).isTrue();
    assertThat(dig(request("a.example.", RecordType.A, Header.RD | Header.AD, null)))
        .startsWith("NOERROR aa rd ra ad;");
    assertThat(dig("a.example.")).startsWith("NOERROR aa rd ra;");
  }

  @Test
  void clientSubnetPassesBy() {
    given("cache");
    var subnet = new Edns.Option(Edns.OPTION_CLIENT_SUBNET, new byte[] {0, 1, 8, 0, 10});
    var request =
        request("a.example.", RecordType.A, Header.RD, new Edns(1232, 0, false, List.of(subnet)));
    behind.add(answer("a.example.", a("a.example.", 300)));
    assertThat(dig(request)).contains(" 300 IN A ");
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void aReferralForNobodysRecursionIsNotKept() {
    given("cache");
    var ns = record("example.", RecordType.NS, 300, new NameRdata(DomainName.of("ns."), true));
    behind.add(denial("a.example.", Rcode.NOERROR, ns));
    dig(request("a.example.", RecordType.A, 0, null));
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void otherZonesPassBy() {
    given("cache 60 example.org");
    behind.add(answer("a.example.", a("a.example.", 300)));
    assertThat(dig("a.example.")).as("untouched").contains(" 300 IN A ");
    assertThat(counters).hasToString("");
  }

  @Test
  void disableForAZone() {
    given("cache {\n disable denial sub.example\n disable success other.example\n}");
    behind.add(denial("a.sub.example.", Rcode.NXDOMAIN, soa(30, 30)));
    behind.add(answer("a.other.example.", a("a.other.example.", 30)));
    dig("a.sub.example.");
    dig("a.other.example.");
    assertThat(dig("a.sub.example.")).isEqualTo("waits");
    assertThat(dig("a.other.example.")).isEqualTo("waits");
  }

  @Test
  void anAnswerToAnotherQuestionIsNotKept() {
    given("cache");
    behind.add(answer("b.example.", a("b.example.", 30)));
    dig("a.example.");
    assertThat(dig("a.example.")).isEqualTo("waits");
    assertThat(counters).hasToString("requested 2 missed 2 dropped 1");
  }

  @Test
  void capacityIsBounded() {
    given("cache {\n success 1024\n}");
    for (int i = 0; i < 3000; i++) {
      var name = "n" + i + ".example.";
      behind.add(answer(name, a(name, 300)));
      dig(name);
    }
    assertThat(counters.entries(CacheObserver.EntryType.SUCCESS)).isLessThanOrEqualTo(1024);
    assertThat(counters.evictions).isGreaterThanOrEqualTo(3000 - 1024);
  }

  @Test
  void bytesAreBounded() {
    given("cache {\n success 1024\n}");
    for (int i = 0; i < 100; i++) {
      var name = "n" + i + ".example.";
      var records = new ArrayList<ResourceRecord>();
      for (int k = 0; k < 2000; k++) {
        records.add(
            record(
                name,
                RecordType.A,
                300,
                new AddressRdata(new byte[] {10, 0, (byte) (k >> 8), (byte) k})));
      }
      behind.add(answer(name, records.toArray(ResourceRecord[]::new)));
      dig(name);
    }
    // 32,000 bytes each, 1 MiB in all.
    assertThat(counters.entries(CacheObserver.EntryType.SUCCESS)).isBetween(20L, 33L);
  }

  @Test
  void memoryIsGivenBackWhenEntriesExpire() {
    given("cache");
    for (int i = 0; i < 100; i++) {
      var name = "n" + i + ".example.";
      behind.add(answer(name, a(name, 30)));
      dig(name);
    }
    after(60);
    behind.add(answer("x.example.", a("x.example.", 30)));
    dig("x.example.");
    assertThat(counters.entries(CacheObserver.EntryType.SUCCESS)).isEqualTo(1);
  }

  // ---- prefetch ----

  @Test
  void popularNamesAreFetchedBeforeTheyExpire() {
    given("cache {\n prefetch 3 1m 20%\n}");
    behind.add(answer("a.example.", a("a.example.", 100)));
    dig("a.example.");
    dig("a.example.");
    dig("a.example.");
    after(80);
    assertThat(asked).hasSize(1);
    dig("a.example."); // after a gap of more than a minute, so the first again
    dig("a.example.");
    assertThat(asked).hasSize(1);
    assertThat(dig("a.example.")).as("at once, while it is fetched").contains(" 20 IN A ");
    dig("a.example.");
    assertThat(asked).as("once").hasSize(2);
    waiting.getFirst().complete(answer("a.example.", a("a.example.", 100)));
    assertThat(dig("a.example.")).contains(" 100 IN A ");
    assertThat(counters.prefetched).isEqualTo(1);
  }

  // ---- stale ----

  private void expired(String lines) {
    given(lines);
    behind.add(answer("a.example.", a("a.example.", 30)));
    dig("a.example.");
    asked.clear();
    after(40);
  }

  @Test
  void staleIsServedAtOnceWhileItIsFetched() {
    expired("cache {\n serve_stale\n}");
    assertThat(dig("a.example.")).isEqualTo("NOERROR aa rd ra; a.example. 0 IN A 10.0.0.1");
    assertThat(dig("a.example.")).contains(" 0 IN A ");
    assertThat(asked).as("one refresh for all").hasSize(1);
    waiting.getFirst().complete(answer("a.example.", a("a.example.", 50)));
    assertThat(dig("a.example.")).contains(" 50 IN A ");
    assertThat(counters.servedStale).isEqualTo(2);
  }

  @Test
  void staleEnds() {
    expired("cache {\n serve_stale 1m\n}");
    after(50); // 60 s after it expired
    assertThat(dig("a.example.")).isEqualTo("waits");
  }

  @Test
  void staleTtlAndRecheck() {
    expired("cache {\n serve_stale 1h immediate 30s 10s\n}");
    behind.add(new Response.Failure(Rcode.SERVFAIL, "down"));
    assertThat(dig("a.example.")).contains(" 30 IN A ");
    after(9);
    assertThat(dig("a.example.")).contains(" 30 IN A ");
    assertThat(asked).as("not asked again so soon").hasSize(1);
    after(1);
    dig("a.example.");
    assertThat(asked).hasSize(2);
  }

  @Test
  void aServfailDoesNotReplaceWhatIsStale() {
    expired("cache {\n serve_stale\n}");
    behind.add(denial("a.example.", Rcode.SERVFAIL));
    dig("a.example.");
    assertThat(dig("a.example.")).contains(" 0 IN A ");
  }

  @Test
  void verifyAsksFirst() {
    expired("cache {\n serve_stale 1h verify\n}");
    behind.add(answer("a.example.", a("a.example.", 50)));
    assertThat(dig("a.example.")).contains(" 50 IN A ");
    assertThat(counters.servedStale).isZero();
  }

  @Test
  void verifyFallsBackWhenItFails() {
    expired("cache {\n serve_stale 1h verify\n}");
    var response = ask(request("a.example."));
    assertThat(response).isNotDone();
    waiting.getFirst().complete(new Response.Failure(Rcode.SERVFAIL, "down"));
    assertThat(text(response)).contains(" 0 IN A ");
    assertThat(counters.servedStale).isEqualTo(1);
  }

  @Test
  void verifyTakesANewDenial() {
    expired("cache {\n serve_stale 1h verify\n}");
    behind.add(denial("a.example.", Rcode.NXDOMAIN, soa(30, 30)));
    assertThat(dig("a.example.")).startsWith("NXDOMAIN");
    assertThat(dig("a.example.")).startsWith("NXDOMAIN aa");
  }

  @Test
  void verifyWaitsOnlySoLong() {
    expired("cache {\n serve_stale 1h verify 200ms\n}");
    var response = ask(request("a.example."));
    scheduler.advance(Duration.ofMillis(199));
    assertThat(response).isNotDone();
    scheduler.advance(Duration.ofMillis(1));
    assertThat(text(response)).contains(" 0 IN A ");
    waiting.getFirst().complete(answer("a.example.", a("a.example.", 50)));
    assertThat(dig("a.example.")).as("it went on all the same").contains(" 50 IN A ");
  }

  @Test
  void preferPositive() {
    expired("cache {\n serve_stale 1h immediate\n serve_stale_policy prefer_positive\n}");
    behind.add(denial("a.example.", Rcode.NXDOMAIN, soa(300, 300)));
    assertThat(dig("a.example.")).contains(" 0 IN A ");
    assertThat(dig("a.example.")).as("the denial is newer").contains(" 0 IN A ");
  }

  @Test
  void withoutThatADenialIsBelieved() {
    expired("cache {\n serve_stale 1h immediate\n}");
    behind.add(denial("a.example.", Rcode.NXDOMAIN, soa(300, 300)));
    assertThat(dig("a.example.")).contains(" 0 IN A ");
    assertThat(dig("a.example.")).startsWith("NXDOMAIN");
  }

  /** Counts what the metrics would. */
  private static final class Counters implements CacheObserver, CacheObserver.Meter {
    final Map<EntryType, Long> hits = new EnumMap<>(EntryType.class);
    final Map<EntryType, LongSupplier> sizes = new EnumMap<>(EntryType.class);
    long requested;
    long missed;
    long prefetched;
    long dropped;
    long servedStale;
    long evictions;

    @Override
    public Meter meter(
        List<String> servers,
        String zones,
        String view,
        LongSupplier success,
        LongSupplier denial) {
      sizes.put(EntryType.SUCCESS, success);
      sizes.put(EntryType.DENIAL, denial);
      return this;
    }

    long entries(EntryType type) {
      return sizes.get(type).getAsLong();
    }

    @Override
    public void requested(String server) {
      requested++;
    }

    @Override
    public void hit(String server, EntryType type) {
      hits.merge(type, 1L, Long::sum);
    }

    @Override
    public void missed(String server) {
      missed++;
    }

    @Override
    public void prefetched(String server) {
      prefetched++;
    }

    @Override
    public void dropped(String server) {
      dropped++;
    }

    @Override
    public void servedStale(String server) {
      servedStale++;
    }

    @Override
    public void evicted(String server, EntryType type) {
      evictions++;
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      var text = new StringBuilder();
      append(text, "requested", requested);
      hits.forEach(
          (type, n) -> append(text, "hits " + type.name().toLowerCase(java.util.Locale.ROOT), n));
      append(text, "missed", missed);
      append(text, "dropped", dropped);
      return text.toString();
    }

    private static void append(StringBuilder text, String name, long count) {
      if (count > 0) {
        text.append(text.isEmpty() ? "" : " ").append(name).append(' ').append(count);
      }
    }
  }
}
