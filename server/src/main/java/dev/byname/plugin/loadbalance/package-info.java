/**
 * Lets the address records of an answer take turns, so that clients which use the first one spread.
 *
 * <pre>{@code
 * .:1053 {
 *   loadbalance round_robin
 * }
 * }</pre>
 *
 * <p>Cluster names rotate while their precomputed records are copied; other answers are rotated
 * here. {@code prefer CIDR…} of CoreDNS is not there yet and is refused by name, as is {@code
 * weighted}.
 */
@NullMarked
package dev.byname.plugin.loadbalance;

import org.jspecify.annotations.NullMarked;
