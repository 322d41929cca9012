/**
 * Gives up on a query that nobody waits for any more.
 *
 * <pre>{@code
 * example.org {
 *   cancel 1s
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code cancel [TIMEOUT]}: after 5001 ms unless given, just longer than clients wait for an
 * answer, the query ends without one.
 */
@NullMarked
package dev.byname.plugin.cancel;

import org.jspecify.annotations.NullMarked;
