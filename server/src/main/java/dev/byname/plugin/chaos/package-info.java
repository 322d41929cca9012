/**
 * Says which server this is: TXT records of class CH.
 *
 * <pre>{@code
 * .:1053 {
 *   chaos Byname-001 dns@example.org
 * }
 * }</pre>
 *
 * <p>{@code chaos [VERSION [AUTHORS…]]} answers {@code version.bind} and {@code version.server}
 * with VERSION ({@code Byname-} and the version unless given), {@code authors.bind} with the
 * AUTHORS, and {@code hostname.bind} and {@code id.server} with the name of the machine or pod.
 * Those names must belong to the server block. Try {@code dig CH TXT version.bind}. Other names and
 * classes go on to the next plugin.
 */
@NullMarked
package dev.byname.plugin.chaos;

import org.jspecify.annotations.NullMarked;
