/**
 * Answers from a hosts file, and from lines like its in the Corefile.
 *
 * <pre>{@code
 * . {
 *   hosts /etc/coredns/extra.hosts example.org {
 *     192.0.2.7 printer.example.org printer2.example.org
 *     2001:db8::7 *.lab.example.org
 *     ttl 60
 *     reload 10s
 *     no_reverse
 *     fallthrough
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code hosts [FILE [ZONES…]]}: FILE is {@code /etc/hosts} unless given, and looked at every 5
 * s ({@code reload}; 0s: once); a file that is gone leaves its entries in force. ZONES are the
 * block's unless given. Answers A, AAAA and, unless {@code no_reverse}, PTR, with TTL 3600 ({@code
 * ttl}). {@code *.} in front stands for exactly one label.
 *
 * <ul>
 *   <li>A name without an entry: SERVFAIL, as with CoreDNS, since a hosts file has no SOA for an
 *       NXDOMAIN; with {@code fallthrough [ZONES…]} it goes on to the next plugin.
 *   <li>A name with an entry, asked for another type: NODATA without SOA; with {@code
 *       fallthrough_unsupported} it goes on.
 *   <li>A PTR without an entry always goes on.
 * </ul>
 *
 * <p>{@code hosts} stands before {@code kubernetes}. Where all its zones fall through, the cluster
 * names that have an entry go through the plugins and all others keep their precomputed answers;
 * without {@code fallthrough} every name of the block goes through them.
 */
@NullMarked
package dev.byname.plugin.hosts;

import org.jspecify.annotations.NullMarked;
