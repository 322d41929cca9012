/**
 * Limits the size of UDP answers, whatever a client says it can take, so that they are not cut into
 * fragments on the way.
 *
 * <pre>{@code
 * .:1053 {
 *   bufsize 1100
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code bufsize [SIZE]}, 512 to 4096 bytes, 1232 unless given. A longer answer is cut and
 * marked, and the client asks again over TCP. Only queries with EDNS are affected; others get 512
 * bytes anyway. Upstreams are asked for 1232 bytes at most, whatever stands here.
 */
@NullMarked
package dev.byname.plugin.bufsize;

import org.jspecify.annotations.NullMarked;
