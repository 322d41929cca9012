/**
 * How many sockets share an address, each with a thread of its own; the kernel spreads clients over
 * them (SO_REUSEPORT).
 *
 * <pre>{@code
 * .:1053 {
 *   multisocket 5
 *   whoami
 * }
 * }</pre>
 *
 * <p>{@code multisocket [NUM_SOCKETS]}: 1 to 1024; without a number one per processor, which is
 * also what UDP gets without the directive. Of several server blocks at one address the first
 * counts, as with CoreDNS.
 */
@NullMarked
package dev.byname.plugin.multisocket;

import org.jspecify.annotations.NullMarked;
