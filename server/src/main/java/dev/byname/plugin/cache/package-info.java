/**
 * Keeps what upstreams answered, and answers with it.
 *
 * <pre>{@code
 * . {
 *   cache 30
 *   forward . /etc/resolv.conf
 * }
 * }</pre>
 *
 * <p>{@code cache [TTL] [ZONES…]}: names at or below ZONES (the block's, when none are given). All
 * records of a message live as long as the one that lives shortest, at least 5 s and at most TTL
 * (3600 s for answers, 1800 s for denials when it is not given).
 *
 * <pre>{@code
 * example.org {
 *   cache 300 {
 *     success 20000 600 10
 *     denial 5000 60 1
 *     prefetch 10 1m 10%
 *     serve_stale 1h verify 200ms 30s 30s
 *     serve_stale_policy prefer_positive
 *     servfail 1s
 *     disable denial intern.example.org
 *     keepttl
 *   }
 *   forward . 192.0.2.1
 * }
 * }</pre>
 *
 * <table>
 *   <caption>Options</caption>
 *   <tr><td>{@code success CAPACITY [TTL] [MINTTL]}</td><td>default 9984 entries, at least 1024; in
 *       bytes 1 KiB times that</td></tr>
 *   <tr><td>{@code denial CAPACITY [TTL] [MINTTL]}</td><td>the same for NXDOMAIN and
 *       NODATA</td></tr>
 *   <tr><td>{@code prefetch AMOUNT [GAP [PERCENT%]]}</td><td>what was asked for AMOUNT times, never
 *       GAP (1m) apart, is fetched again when PERCENT (10%) of its time is left</td></tr>
 *   <tr><td>{@code serve_stale [UPTO] [immediate [TTL [RECHECK]]]}</td><td>expired entries are
 *       served for UPTO (1h) more, with TTL (0s), while they are fetched again</td></tr>
 *   <tr><td>{@code serve_stale UPTO verify [TIMEOUT [TTL [RECHECK]]]}</td><td>the same after an
 *       attempt to fetch them, waiting TIMEOUT (0s: as long as it takes)</td></tr>
 *   <tr><td>{@code serve_stale_policy prefer_positive}</td><td>a stale answer is better than a fresh
 *       denial</td></tr>
 *   <tr><td>{@code servfail 5s}</td><td>how long an upstream's SERVFAIL is kept; at most 5m; 0s: not
 *       at all</td></tr>
 *   <tr><td>{@code disable success|denial [ZONES…]}</td><td>not kept for these zones</td></tr>
 *   <tr><td>{@code keepttl}</td><td>TTLs are not counted down</td></tr>
 * </table>
 *
 * <h2>What is kept</h2>
 *
 * <p>Messages that came over the network ({@link dev.byname.query.Response.Wire}), and nothing that
 * a plugin of this server made ({@link dev.byname.query.Response.Reply}): {@code kubernetes},
 * {@code hosts}, {@code file} have their data in memory and know when it changes. So a service that
 * appears is answered at once, also to a client that got NXDOMAIN a moment before. Where the
 * cluster zone itself is forwarded (a node-local cache), it is cached like any other.
 *
 * <p>Not kept: truncated messages, REFUSED, NXDOMAIN without SOA, a CNAME that leads nowhere and no
 * SOA that says for how long, signatures out of their time, answers to queries with a client
 * subnet, our own failures to reach an upstream.
 *
 * <p>DO and CD are part of the key. Hits have AA set, as with CoreDNS. A hit is a copy of the
 * message with its TTLs overwritten: nothing is parsed.
 *
 * <h2>Different from CoreDNS</h2>
 *
 * <ul>
 *   <li>Bounded in bytes too; the least useful entry goes first, not a random one.
 *   <li>Answers of plugins of this server are not kept; CoreDNS counts their TTLs down.
 *   <li>NXDOMAIN with a CNAME in front and an SOA is kept (RFC 2308 section 2.1).
 *   <li>A new answer drops a stale denial of the same question, and the other way round.
 * </ul>
 */
@NullMarked
package dev.byname.plugin.cache;

import org.jspecify.annotations.NullMarked;
