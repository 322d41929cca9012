/**
 * Gives IPv6-only clients AAAA records for what has A records only (RFC 6147); a NAT64 then takes
 * their packets to IPv4.
 *
 * <pre>{@code
 * .:1053 {
 *   dns64 {
 *     prefix 2001:db8:64::/96
 *     translate_all
 *     allow_ipv4
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code dns64 [PREFIX]}: 64:ff9b::/96 unless given, here or as {@code prefix}. An AAAA query
 * that came over IPv6 ({@code allow_ipv4}: or IPv4), whose name exists and has no AAAA record
 * ({@code translate_all}: or has one), is answered with the name's A records below the prefix. The
 * TTL is at most that of the SOA in the AAAA answer, 600 seconds without one.
 *
 * <p>As CoreDNS: an error other than NXDOMAIN counts as "no AAAA", the rcode is then NOERROR
 * whatever the A query says, and PTR and DNSSEC are not looked after.
 *
 * <p>AAAA queries for cluster names go through the plugins; the others are answered as fast as
 * without it.
 */
@NullMarked
package dev.byname.plugin.dns64;

import org.jspecify.annotations.NullMarked;
