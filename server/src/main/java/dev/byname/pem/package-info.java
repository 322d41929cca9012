/**
 * Certificates and private keys from PEM text (RFC 7468), for all who speak TLS: listeners,
 * upstreams, the Kubernetes API, etcd, the admission webhook.
 *
 * <p>Java reads keys as PKCS #8 only; kubeadm, cert-manager and openssl write PKCS #1 and SEC 1 as
 * well, which are the same key without the envelope that says which kind it is.
 */
@NullMarked
package dev.byname.pem;

import org.jspecify.annotations.NullMarked;
