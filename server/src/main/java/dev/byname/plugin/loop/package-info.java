/**
 * Finds out when an upstream asks us again: a node's resolv.conf that names a stub on the node
 * which forwards to the cluster DNS, say. Then every query would go round until it times out.
 *
 * <pre>{@code
 * . {
 *   loop
 *   forward . /etc/resolv.conf
 * }
 * }</pre>
 *
 * <p>With the first query that is forwarded, and with one every 10 minutes from then on, goes a
 * probe: a random name of type HINFO. If it comes in from the network, the upstream that it went
 * out to leads back here. That is logged as an error, and that upstream is left out for 10 minutes;
 * the others go on answering, and so does everything that needs no upstream.
 *
 * <h2>Different from CoreDNS</h2>
 *
 * <p>CoreDNS ends itself, so that the whole cluster is without DNS over one wrong line in one file.
 * The Kubernetes guides say to look for "Loop" in its log; the line here begins so too.
 */
@NullMarked
package dev.byname.plugin.loop;

import org.jspecify.annotations.NullMarked;
