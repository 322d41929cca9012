/**
 * Metrics: Micrometer and its Prometheus registry behind plain counters. {@link
 * dev.byname.observe.MetricNames} lists every name; {@link dev.byname.observe.Metrics} is what
 * {@code /metrics} prints.
 */
@NullMarked
package dev.byname.observe;

import org.jspecify.annotations.NullMarked;
