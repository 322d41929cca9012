/**
 * The certificate that a server block's {@code tls://} and {@code https://} keys show.
 *
 * <pre>{@code
 * tls://.:8853 https://.:8443 {
 *   tls server.pem server.key ca.pem {
 *     client_auth require_and_verify
 *   }
 *   whoami
 * }
 * }</pre>
 *
 * <p>{@code tls CERT KEY [CA]}: PEM files, relative to the Corefile's folder; CERT may hold the
 * whole chain, KEY is not encrypted. CA is who signs the clients' certificates. {@code client_auth}
 * is {@code nocert} (default), {@code request}, {@code require}, {@code verify_if_given} or {@code
 * require_and_verify}.
 *
 * <p>The files are read again with every reload, and looked at every ten seconds besides: a renewed
 * certificate serves the connections from then on, one that is no good leaves the old one in use
 * and is logged. TLS 1.2 and 1.3 only.
 *
 * <p>Without {@code tls} such a key is served in plain text, as with CoreDNS: for use behind a
 * proxy that takes the encryption off. {@code keylog} and {@code acme} are refused.
 */
@NullMarked
package dev.byname.plugin.tls;

import org.jspecify.annotations.NullMarked;
