/**
 * Looks at the Corefile and everything it imports, and lets a changed configuration take over.
 *
 * <pre>{@code
 * .:1053 {
 *   reload 30s 15s
 * }
 * }</pre>
 *
 * <p>Interval (30 s) and jitter (15 s) as CoreDNS. {@code SIGUSR1} reloads at once. Listeners stay
 * open; a configuration with a mistake is refused with all its problems, counted, and the old one
 * goes on.
 */
@NullMarked
package dev.byname.plugin.reload;

import org.jspecify.annotations.NullMarked;
