/**
 * Asks other servers: for everything that is not the cluster's.
 *
 * <pre>{@code
 * . {
 *   forward . /etc/resolv.conf
 * }
 * }</pre>
 *
 * <p>{@code forward FROM TO…}: names at or below FROM go to the upstreams TO, of which there may be
 * 15. Several {@code forward} in one block: the first whose FROM matches takes the query. TO is
 *
 * <ul>
 *   <li>an IP address with or without a port, {@code dns://} in front or not;
 *   <li>{@code tls://} and an IP address: DNS over TLS (RFC 7858), port 853 unless another is
 *       given; {@code tls://9.9.9.9%dns.quad9.net} also says whose certificate is expected;
 *   <li>a file like {@code /etc/resolv.conf}: its {@code nameserver} lines are the upstreams. It is
 *       looked at every 5 s; an upstream that stays in it keeps its connections. A file that loses
 *       all of them changes nothing.
 * </ul>
 *
 * <pre>{@code
 * lab.example.org {
 *   forward . tls://192.0.2.1 tls://192.0.2.2:8853 {
 *     except intern.lab.example.org
 *     tls_servername dns.example.org
 *     health_check 5s no_rec domain lab.example.org
 *     max_fails 3
 *     expire 30s
 *     policy sequential
 *     max_concurrent 1000
 *     failover SERVFAIL REFUSED
 *   }
 * }
 * }</pre>
 *
 * <table>
 *   <caption>Options</caption>
 *   <tr><td>{@code except ZONE…}</td><td>these names go on to the next plugin</td></tr>
 *   <tr><td>{@code force_tcp}</td><td>never UDP</td></tr>
 *   <tr><td>{@code prefer_udp}</td><td>UDP first also for clients that came over TCP</td></tr>
 *   <tr><td>{@code expire 10s}</td><td>idle connections close after this</td></tr>
 *   <tr><td>{@code max_age 0s}</td><td>no connection is used longer; 0s: no such bound</td></tr>
 *   <tr><td>{@code max_idle_conns 0}</td><td>idle connections kept; 0: no bound of its own</td></tr>
 *   <tr><td>{@code read_timeout 2s}</td><td>for the answer of one upstream</td></tr>
 *   <tr><td>{@code max_fails 2}</td><td>failed health checks in a row that still count as up; 0:
 *       always up, never checked</td></tr>
 *   <tr><td>{@code max_connect_attempts N}</td><td>upstreams tried for one query; default twice
 *       their number; 0: until 5 s are over</td></tr>
 *   <tr><td>{@code health_check 0.5s [no_rec] [domain NAME]}</td><td>period of health checks while
 *       an upstream does not answer, and what they ask ({@code . NS}, with RD); 0s: no checks</td></tr>
 *   <tr><td>{@code tls [CERT KEY] [CA]}</td><td>client certificate, authorities (PEM)</td></tr>
 *   <tr><td>{@code tls_servername NAME}</td><td>expected certificate, and SNI; without it the
 *       certificate must name the IP address</td></tr>
 *   <tr><td>{@code policy random}</td><td>or {@code round_robin}, {@code sequential}</td></tr>
 *   <tr><td>{@code max_concurrent 10000}</td><td>queries that may wait at once; more are
 *       REFUSED</td></tr>
 *   <tr><td>{@code failover RCODE…}</td><td>answers with which the next upstream is asked</td></tr>
 *   <tr><td>{@code next RCODE…}, {@code next_on_nodata}</td><td>answers with which the next {@code
 *       forward} of the block is asked</td></tr>
 *   <tr><td>{@code failfast_all_unhealthy_upstreams}</td><td>SERVFAIL at once when all are down;
 *       otherwise one is tried at random</td></tr>
 *   <tr><td>{@code source_address IP}</td><td>our address towards the upstreams</td></tr>
 * </table>
 *
 * <h2>Against forged answers</h2>
 *
 * <p>Random id, random port used for 64 queries at most, random case of the name (0x20), sockets
 * connected to the upstream's address, each question asked once at a time. An answer to another
 * question is dropped and counted; after 16 of them on a port what waits there is asked over TCP.
 * An upstream that folds the case three times in a row is from then on asked in plain case.
 *
 * <h2>Different from CoreDNS</h2>
 *
 * <ul>
 *   <li>A truncated answer is always fetched over TCP before the client sees it; only when that
 *       fails is TC passed on. CoreDNS does so with {@code prefer_udp} alone.
 *   <li>A garbled answer, or one larger than was asked for, is fetched over TCP too, and says
 *       nothing about the upstream's health.
 *   <li>Upstreams are always asked with EDNS and 1232 bytes (RFC 9715), without it when they do not
 *       know it. DO, CD, AD and RD are the client's; cookies, keepalive, padding and NSID are
 *       between neighbours and stay behind.
 *   <li>{@code max_concurrent} is 10,000 where nothing is said; CoreDNS has no bound.
 *   <li>{@code https://} upstreams and upstreams by host name are refused by name.
 * </ul>
 */
@NullMarked
package dev.byname.plugin.forward;

import org.jspecify.annotations.NullMarked;
