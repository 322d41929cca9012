/**
 * Says over HTTP whether every plugin can do its work: {@code /ready} answers 200, or 503 with what
 * is waited for.
 *
 * <pre>{@code
 * .:1053 {
 *   ready 127.0.0.1:8181 {
 *     monitor until-ready
 *   }
 * }
 * }</pre>
 *
 * <p>{@code until-ready} (default) stops asking a plugin once it has been ready; {@code
 * continuously} goes on.
 */
@NullMarked
package dev.byname.plugin.ready;

import org.jspecify.annotations.NullMarked;
