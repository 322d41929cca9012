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
 *
 * <p>{@code consolidate DURATION REGEXP [LEVEL] [show_first]}: failures whose reason the pattern
 * finds are counted, and told in one line when DURATION is over; with {@code show_first} the first
 * of them is logged at once. LEVEL is {@code error} (default), {@code warning}, {@code info} or
 * {@code debug}.
 */
@NullMarked
package dev.byname.plugin.errors;

import org.jspecify.annotations.NullMarked;
