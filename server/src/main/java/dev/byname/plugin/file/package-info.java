/**
 * Answers with authority from zone files (RFC 1035 section 5).
 *
 * <pre>{@code
 * example.org {
 *   file db.example.org {
 *     reload 30s
 *   }
 * }
 * . {
 *   file reverse.zone 2.0.192.in-addr.arpa {
 *     reload_by_mtime
 *     fallthrough
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code file FILE [ZONES…]}: FILE is relative to the Corefile, ZONES are the block's unless
 * given; several directives may stand in a block, one for each file. Everything that is wrong with
 * a file is told at once, with its lines, when the configuration is read. {@code reload} (1m; 0s:
 * never) is how often the file's SOA record is looked at: another serial lets the file's content
 * take over as a whole; with {@code reload_by_mtime} another modification time does. A file that
 * then turns out bad is logged with all that is wrong, and the old content stays. A file that is
 * not there yet is waited for; its zones are SERVFAIL until then.
 *
 * <ul>
 *   <li>{@code $ORIGIN}, {@code $TTL}, {@code $INCLUDE} relative to the file, {@code $GENERATE},
 *       unknown types in the form of RFC 3597.
 *   <li>Wildcards (RFC 4592), delegations with glue, DNAME (RFC 6672); aliases are followed in the
 *       zone and, outside of it, through this server's other blocks and plugins.
 *   <li>Zones signed with NSEC are answered with signatures and proofs where the client asks for
 *       them (DO). Signing is somebody else's work; NSEC3 is refused.
 *   <li>{@code fallthrough [ZONES…]}: names that do not exist go on to the next plugin.
 *   <li>Positive answers have the zone's NS records in authority, as CoreDNS gives them; {@code
 *       minimal} takes them out.
 * </ul>
 *
 * <p>With {@code transfer} in the block, secondaries may take the zones and are told of new
 * serials.
 *
 * <p>Different from CoreDNS, because an RFC says so: an alias that ends at a name without the type
 * has the SOA in authority, so that resolvers can keep the answer (RFC 2308 section 2.2); insecure
 * delegations and NODATA from a wildcard have the NSEC records that a validator needs (RFC 4035
 * section 3.1.3); a DNAME that makes too long a name is YXDOMAIN; a loop of aliases is given once
 * around; the SOA of a negative answer has the smaller of its TTL and minimum (RFC 2308 section 3);
 * ANY is one HINFO record (RFC 8482). Names are spelled as in the file, and the owner of an answer
 * as in the question, where CoreDNS answers in lower case. A SOA record of another zone refuses the
 * file; other records from outside the zone are passed over, with a warning.
 */
@NullMarked
package dev.byname.plugin.file;

import org.jspecify.annotations.NullMarked;
