/**
 * Which addresses a server block listens on; without it, all of them.
 *
 * <pre>{@code
 * .:1053 {
 *   bind 127.0.0.1 ::1
 * }
 * }</pre>
 *
 * <p>Names of network interfaces stand for their addresses; {@code except} takes some away.
 */
@NullMarked
package dev.byname.plugin.bind;

import org.jspecify.annotations.NullMarked;
