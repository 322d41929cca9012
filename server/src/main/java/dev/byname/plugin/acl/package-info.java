/**
 * Says who may ask for what, by the address a query comes from.
 *
 * <pre>{@code
 * .:1053 {
 *   acl {
 *     allow net 192.168.1.0/24 2001:db8::/32
 *     filter type AAAA net 192.168.0.0/16
 *     drop net 198.51.100.7
 *     block
 *   }
 *   acl internal.example.org {
 *     block net 203.0.113.0/24
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code acl [ZONES…]}, as often as needed; ZONES are the block's unless given. A line is {@code
 * ACTION [type TYPE…] [net NET…]}; {@code *} and nothing mean all. The first line that is about a
 * query decides; {@code allow} ends the search through all directives, and what no line is about is
 * allowed.
 *
 * <ul>
 *   <li>{@code block}: REFUSED, with the extended error Blocked (RFC 8914)
 *   <li>{@code filter}: an empty NOERROR, with the extended error Filtered
 *   <li>{@code drop}: silence
 * </ul>
 *
 * <p>Where the zones of all directives lie apart from the cluster's, cluster names are answered as
 * fast as without {@code acl}, and are not counted as allowed. Otherwise every query of the block
 * goes through the plugin chain.
 */
@NullMarked
package dev.byname.plugin.acl;

import org.jspecify.annotations.NullMarked;
