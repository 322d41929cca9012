/**
 * Logs why a query could not be answered: one line per failure, and where a pattern says so, one
 * line for many.
 *
 * <pre>{@code
 * .:1053 {
 *   errors {
 *     consolidate 5m ".* i/o timeout$" warning
 *   }
 * }
 * }</pre>
 */
@NullMarked
package dev.byname.plugin.errors;

import org.jspecify.annotations.NullMarked;
