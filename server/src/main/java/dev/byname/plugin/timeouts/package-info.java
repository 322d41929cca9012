/**
 * How long a connection over TCP, TLS or HTTPS may take, and how many queries it may carry.
 *
 * <pre>{@code
 * .:1053 {
 *   timeouts {
 *     read 15s
 *     write 30s
 *     idle 1m
 *     maxtcpqueries 128
 *   }
 *   whoami
 * }
 * }</pre>
 *
 * <p>{@code read} (default 3 s) is the time for a query to come whole, {@code write} (5 s) for the
 * client to take an answer, {@code idle} (10 s) for a connection without a query; each 1 s to 24 h.
 * {@code maxtcpqueries} closes a connection over TCP or TLS after so many queries, so that a load
 * balancer can place its client anew; -1, the default, never does.
 *
 * <p>They hold for the address: where server blocks that share one say different things, the last
 * counts, as with CoreDNS, and that is a warning.
 */
@NullMarked
package dev.byname.plugin.timeouts;

import org.jspecify.annotations.NullMarked;
