package dev.byname.observe;

/**
 * Every metric this server exports. Those that start with {@code coredns_} are CoreDNS's, so that
 * its dashboards and alerts work unchanged; {@code byname_} ones have no counterpart there.
 * Counters are named without {@code _total}, and what tells of a version without {@code _info},
 * which the exposition format adds.
 */
public final class MetricNames {
  public static final String BUILD_INFO = "coredns_build";
  public static final String PANICS = "coredns_panics";
  public static final String PLUGIN_ENABLED = "coredns_plugin_enabled";
  public static final String REQUESTS = "coredns_dns_requests";
  public static final String RESPONSES = "coredns_dns_responses";
  public static final String DO_REQUESTS = "coredns_dns_do_requests";
  public static final String REQUEST_DURATION = "coredns_dns_request_duration_seconds";
  public static final String REQUEST_SIZE = "coredns_dns_request_size_bytes";
  public static final String RESPONSE_SIZE = "coredns_dns_response_size_bytes";
  public static final String HTTPS_RESPONSES = "coredns_dns_https_responses";
  public static final String HEALTH_DURATION = "coredns_health_request_duration_seconds";
  public static final String HEALTH_FAILURES = "coredns_health_request_failures";
  public static final String HOSTS_ENTRIES = "coredns_hosts_entries";
  public static final String HOSTS_RELOADED = "coredns_hosts_reload_timestamp_seconds";
  public static final String RELOAD_FAILED = "coredns_reload_failed";
  public static final String RELOAD_VERSION = "coredns_reload_version";

  public static final String SOURCE_CONNECTED = "byname_source_connected";
  public static final String SOURCE_EVENT_AGE = "byname_source_last_event_age_seconds";
  public static final String SOURCE_REVISION = "byname_source_applied_revision";
  public static final String SOURCE_RELISTS = "byname_source_relists";
  public static final String SOURCE_REPAIRS = "byname_source_divergences_repaired";
  public static final String SOURCE_UNDECODABLE = "byname_source_undecodable_objects";
  public static final String SOURCE_STALE = "byname_source_stale";
  public static final String CLUSTER_OBJECTS = "byname_cluster_objects";
  public static final String TRANSPORT_SHED = "byname_transport_shed";
  public static final String CONNECTIONS_CLOSED = "byname_transport_connections_closed";

  public static final String PROGRAMMING_DURATION =
      "coredns_kubernetes_dns_programming_duration_seconds";
  public static final String API_REQUEST_DURATION =
      "coredns_kubernetes_rest_client_request_duration_seconds";
  public static final String API_RATE_LIMITER_DURATION =
      "coredns_kubernetes_rest_client_rate_limiter_duration_seconds";
  public static final String API_REQUESTS = "coredns_kubernetes_rest_client_requests";
  public static final String FORWARD_REQUESTS = "coredns_forward_requests";
  public static final String FORWARD_RESPONSES = "coredns_forward_responses";
  public static final String FORWARD_DURATION = "coredns_forward_request_duration_seconds";
  public static final String FORWARD_HEALTH_FAILURES = "coredns_forward_healthcheck_failures";
  public static final String FORWARD_BROKEN = "coredns_forward_healthcheck_broken";
  public static final String FORWARD_REJECTS = "coredns_forward_max_concurrent_rejects";
  public static final String FORWARD_DROPPED = "byname_forward_answers_dropped";
  public static final String FORWARD_UNUSABLE = "byname_forward_answers_unusable";
  public static final String FORWARD_COALESCED = "byname_forward_coalesced";
  public static final String AUTOPATH_SUCCESS = "coredns_autopath_success";
  public static final String CACHE_ENTRIES = "coredns_cache_entries";
  public static final String CACHE_REQUESTS = "coredns_cache_requests";
  public static final String CACHE_HITS = "coredns_cache_hits";
  public static final String CACHE_MISSES = "coredns_cache_misses";
  public static final String CACHE_PREFETCHES = "coredns_cache_prefetch";
  public static final String CACHE_DROPS = "coredns_cache_drops";
  public static final String CACHE_STALE = "coredns_cache_served_stale";
  public static final String CACHE_EVICTIONS = "coredns_cache_evictions";
  public static final String ACL_ALLOWED = "coredns_acl_allowed_requests";
  public static final String ACL_BLOCKED = "coredns_acl_blocked_requests";
  public static final String ACL_FILTERED = "coredns_acl_filtered_requests";
  public static final String ACL_DROPPED = "coredns_acl_dropped_requests";
  public static final String DNS64_TRANSLATED = "coredns_dns64_requests_translated";
  public static final String LOCALHOST_REQUESTS = "coredns_local_localhost_requests";
  public static final String TEMPLATE_MATCHES = "coredns_template_matches";
  public static final String TEMPLATE_FAILURES = "coredns_template_template_failures";
  public static final String TEMPLATE_RR_FAILURES = "coredns_template_rr_failures";
  public static final String PROXY_DURATION = "coredns_proxy_request_duration_seconds";
  public static final String PROXY_CONN_HITS = "coredns_proxy_conn_cache_hits";
  public static final String PROXY_CONN_MISSES = "coredns_proxy_conn_cache_misses";
  public static final String PROXY_HEALTH_FAILURES = "coredns_proxy_healthcheck_failures";

  public static final String RESIDENT_MEMORY = "process_resident_memory_bytes";
  public static final String CPU_SECONDS = "process_cpu_seconds";

  private MetricNames() {}
}
