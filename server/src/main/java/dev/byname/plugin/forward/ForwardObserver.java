package dev.byname.plugin.forward;

/**
 * What {@code forward} tells the metrics. Called on event loops, by many threads at once.
 *
 * <p>{@code to} is the upstream as address and port, so there are as many values as the
 * configuration has upstreams.
 */
public interface ForwardObserver {
  /** Why a message from an upstream's address was not taken for an answer. */
  enum DropReason {
    /** No query with this id waits at this port: late, or forged. */
    ID,
    /** The id is right, the question is not. */
    QUESTION,
    /** Too short to be a message. */
    SHORT
  }

  /** A query goes out: {@code coredns_forward_requests_total{to}}. */
  void requested(String to);

  /**
   * A usable answer came: {@code coredns_proxy_request_duration_seconds{proxy_name="forward", to,
   * rcode}}, {@code coredns_forward_request_duration_seconds{to, rcode}} and {@code
   * coredns_forward_responses_total{to, rcode}}.
   *
   * @param rcode 0–15
   */
  void answered(String to, int rcode, long durationNanos);

  /**
   * {@code coredns_proxy_conn_cache_hits_total} or {@code …_misses_total{proxy_name="forward", to,
   * proto}}.
   *
   * @param proto udp, tcp or tcp-tls
   */
  void connection(String to, String proto, boolean reused);

  /** {@code coredns_proxy_healthcheck_failures_total{proxy_name="forward", to}}. */
  void healthCheckFailed(String to);

  /** All upstreams are down: {@code coredns_forward_healthcheck_broken_total}. */
  void allUnhealthy();

  /** {@code coredns_forward_max_concurrent_rejects_total}. */
  void rejected();

  /** A message was dropped: {@code byname_forward_answers_dropped_total{to, reason}}. */
  void dropped(String to, DropReason reason);

  /** Garbled or oversized: {@code byname_forward_answers_unusable_total{to}}. */
  void unusable(String to);

  /** A query waits for another's answer: {@code byname_forward_coalesced_total}. */
  void coalesced();

  /** Counts nothing. */
  ForwardObserver NONE =
      new ForwardObserver() {
        @Override
        public void requested(String to) {}

        @Override
        public void answered(String to, int rcode, long durationNanos) {}

        @Override
        public void connection(String to, String proto, boolean reused) {}

        @Override
        public void healthCheckFailed(String to) {}

        @Override
        public void allUnhealthy() {}

        @Override
        public void rejected() {}

        @Override
        public void dropped(String to, DropReason reason) {}

        @Override
        public void unusable(String to) {}

        @Override
        public void coalesced() {}
      };
}
