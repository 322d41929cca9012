/**
 * Leaves out of answers what was not asked for.
 *
 * <pre>{@code
 * .:1053 {
 *   minimal
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>An answer to the question keeps its answer section and loses the other two. Denials keep their
 * SOA, referrals their name servers, errors everything. Cluster names are answered as fast as
 * without it; only SRV and NS queries, which have something to lose, go through the plugins.
 */
@NullMarked
package dev.byname.plugin.minimal;

import org.jspecify.annotations.NullMarked;
