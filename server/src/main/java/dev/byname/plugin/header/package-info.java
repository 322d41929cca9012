/**
 * Sets and clears flags of queries and answers.
 *
 * <pre>{@code
 * .:1053 {
 *   header {
 *     query set rd
 *     response set ra aa
 *     response clear rd
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>A line is {@code query|response set|clear FLAGS…}, with the flags {@code aa}, {@code ra} and
 * {@code rd}; later lines win. The answer to a query of a client always carries the client's own
 * {@code rd} where it came from an upstream or the cache.
 *
 * <p>Cluster names are answered as fast as without {@code header}.
 */
@NullMarked
package dev.byname.plugin.header;

import org.jspecify.annotations.NullMarked;
