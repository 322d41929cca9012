/**
 * Answers for services in a zone that is served to the outside: with their external addresses and
 * those of their load balancers.
 *
 * <pre>{@code
 * . {
 *   kubernetes cluster.local {
 *     manifests demo
 *   }
 *   k8s_external example.org 192.0.2.0/24 {
 *     apex dns
 *     ttl 30
 *     headless
 *     fallthrough 2.0.192.in-addr.arpa
 *   }
 * }
 * }</pre>
 *
 * <p>{@code SERVICE.NAMESPACE.ZONE} has A and AAAA records of {@code spec.externalIPs} and of the
 * load balancer's addresses, or a CNAME to its host name; {@code _PORT._PROTOCOL.SERVICE…} and the
 * name itself have SRV records. With {@code headless}, headless services without such an address
 * answer with their endpoints, which have names of their own ({@code ENDPOINT.SERVICE…}). Reverse
 * zones have PTR records into the first zone. The cluster is that of the {@code kubernetes} plugin
 * in the same block, which must be there.
 *
 * <p>The zone's own name server is {@code ns1.dns.ZONE} ({@code apex} is another label for {@code
 * dns}), with the external addresses of the services that this server is part of, or the machine's.
 * Names below {@code dns} belong to it and never to a namespace of that name. A name that does not
 * exist is NXDOMAIN unless {@code fallthrough} says that it goes on.
 *
 * <p>With {@code transfer} in the block, secondaries may take the zone; they are not told of
 * changes. Unlike CoreDNS, a transfer holds nothing of other zones and no record twice, and {@code
 * ttl} is that of every record. As long as no zone of it overlaps with one of {@code kubernetes},
 * cluster names are answered from precomputed bytes as before.
 */
@NullMarked
package dev.byname.plugin.k8sexternal;

import org.jspecify.annotations.NullMarked;
