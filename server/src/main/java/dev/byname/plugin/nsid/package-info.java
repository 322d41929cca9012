/**
 * Tells clients that ask for it which server has answered (RFC 5001): useful where several share an
 * address.
 *
 * <pre>{@code
 * .:1053 {
 *   nsid Use The Force
 *   whoami
 * }
 * }</pre>
 *
 * <p>{@code nsid [DATA]}: DATA is the name of the machine or pod unless given. Try {@code dig
 * +nsid}. Queries for cluster names with that option go through the plugins; the others are
 * answered as fast as without it.
 */
@NullMarked
package dev.byname.plugin.nsid;

import org.jspecify.annotations.NullMarked;
