package dev.byname.observe;

/**
 * Every metric this server exports. Those that start with {@code coredns_} are CoreDNS's, so that
 * its dashboards and alerts work unchanged; {@code byname_} ones have no counterpart there.
 * Counters are named without {@code _total}, which the exposition format adds.
 */
final class MetricNames {
  static final String BUILD_INFO = "coredns_build_info";
  static final String PANICS = "coredns_panics";
  static final String PLUGIN_ENABLED = "coredns_plugin_enabled";
  static final String REQUESTS = "coredns_dns_requests";
  static final String RESPONSES = "coredns_dns_responses";
  static final String DO_REQUESTS = "coredns_dns_do_requests";
  static final String REQUEST_DURATION = "coredns_dns_request_duration_seconds";
  static final String REQUEST_SIZE = "coredns_dns_request_size_bytes";
  static final String RESPONSE_SIZE = "coredns_dns_response_size_bytes";
  static final String RELOAD_FAILED = "coredns_reload_failed";
  static final String RELOAD_VERSION = "coredns_reload_version_info";

  static final String SOURCE_CONNECTED = "byname_source_connected";
  static final String SOURCE_EVENT_AGE = "byname_source_last_event_age_seconds";
  static final String SOURCE_REVISION = "byname_source_applied_revision";
  static final String SOURCE_RELISTS = "byname_source_relists";
  static final String SOURCE_REPAIRS = "byname_source_divergences_repaired";
  static final String SOURCE_UNDECODABLE = "byname_source_undecodable_objects";
  static final String SOURCE_STALE = "byname_source_stale";
  static final String CLUSTER_OBJECTS = "byname_cluster_objects";
  static final String TRANSPORT_SHED = "byname_transport_shed";

  static final String RESIDENT_MEMORY = "process_resident_memory_bytes";
  static final String CPU_SECONDS = "process_cpu_seconds";

  private MetricNames() {}
}
