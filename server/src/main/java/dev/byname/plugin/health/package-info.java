/**
 * Says over HTTP that the process is alive.
 *
 * <pre>{@code
 * .:1053 {
 *   health 127.0.0.1:8080 {
 *     lameduck 5s
 *   }
 * }
 * }</pre>
 *
 * <p>{@code /health} answers 200 until the process ends. With {@code lameduck} the process goes on
 * answering queries for that time after it was told to stop, while {@code /ready} already fails.
 */
@NullMarked
package dev.byname.plugin.health;

import org.jspecify.annotations.NullMarked;
