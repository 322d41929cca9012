package dev.byname.observe;

import static java.util.Map.entry;

import java.util.Map;

/** The {@code # HELP} line of every name in {@link MetricNames}. */
final class MetricHelp {
  private static final Map<String, String> LINES =
      Map.ofEntries(
          entry(MetricNames.BUILD_INFO, "Always 1; the labels tell what is running."),
          entry(MetricNames.PANICS, "Errors of our own that were caught."),
          entry(MetricNames.PLUGIN_ENABLED, "Always 1, for each plugin of each server block."),
          entry(MetricNames.REQUESTS, "Queries received."),
          entry(MetricNames.RESPONSES, "Answers sent."),
          entry(MetricNames.DO_REQUESTS, "Queries received with the DNSSEC OK bit."),
          entry(MetricNames.REQUEST_DURATION, "Seconds from a query to its answer."),
          entry(MetricNames.REQUEST_SIZE, "Bytes of a query."),
          entry(MetricNames.RESPONSE_SIZE, "Bytes of an answer."),
          entry(MetricNames.HTTPS_RESPONSES, "HTTP responses of DNS over HTTPS, by status."),
          entry(MetricNames.HEALTH_DURATION, "Seconds in which our own health page answered us."),
          entry(MetricNames.HEALTH_FAILURES, "Times our own health page did not answer us."),
          entry(MetricNames.HOSTS_ENTRIES, "Names and addresses held of the hosts file."),
          entry(MetricNames.HOSTS_RELOADED, "When the hosts file was last read, Unix seconds."),
          entry(MetricNames.RELOAD_FAILED, "Configurations refused while the old one went on."),
          entry(MetricNames.RELOAD_VERSION, "Always 1; the label is the running Corefile's hash."),
          entry(MetricNames.SOURCE_CONNECTED, "1 while the source is followed, else 0."),
          entry(MetricNames.SOURCE_EVENT_AGE, "Seconds since the source was last heard of."),
          entry(MetricNames.SOURCE_REVISION, "Revision of the source up to which all is applied."),
          entry(MetricNames.SOURCE_RELISTS, "Times everything was read again."),
          entry(MetricNames.SOURCE_REPAIRS, "Objects found different from the source and mended."),
          entry(MetricNames.SOURCE_UNDECODABLE, "Objects that cannot be read at present."),
          entry(MetricNames.SOURCE_STALE, "1 while answers come from a snapshot, else 0."),
          entry(MetricNames.CLUSTER_OBJECTS, "Objects in the picture of the cluster."),
          entry(MetricNames.TRANSPORT_SHED, "Queries and connections refused at a bound."),
          entry(MetricNames.CONNECTIONS_CLOSED, "Connections ended by this server."),
          entry(
              MetricNames.PROGRAMMING_DURATION,
              "Seconds from an endpoint's change, as its annotation tells it, to its answers."),
          entry(MetricNames.API_REQUEST_DURATION, "Seconds of a request to the Kubernetes API."),
          entry(
              MetricNames.API_RATE_LIMITER_DURATION,
              "Seconds that a request to the Kubernetes API was held back."),
          entry(MetricNames.API_REQUESTS, "Requests to the Kubernetes API, by status."),
          entry(MetricNames.FORWARD_REQUESTS, "Queries sent to an upstream."),
          entry(MetricNames.FORWARD_RESPONSES, "Answers of an upstream."),
          entry(MetricNames.FORWARD_DURATION, "Seconds until an upstream answered."),
          entry(MetricNames.FORWARD_HEALTH_FAILURES, "Health checks that an upstream failed."),
          entry(MetricNames.FORWARD_BROKEN, "Queries for which every upstream was down."),
          entry(MetricNames.FORWARD_REJECTS, "Queries refused because of max_concurrent."),
          entry(MetricNames.FORWARD_DROPPED, "Datagrams that answered nothing we had asked."),
          entry(MetricNames.FORWARD_UNUSABLE, "Answers of an upstream that could not be read."),
          entry(MetricNames.FORWARD_COALESCED, "Queries that shared the answer of another."),
          entry(MetricNames.AUTOPATH_SUCCESS, "Search lists walked for the client."),
          entry(MetricNames.CACHE_ENTRIES, "Answers in the cache."),
          entry(MetricNames.CACHE_REQUESTS, "Queries looked up in the cache."),
          entry(MetricNames.CACHE_HITS, "Queries answered from the cache."),
          entry(MetricNames.CACHE_MISSES, "Queries that the cache had no answer to."),
          entry(MetricNames.CACHE_PREFETCHES, "Answers renewed before they ran out."),
          entry(MetricNames.CACHE_DROPS, "Answers not cached, as they fit no question of ours."),
          entry(MetricNames.CACHE_STALE, "Queries answered with a record past its TTL."),
          entry(MetricNames.CACHE_EVICTIONS, "Answers that made room for others."),
          entry(MetricNames.ACL_ALLOWED, "Queries that acl let pass."),
          entry(MetricNames.ACL_BLOCKED, "Queries that acl refused."),
          entry(MetricNames.ACL_FILTERED, "Queries that acl answered with nothing."),
          entry(MetricNames.ACL_DROPPED, "Queries that acl left without an answer."),
          entry(MetricNames.DNS64_TRANSLATED, "AAAA answers made from A records."),
          entry(MetricNames.LOCALHOST_REQUESTS, "Queries for localhost.DOMAIN."),
          entry(MetricNames.TEMPLATE_MATCHES, "Queries that a template matched."),
          entry(MetricNames.TEMPLATE_FAILURES, "Templates that could not be filled in."),
          entry(MetricNames.TEMPLATE_RR_FAILURES, "Filled-in templates that are no record."),
          entry(MetricNames.PROXY_DURATION, "Seconds until an upstream answered."),
          entry(MetricNames.PROXY_CONN_HITS, "Queries sent over a kept connection."),
          entry(MetricNames.PROXY_CONN_MISSES, "Queries that needed a new connection."),
          entry(MetricNames.PROXY_HEALTH_FAILURES, "Health checks that an upstream failed."),
          entry(MetricNames.RESIDENT_MEMORY, "Resident memory of the process, in bytes."),
          entry(MetricNames.CPU_SECONDS, "Processor time of the process, user and system."));

  private MetricHelp() {}

  /** Empty for a name that is not ours. */
  static String of(String name) {
    return LINES.getOrDefault(name, "");
  }
}
