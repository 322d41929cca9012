/**
 * Answers for the cluster: Kubernetes DNS schema 1.1.0 for the zones given, or those of the server
 * block.
 *
 * <pre>{@code
 * .:1053 {
 *   kubernetes cluster.local in-addr.arpa ip6.arpa {
 *     manifests demo
 *     pods insecure
 *     ttl 30
 *     fallthrough in-addr.arpa ip6.arpa
 *   }
 * }
 * }</pre>
 *
 * <p>Options are CoreDNS's: {@code endpoint}, {@code tls}, {@code kubeconfig}, {@code
 * apiserver_qps}, {@code apiserver_burst}, {@code apiserver_max_inflight}, {@code namespaces},
 * {@code namespace_labels}, {@code labels}, {@code pods}, {@code endpoint_pod_names}, {@code ttl},
 * {@code noendpoints}, {@code fallthrough}, {@code ignore empty_service}, {@code multicluster},
 * {@code zonal}, {@code startup_timeout}. Three are Byname's own and say where the picture of the
 * cluster comes from; without them it is the Kubernetes API:
 *
 * <ul>
 *   <li>{@code manifests DIR}: a watched folder of Kubernetes YAML and JSON, relative to the
 *       Corefile;
 *   <li>{@code etcd ENDPOINT… { prefix /registry; tls CERT KEY CA; credentials USER PASSWORD }}:
 *       the store itself;
 *   <li>{@code snapshot FILE [{ max_age 24h }]}: the last known good picture, for a start without
 *       the source. Blocks that read the cluster with the same options share one picture and one
 *       file; others need a file each.
 * </ul>
 *
 * <p>At the start, names of the cluster wait up to {@code startup_timeout} (5s) for the first
 * complete picture, while every other name is answered. When the time is over, a name that is not
 * known yet is SERVFAIL with the extended error 14 (Not Ready). What a snapshot has is answered at
 * once, with the extended error 3 (Stale Answer) until the source has confirmed it; what it does
 * not have waits as well and then is NXDOMAIN. {@code /ready} fails until the source has delivered,
 * and says what is missing.
 *
 * <p>Names of the cluster are usually answered before any plugin is asked ({@link
 * dev.byname.plugin.PrecomputedPath}); this plugin then sees only what needs more: aliases that
 * lead elsewhere, and blocks with plugins in front.
 */
@NullMarked
package dev.byname.plugin.kubernetes;

import org.jspecify.annotations.NullMarked;
