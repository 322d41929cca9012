/**
 * Gives zones to secondary name servers: AXFR (RFC 5936), and IXFR answered with everything or, to
 * who is up to date, with the SOA record alone (RFC 1995 section 4).
 *
 * <pre>{@code
 * example.org {
 *   file db.example.org
 *   transfer {
 *     to 192.0.2.53 [2001:db8::53]:5300
 *   }
 * }
 * cluster.local {
 *   kubernetes {
 *     manifests demo
 *   }
 *   transfer cluster.local {
 *     to 10.0.0.0/8
 *     to *
 *     source 10.0.0.10
 *   }
 * }
 * }</pre>
 *
 * <p>{@code transfer [ZONES…]}: ZONES are the block's unless given; the zones themselves come from
 * the {@code file} and {@code kubernetes} plugins of the same block. {@code to} lists who may have
 * them: addresses, blocks of addresses (an addition of ours), {@code *} for everybody; others are
 * REFUSED, and so is everybody over UDP and HTTPS. Addresses, with port 53 unless they name one,
 * are also told of a new serial (NOTIFY, RFC 1996), as they are when a configuration takes over;
 * {@code source} is the address that is sent from.
 *
 * <p>A transfer is written one message at a time, each when the client has room for it, so a slow
 * one holds back its own transfer and no memory. A NOTIFY that is sent to us is NOTIMP: this server
 * is nobody's secondary.
 *
 * <p>Of the cluster zone, CoreDNS gives (and so do we) services, their ports and the endpoints of
 * headless services, with SRV weights shared within a slice; names that a query would find besides
 * (endpoints of other services, pods, {@code dns-version}) are not in it, and it is not announced,
 * since it changes with every pod. A service that changes during the transfer is given as it is
 * when its turn comes. Unlike CoreDNS, reverse zones and names below a zone are not given, and no
 * record is given twice for one service.
 */
@NullMarked
package dev.byname.plugin.transfer;

import org.jspecify.annotations.NullMarked;
