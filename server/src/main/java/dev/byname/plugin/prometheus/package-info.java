/**
 * Metrics over HTTP, with CoreDNS's names, labels and buckets: {@code /metrics}.
 *
 * <pre>{@code
 * .:1053 {
 *   prometheus 127.0.0.1:9153
 * }
 * }</pre>
 */
@NullMarked
package dev.byname.plugin.prometheus;

import org.jspecify.annotations.NullMarked;
