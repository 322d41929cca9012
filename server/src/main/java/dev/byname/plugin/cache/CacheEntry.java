package dev.byname.plugin.cache;

import dev.byname.plugin.cache.CacheObserver.EntryType;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A message as it came, and where in it the TTLs stand: going out it is copied and the TTLs are
 * overwritten, nothing is read. Shared by all threads.
 */
final class CacheEntry {
  /** Not written to after construction. */
  private final byte[] message;

  /** Ascending. */
  private final char[] ttlOffsets;

  final EntryType type;
  final boolean serverError;
  final long storedNanos;
  final int ttlSeconds;

  /** Whether it answers the question, rather than referring elsewhere. */
  final boolean answers;

  // How often it was asked for, for prefetch. Races lose a count at worst.
  private volatile int hits;
  private volatile long lastHitNanos;

  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile boolean refreshFailed;
  private volatile long refreshFailedNanos;

  CacheEntry(
      byte[] message,
      char[] ttlOffsets,
      EntryType type,
      boolean serverError,
      boolean answers,
      long storedNanos,
      int ttlSeconds) {
    this.message = message;
    this.ttlOffsets = ttlOffsets;
    this.type = type;
    this.serverError = serverError;
    this.answers = answers;
    this.storedNanos = storedNanos;
    this.ttlSeconds = ttlSeconds;
    lastHitNanos = storedNanos;
  }

  int sizeBytes() {
    return message.length + 2 * ttlOffsets.length;
  }

  /** What is left; zero or less: it has expired that long ago. */
  long remainingSeconds(long nowNanos) {
    return ttlSeconds - TimeUnit.NANOSECONDS.toSeconds(nowNanos - storedNanos);
  }

  /**
   * A copy for a client.
   *
   * @param authenticated whether the client wants to know about AD (RFC 6840 section 5.8)
   */
  byte[] message(int ttl, boolean authenticated) {
    byte[] copy = message.clone();
    overwriteTtls(copy, ttlOffsets, ttl);
    if (!authenticated) {
      Bytes.u16(copy, Header.FLAGS, Bytes.u16(copy, Header.FLAGS) & ~Header.AD);
    }
    return copy;
  }

  static void overwriteTtls(byte[] message, char[] ttlOffsets, int ttl) {
    for (char offset : ttlOffsets) {
      Bytes.i32(message, offset, ttl);
    }
  }

  /** Counts a query; returns how many there were without a gap. */
  int countHit(long nowNanos, long gapNanos) {
    int now = nowNanos - lastHitNanos >= gapNanos ? 1 : hits + 1;
    lastHitNanos = nowNanos;
    hits = now;
    return now;
  }

  void takeHitsOf(CacheEntry other) {
    hits = other.hits;
    lastHitNanos = other.lastHitNanos;
  }

  /**
   * Whether the caller is the one to fetch it again.
   *
   * @param recheckNanos not so soon after a failure
   */
  boolean beginRefresh(long nowNanos, long recheckNanos) {
    if (refreshFailed && nowNanos - refreshFailedNanos < recheckNanos) {
      return false;
    }
    return refreshing.compareAndSet(false, true);
  }

  void endRefresh(long nowNanos, boolean refreshed) {
    refreshFailedNanos = nowNanos;
    refreshFailed = !refreshed;
    refreshing.set(false);
  }
}
