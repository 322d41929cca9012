/**
 * The in-process API: cluster names and endpoints for Java programs, without a network call per
 * question.
 *
 * <p>Start at {@link dev.byname.lookup.ServiceDirectory}. Answers come from the same picture and
 * the same code as those that {@code dig} gets.
 */
@NullMarked
package dev.byname.lookup;

import org.jspecify.annotations.NullMarked;
