/**
 * Logs queries: one line each, in a format of your own, perhaps only for some names and outcomes.
 *
 * <pre>{@code
 * .:1053 {
 *   log example.org "{remote} {type} {name} {rcode} {duration}" {
 *     class denial error
 *   }
 *   whoami
 * }
 * }</pre>
 *
 * <p>Classes: {@code success} (data), {@code denial} (NODATA and NXDOMAIN), {@code error}
 * (everything else), {@code all} (default). Placeholders: {@code {type} {name} {class} {proto}
 * {remote} {port} {local} {size} {rcode} {rsize} {duration} {>rflags} {>bufsize} {>do} {>id}
 * {>opcode}}, {@code {common}} and {@code {combined}} for the two formats of CoreDNS, and {@code
 * {/plugin/name}} for metadata. Names of clients are written with their odd bytes escaped.
 *
 * <p>With {@code log} every query of the block goes through the plugin chain: leave it off where
 * speed matters.
 */
@NullMarked
package dev.byname.plugin.log;

import org.jspecify.annotations.NullMarked;
