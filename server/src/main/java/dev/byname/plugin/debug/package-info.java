/**
 * Logs queries that fail with their stack traces.
 *
 * <pre>{@code
 * .:1053 {
 *   debug
 * }
 * }</pre>
 */
@NullMarked
package dev.byname.plugin.debug;

import org.jspecify.annotations.NullMarked;
