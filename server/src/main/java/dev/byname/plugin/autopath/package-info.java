/**
 * Goes through a client's search list on the server: the first of the client's queries is answered
 * with what its last would have found, with a CNAME in front.
 *
 * <pre>{@code
 * . {
 *   autopath @kubernetes
 *   kubernetes cluster.local {
 *     manifests demo
 *     pods verified
 *   }
 *   forward . 192.0.2.53
 * }
 * example.org {
 *   autopath resolv.conf
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code autopath [ZONES…] RESOLV-CONF}: only queries below the first search domain, in ZONES
 * (the block's unless given), are searched for. RESOLV-CONF is a file with a {@code search} line,
 * or {@code @kubernetes}: then the list is that of the pod whose address the client has, {@code
 * NAMESPACE.svc.ZONE svc.ZONE ZONE} and what this machine's own resolv.conf has. That needs the
 * {@code kubernetes} plugin with {@code pods verified} in the same block; clients that are no pods
 * are left alone.
 *
 * <p>The first name that exists is the answer, even if it has nothing of the type; if none does,
 * the client gets the NXDOMAIN of its own question and searches on by itself. A failure on the way
 * is given to the client. Answers found are counted in {@code coredns_autopath_success_total}.
 *
 * <p>Every name of the block then goes through the plugins: none of the cluster's names is answered
 * from precomputed bytes. Where pods can be told ({@code options ndots:1}, or names with a final
 * dot), that is the better cure.
 */
@NullMarked
package dev.byname.plugin.autopath;

import org.jspecify.annotations.NullMarked;
