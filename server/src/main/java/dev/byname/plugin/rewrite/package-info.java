/**
 * Changes queries on their way in and answers on their way out; the client sees neither.
 *
 * <pre>{@code
 * .:1053 {
 *   rewrite name suffix .shop.example.org .shop.svc.cluster.local answer auto
 *   rewrite stop {
 *     name regex (.*)-(eu-west-1)\.example\.org {1}.service.{2}.consul
 *     answer name (.*)\.service\.(eu-west-1)\.consul {1}-{2}.example.org
 *   }
 *   rewrite continue ttl suffix .example.org 30-300
 *   rewrite edns0 subnet set 24 56
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code rewrite [continue|stop] RULE}. Rules are tried in the order of the file; after the
 * first that applies no further one is tried, unless it says {@code continue}. What a rule does to
 * the answer is done in reverse order. A block in braces is the same as one line.
 *
 * <table border="1">
 *   <caption>Rules; KIND is {@code exact} (default), {@code prefix}, {@code suffix}, {@code
 *       substring} or {@code regex}</caption>
 *   <tr><td>{@code name [KIND] FROM TO [ANSWER…]}</td><td>asks for another name; {@code {1}} in TO
 *       is the first group of a regular expression</td></tr>
 *   <tr><td>{@code type FROM TO}, {@code class FROM TO}</td><td>asks for another type or
 *       class</td></tr>
 *   <tr><td>{@code ttl [KIND] NAME SECONDS|MIN-MAX|MIN-|-MAX}</td><td>the TTL of all records of the
 *       answer</td></tr>
 *   <tr><td>{@code rcode [KIND] NAME FROM TO}</td><td>the response code, also of an answer that
 *       could not be made</td></tr>
 *   <tr><td>{@code cname [KIND] FROM TO}</td><td>the target of a CNAME in the answer; what follows
 *       it is asked for anew</td></tr>
 *   <tr><td>{@code edns0 local set|append|replace CODE DATA [revert]}</td><td>an EDNS option towards
 *       the upstream. DATA is text, {@code 0x…}, one of {@code {qname} {qtype} {client_ip}
 *       {client_port} {protocol} {server_ip} {server_port}}, or {@code {plugin/label}} for metadata.
 *       The client sees it too, unless {@code revert}</td></tr>
 *   <tr><td>{@code edns0 subnet set|append|replace V4BITS V6BITS [revert]}</td><td>the client's
 *       network (RFC 7871)</td></tr>
 *   <tr><td>{@code edns0 nsid set|append|replace [revert]}</td><td>asks for NSID</td></tr>
 *   <tr><td>{@code edns0 local unset CODE}, {@code subnet unset}, {@code nsid unset}</td><td>takes it
 *       away</td></tr>
 * </table>
 *
 * <p>ANSWER, for {@code name}: {@code answer auto} puts the client's name back wherever the other
 * stands ({@code exact} always does), {@code answer name FROM TO} renames owners by regular
 * expression, {@code answer value FROM TO} names in CNAME, DNAME, NS, PTR, MX, SRV, NAPTR and SOA
 * records (of SOA the first).
 *
 * <h2>As CoreDNS, though one may stumble</h2>
 *
 * <ul>
 *   <li>FROM and TO of {@code prefix} and {@code substring} get a closing dot: {@code red} is the
 *       first label {@code red}, and {@code substring red} is in {@code x-red.org} but not in
 *       {@code red-x.org}.
 *   <li>Names are compared in lower case with their final dot, also by regular expressions, which
 *       match anywhere unless anchored.
 *   <li>A {@code cname} rule applies to every query, so without {@code continue} it is the last
 *       one.
 * </ul>
 *
 * <p>Different: {@code append} never adds an option a second time; a client without EDNS gets none;
 * a search that takes a regular expression more than 200,000 steps counts as no match.
 *
 * <p>Where all rules are {@code name}, {@code ttl} or {@code rcode} with {@code exact}, or with
 * {@code suffix} and a dot in front, and none names the cluster zone, cluster names are answered
 * from precomputed bytes as without {@code rewrite}. Otherwise they go through the plugins; a block
 * of its own for the zones in question keeps the short way for the rest.
 */
@NullMarked
package dev.byname.plugin.rewrite;

import org.jspecify.annotations.NullMarked;
