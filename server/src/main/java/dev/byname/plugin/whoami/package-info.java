/**
 * Tells a client what it looks like from here: address, port and transport. The plugin to copy for
 * a new one.
 *
 * <pre>{@code
 * example.org {
 *   whoami
 * }
 * }</pre>
 *
 * <p>Answers every name of the block: an A or AAAA record with the client's address and an SRV
 * record {@code _udp.<name>} (or {@code _tcp}) with its port, both in the additional section, all
 * with TTL 0.
 */
@NullMarked
package dev.byname.plugin.whoami;

import org.jspecify.annotations.NullMarked;
