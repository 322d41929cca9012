/**
 * Answers from SkyDNS messages in etcd.
 *
 * <pre>{@code
 * skydns.local {
 *   etcd skydns.local 10.0.0.0/24 {
 *     path /skydns
 *     endpoint https://etcd-0.example:2379 https://etcd-1.example:2379
 *     tls client.pem client.key ca.pem
 *     credentials dns secret
 *     min-lease-ttl 30s
 *     max-lease-ttl 24h
 *     fallthrough in-addr.arpa
 *   }
 * }
 * }</pre>
 *
 * <p>A message is a JSON object with {@code host}, {@code port}, {@code priority}, {@code weight},
 * {@code text}, {@code mail}, {@code ttl}, {@code targetstrip} and {@code group}; it lies under the
 * name's labels from right to left: {@code x.skydns.local} under {@code /skydns/local/skydns/x}. A
 * name answers with its own message and, first, with all those below it; {@code *} and {@code any}
 * stand for a label. {@code host} is an address (A, AAAA) or a name (CNAME; followed inside the
 * zone and asked for outside). The zone's own addresses lie below {@code apex.dns.ZONE}, its name
 * servers below {@code ns.dns.ZONE}.
 *
 * <ul>
 *   <li>{@code path} is {@code /skydns}, {@code endpoint} {@code http://localhost:2379} unless
 *       given.
 *   <li>{@code tls}: nothing, CA; CERT KEY; or CERT KEY CA, as with CoreDNS.
 *   <li>TTL: the message's, at most what is left of its lease, and 300 without either. A lease
 *       counts as no shorter than {@code min-lease-ttl} and no longer than {@code max-lease-ttl}.
 *   <li>Priority 0 means 10; weights are shares of 100 among equal priorities; the group of the
 *       shortest key is the one that is answered.
 *   <li>{@code fallthrough [ZONES…]}: names that do not exist go on to the next plugin.
 * </ul>
 *
 * <p>Unlike CoreDNS, no query waits for etcd: all messages are watched and answered from memory, so
 * names stay when etcd is away. Until everything has been read once, the answer is SERVFAIL and
 * {@code /ready} says what is missing. Four answers are meant to differ: a message that is no
 * message is passed over and named in the log, instead of making SERVFAIL of every name above it; a
 * CNAME or PTR query for a name that has only names below it, and any for a zone without messages
 * at the zone's own name, is NODATA and not NXDOMAIN; SOA below the zone's name is NODATA.
 */
@NullMarked
package dev.byname.plugin.etcd;

import org.jspecify.annotations.NullMarked;
