/**
 * The picture of the cluster: Kubernetes objects trimmed to what DNS and the lookup API need, and
 * the one place ({@link dev.byname.cluster.ClusterState}) that holds them.
 *
 * <p>A source hands in objects as it reads them; {@code ClusterState} keeps, per service, one
 * immutable {@link dev.byname.cluster.ServiceView} that readers pick up with a single read, so that
 * addresses and ports of a service always come from the same moment.
 */
@NullMarked
package dev.byname.cluster;

import org.jspecify.annotations.NullMarked;
