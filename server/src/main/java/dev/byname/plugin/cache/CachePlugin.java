package dev.byname.plugin.cache;

import dev.byname.plugin.BlockContext;
import dev.byname.plugin.cache.CacheObserver.EntryType;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Answers from what it has seen, and looks at what comes back for what it has not. */
final class CachePlugin implements Plugin {
  private final CacheConfig config;
  private final CacheStore store;
  private final CacheObserver.Meter meter;
  private final LongSupplier nanoTime;
  private final LongSupplier epochMillis;
  private final ScheduledExecutorService scheduler;

  /** Where the answer came in that was kept last: what it pushes out counts there. */
  private volatile String lastKeptAt;

  CachePlugin(
      CacheConfig config,
      BlockContext block,
      CacheObserver observer,
      LongSupplier nanoTime,
      LongSupplier epochMillis,
      ScheduledExecutorService scheduler) {
    this.config = config;
    this.nanoTime = nanoTime;
    this.epochMillis = epochMillis;
    this.scheduler = scheduler;
    lastKeptAt = block.servers().isEmpty() ? "" : block.servers().getFirst();
    var evictions = new Evictions();
    store = new CacheStore(config, nanoTime, evictions::add);
    meter =
        observer.meter(
            block.servers(),
            config.zonesLabel(),
            block.view(),
            () -> store.size(EntryType.SUCCESS),
            () -> store.size(EntryType.DENIAL));
    evictions.meter = meter;
  }

  /** Breaks the circle: the meter shows the store's sizes, the store tells the meter. */
  private final class Evictions {
    volatile CacheObserver.@Nullable Meter meter;

