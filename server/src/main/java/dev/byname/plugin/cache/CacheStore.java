package dev.byname.plugin.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.byname.plugin.cache.CacheObserver.EntryType;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The entries: answers and denials apart, so that a flood of names that do not exist pushes no
 * answer out.
 *
 * <p>Bounded in entries and in bytes by one weight: an entry weighs what it occupies, but never
 * less than its share of the bytes.
 */
final class CacheStore {
  /** Bytes per entry of the capacity. Answers are some 200 bytes; a few have thousands. */
  static final int ENTRY_BYTES = 1024;

  /** Of the key, the entry and the cache's own nodes, roughly. */
  private static final int OVERHEAD_BYTES = 250;

  private final Cache<CacheKey, CacheEntry> success;
  private final Cache<CacheKey, CacheEntry> denial;
  private final CacheConfig.@Nullable Stale stale;

  CacheStore(CacheConfig config, LongSupplier nanoTime, Consumer<EntryType> evicted) {
    stale = config.stale();
    success = cache(config.success().capacity(), nanoTime, evicted);
    denial = cache(config.denial().capacity(), nanoTime, evicted);
  }

  private Cache<CacheKey, CacheEntry> cache(
      int capacity, LongSupplier nanoTime, Consumer<EntryType> evicted) {
    long staleNanos = stale == null ? 0 : stale.upTo().toNanos();
    return Caffeine.newBuilder()
        .maximumWeight((long) capacity * ENTRY_BYTES)
        .weigher((CacheKey _, CacheEntry entry) ->
            Math.max(ENTRY_BYTES, entry.sizeBytes() + OVERHEAD_BYTES))
        .ticker(nanoTime::getAsLong)
        .expireAfter(
            Expiry.writing((CacheKey _, CacheEntry entry) ->
                java.time.Duration.ofNanos(
                    TimeUnit.SECONDS.toNanos(entry.ttlSeconds) + staleNanos)))
        // Its upkeep is short; a thread of its own would only make it less predictable.
        .executor(Runnable::run)
        .evictionListener((_, entry, cause) -> {
          if (entry != null && cause == com.github.benmanes.caffeine.cache.RemovalCause.SIZE) {
            evicted.accept(entry.type);
          }
        })
        .build();
  }

  long size(EntryType type) {
    return of(type).estimatedSize();
  }

  private Cache<CacheKey, CacheEntry> of(EntryType type) {
    return switch (type) {
      case SUCCESS -> success;
      case DENIAL -> denial;
    };
  }

  /**
   * The best there is: what is fresh before what is stale, and whatever says something about the
   * name before a SERVFAIL, which says nothing.
   */
  @Nullable CacheEntry find(CacheKey key, long nowNanos) {
    CacheEntry answer = success.getIfPresent(key);
    CacheEntry denied = denial.getIfPresent(key);
    if (stale != null
        && stale.preferPositive()
        && answer != null
        && answer.answers
        && usable(answer, nowNanos)) {
      return answer;
    }
    if (denied != null && !denied.serverError && fresh(denied, nowNanos)) {
      return denied;
    }
    if (answer != null && usable(answer, nowNanos)) {
      return answer;
    }
    if (denied == null) {
      return null;
    }
    return fresh(denied, nowNanos) || (!denied.serverError && usable(denied, nowNanos))
        ? denied
        : null;
  }

  private static boolean fresh(CacheEntry entry, long nowNanos) {
    return entry.remainingSeconds(nowNanos) > 0;
  }

  private boolean usable(CacheEntry entry, long nowNanos) {
    long remaining = entry.remainingSeconds(nowNanos);
    return remaining > 0 || (stale != null && -remaining < stale.upTo().toSeconds());
  }

  void put(CacheKey key, CacheEntry entry) {
    boolean keepAnswer =
        entry.serverError
            || (stale != null && stale.preferPositive() && entry.type == EntryType.DENIAL);
    if (stale != null
        && stale.preferPositive()
        && entry.type == EntryType.SUCCESS
        && !entry.answers) {
      CacheEntry good = success.getIfPresent(key);
      if (good != null && good.answers) {
        return; // a referral does not replace an answer
      }
    }
    of(entry.type).put(key, entry);
    if (entry.type == EntryType.SUCCESS) {
      denial.invalidate(key);
    } else if (!keepAnswer) {
      success.invalidate(key);
    }
  }
}
