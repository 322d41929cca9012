/**
 * Answers queries of type ANY with one short HINFO record, whatever the name (RFC 8482).
 *
 * <pre>{@code
 * .:1053 {
 *   any
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code example.org. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"}, as CoreDNS says it. Other
 * types, and their speed, are not touched.
 */
@NullMarked
package dev.byname.plugin.any;

import org.jspecify.annotations.NullMarked;
