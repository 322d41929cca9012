package dev.byname.query;

import dev.byname.wire.RecordTypes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * One writer's counters for one zone: an array of numbers, and where in it each is. A private slab
 * has one writer and plain additions; readers may see a number a moment late, never torn.
 */
public final class Slab {
  /** The values of the {@code type} label: a fixed list, so that clients cannot make new ones. */
  public static final List<String> TYPES =
      List.of(
          "other", "A", "AAAA", "CNAME", "DNSKEY", "DS", "MX", "NSEC", "NSEC3", "NS", "PTR",
          "RRSIG", "SOA", "SRV", "TXT", "HTTPS", "ANY");

  static final int PLUGINS_MAX = 48;

  /** Upper bounds of the buckets of message sizes in bytes; one more bucket is open. */
  public static final List<Integer> SIZE_BOUNDS =
      List.of(0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16_000, 32_000, 48_000, 64_000);

  /** Duration buckets: 250 µs · 2^k, k = 0…15; one more bucket is open. */
  public static final int DURATION_BUCKETS = 16;

  public static final long DURATION_FIRST_NANOS = 250_000;

  private static final int RCODES = 24;
  private static final int SIZE_SLOTS = SIZE_BOUNDS.size() + 2; // buckets, open bucket, sum

  private static final int REQUESTS = 0;
  private static final int RESPONSES = REQUESTS + 2 * 2 * 17;
  private static final int REQUEST_SIZE = RESPONSES + RCODES * PLUGINS_MAX;
  private static final int RESPONSE_SIZE = REQUEST_SIZE + 2 * SIZE_SLOTS;
  private static final int DURATION = RESPONSE_SIZE + 2 * SIZE_SLOTS;
  private static final int DNSSEC_OK = DURATION + DURATION_BUCKETS + 2;
  private static final int LENGTH = DNSSEC_OK + 1;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final byte[] TYPE_INDEX = typeIndexes();
  private static final byte[] SIZE_BUCKET = sizeBuckets();

  private final long[] cells = new long[LENGTH];
  private final boolean shared;

  Slab(boolean shared) {
    this.shared = shared;
  }

  /**
   * Counts a query and its answer.
   *
   * @param stream false for UDP
   * @param family 1 for IPv4, 2 for IPv6
   * @param responseBytes 0 when there was none; then no response is counted
   */
  void count(
      boolean stream,
      int family,
      int type,
      boolean dnssecOk,
      int requestBytes,
      int responseBytes,
      int rcode,
      int plugin,
      long durationNanos) {
    int proto = stream ? 1 : 0;
    add(requests(proto, family, typeIndex(type)), 1);
    add(requestSize(proto, sizeBucket(requestBytes)), 1);
    add(requestSize(proto, SIZE_SLOTS - 1), requestBytes);
    if (dnssecOk) {
      add(DNSSEC_OK, 1);
    }
    if (responseBytes > 0) {
      add(responses(rcode, plugin), 1);
      add(responseSize(proto, sizeBucket(responseBytes)), 1);
      add(responseSize(proto, SIZE_SLOTS - 1), responseBytes);
      add(DURATION + durationBucket(durationNanos), 1);
      add(DURATION + DURATION_BUCKETS + 1, durationNanos);
    }
  }

  /**
   * @param proto 0 for UDP, 1 for the rest
   */
  public static int requests(int proto, int family, int typeIndex) {
    return REQUESTS + (proto * 2 + (family - 1)) * 17 + typeIndex;
  }

  public static int responses(int rcode, int plugin) {
    return RESPONSES + Math.min(rcode, RCODES - 1) * PLUGINS_MAX + plugin;
  }

  /**
   * @param slot a bucket; {@code SIZE_BOUNDS.size()} is the open one, the next the sum of all bytes
   */
  public static int requestSize(int proto, int slot) {
    return REQUEST_SIZE + proto * SIZE_SLOTS + slot;
  }

  public static int responseSize(int proto, int slot) {
    return RESPONSE_SIZE + proto * SIZE_SLOTS + slot;
  }

  /**
   * @param slot a bucket; {@code DURATION_BUCKETS} is the open one, the next the sum in nanoseconds
   */
  public static int duration(int slot) {
    return DURATION + slot;
  }

  public static int dnssecOk() {
    return DNSSEC_OK;
  }

  private void add(int index, long amount) {
    if (shared) {
      CELL.getAndAdd(cells, index, amount);
    } else {
      CELL.setOpaque(cells, index, cells[index] + amount);
    }
  }

  long get(int index) {
    return (long) CELL.getOpaque(cells, index);
  }

  static int typeIndex(int type) {
    return type < TYPE_INDEX.length ? TYPE_INDEX[type] : 0;
  }

  private static int sizeBucket(int bytes) {
    return bytes < SIZE_BUCKET.length ? SIZE_BUCKET[bytes] : bucketOf(bytes);
  }

  private static int durationBucket(long nanos) {
    long units = (nanos + DURATION_FIRST_NANOS - 1) / DURATION_FIRST_NANOS;
    return units <= 1 ? 0 : Math.min(DURATION_BUCKETS, 64 - Long.numberOfLeadingZeros(units - 1));
  }

  private static int bucketOf(int bytes) {
    int bucket = 0;
    while (bucket < SIZE_BOUNDS.size() && bytes > SIZE_BOUNDS.get(bucket)) {
      bucket++;
    }
    return bucket;
  }

  private static byte[] sizeBuckets() {
    byte[] buckets = new byte[2048];
    for (int bytes = 0; bytes < buckets.length; bytes++) {
      buckets[bytes] = (byte) bucketOf(bytes);
    }
    return buckets;
  }

  private static byte[] typeIndexes() {
    byte[] indexes = new byte[256];
    int[] types = {
      RecordTypes.A,
      RecordTypes.AAAA,
      RecordTypes.CNAME,
      48,
      RecordTypes.DS,
      RecordTypes.MX,
      47,
      50,
      RecordTypes.NS,
      RecordTypes.PTR,
      RecordTypes.RRSIG,
      RecordTypes.SOA,
      RecordTypes.SRV,
      RecordTypes.TXT,
      65,
      RecordTypes.ANY
    };
    for (int i = 0; i < types.length; i++) {
      indexes[types[i]] = (byte) (i + 1);
    }
    return indexes;
  }
}
