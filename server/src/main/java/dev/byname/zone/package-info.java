/**
 * Kubernetes DNS schema 1.1.0 over a {@link dev.byname.cluster.ClusterState}: what a name means
 * ({@link dev.byname.zone.ClusterZone#find}) and its bytes ({@link dev.byname.zone.AnswerWriter}).
 *
 * <p>When a service changes, its answers are compiled once and published in one step; a query then
 * costs a hash lookup and a copy. Names of single endpoints and PTRs are put together when asked,
 * from the same compiled service. Neither asking nor writing allocates, with the exceptions that
 * {@code ClusterZone.find} lists.
 */
@NullMarked
package dev.byname.zone;

import org.jspecify.annotations.NullMarked;
