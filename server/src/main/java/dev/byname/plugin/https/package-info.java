/**
 * How many connections an {@code https://} listener holds at once.
 *
 * <pre>{@code
 * https://.:8443 {
 *   https {
 *     max_connections 100
 *   }
 *   whoami
 * }
 * }</pre>
 *
 * <p>{@code max_connections} is 400 unless given; 0 lets in as many as there is memory for. One
 * more is closed, and counted in {@code byname_transport_shed_total}.
 */
@NullMarked
package dev.byname.plugin.https;

import org.jspecify.annotations.NullMarked;
