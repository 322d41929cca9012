package dev.byname.source.etcd;

/**
 * How many keys to ask for at once, so that a page has about a mebibyte: Namespaces are small, and
 * an EndpointSlice of a thousand endpoints has half a mebibyte by itself.
 */
final class PageSize {
  static final int FIRST = 32;
  static final int MAX = 1000;
  private static final long TARGET_BYTES = 1 << 20;

  private int keys = FIRST;

  int keys() {
    return keys;
  }

  /** Learns from a page; grows by no more than a factor of four, for the next may be different. */
  void learn(int received, long bytes) {
    if (received > 0) {
      long fitting = TARGET_BYTES * received / Math.max(1, bytes);
      keys = (int) Math.clamp(fitting, 1, Math.min(MAX, 4L * keys));
    }
  }
}
