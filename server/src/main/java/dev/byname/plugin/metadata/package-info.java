/**
 * Lets plugins tell each other about a query: {@code log} prints it, {@code view} decides by it.
 *
 * <pre>{@code
 * . {
 *   metadata cluster.local
 *   kubernetes cluster.local
 *   log . "{remote} {name} {/kubernetes/namespace}"
 * }
 * }</pre>
 *
 * <p>{@code metadata [ZONES…]}: for which names, all of the block unless given. Before the first
 * plugin sees a query of theirs, {@code view} says {@code view/name}, and {@code kubernetes} {@code
 * kubernetes/service}, {@code namespace}, {@code kind} ({@code svc} or {@code pod}), {@code
 * endpoint}, {@code port-name}, {@code protocol}, and with {@code pods verified} {@code
 * client-namespace} and {@code client-pod-name}. {@code forward/upstream} is there once {@code
 * forward} has an answer, with or without this directive. What nobody says is empty, {@code -} in a
 * log line.
 */
@NullMarked
package dev.byname.plugin.metadata;

import org.jspecify.annotations.NullMarked;