    void add(EntryType type) {
      CacheObserver.Meter to = meter;
      if (to != null) {
        to.evicted(lastKeptAt, type);
      }
    }
  }

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    if (!config.matches(request.question().name()) || !sameForEverybody(request)) {
      return Step.next(request);
    }
    long now = nanoTime.getAsLong();
    CacheKey key = CacheKey.of(request);
    String server = chain.labels().server();
    meter.requested(server);
    CacheEntry entry = store.find(key, now);
    if (entry == null) {
      meter.missed(server);
      return Step.next(
          asRefresh(request), response -> Step.answer(taken(request, server, key, response)));
    }
    meter.hit(server, entry.type);
    long remaining = entry.remainingSeconds(now);
    if (remaining <= 0) {
      return stale(request, chain, key, entry, now);
    }
    if (isDueForPrefetch(entry, remaining, now) && entry.beginRefresh(now, 0)) {
      meter.prefetched(server);
      var _ = refresh(request, chain, key, entry);
    }
    return Step.answer(
        answer(request, entry, config.keepTtl() ? entry.ttlSeconds : (int) remaining));
  }

  /** Answers that depend on the client's network are not for others (RFC 7871 section 7.3.1). */
  private static boolean sameForEverybody(Request request) {
    Edns edns = request.edns();
    return request.authority().isEmpty()
        && (edns == null
            || edns.options().stream()
                .noneMatch(option -> option.code() == Edns.OPTION_CLIENT_SUBNET));
  }

  private static Response answer(Request request, CacheEntry entry, int ttlSeconds) {
    return new Response.Wire(entry.message(ttlSeconds, wantsAuthenticated(request)));
  }

  private static boolean wantsAuthenticated(Request request) {
    return request.dnssecOk() || request.has(Header.AD);
  }

  /** With AD, so that what is kept serves those who want to know as well. */
  private static Request asRefresh(Request request) {
    return request.withFlags(request.flags() | Header.AD);
  }

  // ---- fetching again ----

  private boolean isDueForPrefetch(CacheEntry entry, long remainingSeconds, long now) {
    CacheConfig.Prefetch prefetch = config.prefetch();
    if (prefetch == null || entry.countHit(now, prefetch.gap().toNanos()) < prefetch.amount()) {
      return false;
    }
    return remainingSeconds <= Math.ceilDiv(entry.ttlSeconds * prefetch.percentage(), 100);
  }

  /** An expired entry, and the means to replace it. */
  private Step stale(Request request, Chain chain, CacheKey key, CacheEntry entry, long nowNanos) {
    CacheConfig.Stale stale = config.stale();
    if (stale == null) {
      throw new IllegalStateException("expired entries are found with serve_stale only");
    }
    String server = chain.labels().server();
    Response old = answer(request, entry, stale.ttlSeconds());
    if (!entry.beginRefresh(nowNanos, stale.recheck().toNanos())) {
      // Somebody is at it, or has just failed. Without recheck time each one verifies for himself.
      if (!stale.verify() || stale.recheck().isPositive()) {
        meter.servedStale(server);
        return Step.answer(old);
      }
      return new Step.Pending(verified(request, server, old, fetch(request, chain, key), stale));
    }
    CompletableFuture<@Nullable Response> fresh = refresh(request, chain, key, entry);
    if (!stale.verify()) {
      meter.prefetched(server);
      meter.servedStale(server);
      return Step.answer(old);
    }
    return new Step.Pending(verified(request, server, old, fresh, stale));
  }

  /** The fresh answer if it comes in time, else the old one. */
  private CompletableFuture<Response> verified(
      Request request,
      String server,
      Response old,
      CompletableFuture<@Nullable Response> fresh,
      CacheConfig.Stale stale) {
    var result = new CompletableFuture<Response>();
    var _ =
        fresh.whenComplete((response, _) -> {
          if (response != null) {
            result.complete(shaped(request, response, judge(request, response)));
          } else if (result.complete(old)) {
            meter.servedStale(server);
          }
        });
    Duration timeout = stale.verifyTimeout();
    if (timeout.isPositive() && !result.isDone()) {
      var _ =
          scheduler.schedule(
              () -> {
                if (result.complete(old)) {
                  meter.servedStale(server);
                }
              },
              timeout.toNanos(),
              TimeUnit.NANOSECONDS);
    }
    return result;
  }

  /** Fetches an entry anew on behalf of its clients; null: to no avail. */
  private CompletableFuture<@Nullable Response> refresh(
      Request request, Chain chain, CacheKey key, CacheEntry entry) {
    return fetch(request, chain, key)
        .whenComplete((response, _) -> {
          entry.endRefresh(nanoTime.getAsLong(), response != null);
          CacheEntry successor = store.find(key, nanoTime.getAsLong());
          if (successor != null && successor != entry) {
            successor.takeHitsOf(entry);
          }
        });
  }

  private CompletableFuture<@Nullable Response> fetch(Request request, Chain chain, CacheKey key) {
    // Its own metadata: the client's query may be answered, and logged, before.
    var own =
        new Request(
            request.id(),
            request.flags() | Header.AD,
            request.question(),
            request.zone(),
            request.edns(),
            request.authority(),
            request.wire(),
            request.client(),
            new Request.Metadata(),
            request.depth());
    return chain
        .next(own)
        .toCompletableFuture()
        .<@Nullable Response>handle((response, _) -> {
          if (response == null || !isNews(response)) {
            return null;
          }
          keep(own, chain.labels().server(), key, judge(own, response));
          return response;
        });
  }

  /** Whether a response says something about the name; only then may it replace an old one. */
  private boolean isNews(Response response) {
    CacheConfig.Stale stale = config.stale();
    boolean positiveOnly = stale != null && stale.preferPositive();
    return switch (response) {
      case Response.Wire(byte[] message) -> {
        int flags = Bytes.u16(message, Header.FLAGS);
        int rcode = flags & Header.RCODE_MASK;
        yield positiveOnly
            ? rcode == Rcode.NOERROR && Bytes.u16(message, Header.ANCOUNT) > 0
            : rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN;
      }
      case Response.Reply(Message message) ->
          message.rcode() == Rcode.NOERROR || message.rcode() == Rcode.NXDOMAIN;
      case Response.Failure _, Response.NoReply _, Response.Transfer _ -> false;
    };
  }

  // ---- keeping ----

  /** What a client gets of a response to its query; the response is kept when that makes sense. */
  private Response taken(Request request, String server, CacheKey key, Response response) {
    Kept kept = judge(request, response);
    keep(request, server, key, kept);
    return shaped(request, response, kept);
  }

  private void keep(Request request, String server, CacheKey key, @Nullable Kept kept) {
    if (kept == null || kept.ttlSeconds <= 0 || isOff(key.name(), kept.what)) {
      return;
    }
    if (!request.question().equals(kept.message.question())) {
      meter.dropped(server);
      return;
    }
    byte[] message = kept.wire.clone();
    // Some old resolvers throw an answer without AA away, which is why CoreDNS sets it on what it
    // has kept. Clients have come to rely on it.
    Bytes.u16(message, Header.FLAGS, Bytes.u16(message, Header.FLAGS) | Header.AA);
    lastKeptAt = server;
    store.put(
        key,
        new CacheEntry(
            message,
            kept.ttlOffsets,
            kept.what.type(),
            kept.what.serverError(),
            kept.what.answers(),
            nanoTime.getAsLong(),
            kept.ttlSeconds));
  }

  /** All records get the lifetime that the cache gives the message: no jump at the first hit. */
  private static Response shaped(Request request, Response response, @Nullable Kept kept) {
    if (kept == null) {
      return response;
    }
    byte[] copy = kept.wire.clone();
    CacheEntry.overwriteTtls(copy, kept.ttlOffsets, kept.ttlSeconds);
    if (!wantsAuthenticated(request)) {
      Bytes.u16(copy, Header.FLAGS, Bytes.u16(copy, Header.FLAGS) & ~Header.AD);
    }
    return new Response.Wire(copy);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Kept(
      byte[] wire, Message message, Cacheable what, char[] ttlOffsets, int ttlSeconds) {}

  /**
   * Null for what is not kept. That is everything made in this process: the plugin that made it has
   * it at hand, and knows it has changed before a TTL has passed. So the cluster zone is never
   * behind the cache (a service that appears is answered at once), while the same zone is cached
   * where it comes from an upstream, as on a node-local cache.
   */
  private @Nullable Kept judge(Request request, Response response) {
    if (!(response instanceof Response.Wire(byte[] wire))) {
      return null;
    }
    Message message = Message.read(wire, wire.length);
    if (message == null) {
      return null;
    }
    Cacheable what =
        Cacheable.of(
            message,
            request.recursionDesired(),
            TimeUnit.MILLISECONDS.toSeconds(epochMillis.getAsLong()));
    return what == null
        ? null
        : new Kept(wire, message, what, Cacheable.ttlOffsets(wire), ttlSeconds(what));
  }

  private int ttlSeconds(Cacheable what) {
    if (what.serverError()) {
      return (int) config.servfail().toSeconds();
    }
    CacheConfig.Limits limits =
        switch (what.type()) {
          case SUCCESS -> config.success();
          case DENIAL -> config.denial();
        };
    return (int)
        Math.min(Math.max(what.ttlSeconds(), limits.minTtlSeconds()), limits.maxTtlSeconds());
  }

  private boolean isOff(DomainName name, Cacheable what) {
    var off =
        switch (what.type()) {
          case SUCCESS -> config.successOff();
          case DENIAL -> config.denialOff();
        };
    return off.stream().anyMatch(name::isSubdomainOf);
  }

  @Override
  public void close() {
    meter.close();
  }
}
