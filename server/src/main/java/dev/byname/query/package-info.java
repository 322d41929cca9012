/**
 * How a query becomes an answer: {@code Responder} decides between the precomputed path and the
 * plugin chain, and everything that reaches a client goes through it.
 *
 * <p>The chain is a flat loop over {@link dev.byname.query.Plugin}s in the fixed order of {@code
 * PluginRegistry}: each says {@link dev.byname.query.Step.Next}, {@link
 * dev.byname.query.Step.Answer} or {@link dev.byname.query.Step.Pending}; those that want to see
 * the answer leave a filter behind, and filters run in reverse order.
 */
@NullMarked
package dev.byname.query;

import org.jspecify.annotations.NullMarked;
