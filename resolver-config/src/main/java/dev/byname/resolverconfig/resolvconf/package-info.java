/**
 * A pod's resolv.conf as the kubelet makes it, and what a libc does with it. JDK only, no clock, no
 * sockets; the one class that touches a file is {@link
 * dev.byname.resolverconfig.resolvconf.NodeResolvConf}.
 *
 * <ul>
 *   <li>{@link dev.byname.resolverconfig.resolvconf.NodeResolvConf} reads the node's file,
 *   <li>{@link dev.byname.resolverconfig.resolvconf.PodDns} reads what a pod asks for,
 *   <li>{@link dev.byname.resolverconfig.resolvconf.PodResolvConf} puts both together and renders,
 *   <li>{@link dev.byname.resolverconfig.resolvconf.LibcView} is such a file as glibc or musl reads
 *       it, and {@link dev.byname.resolverconfig.resolvconf.QueryPlan} what that libc then asks.
 * </ul>
 *
 * <p>Sources: the kubelet's DNS configurer and the API server's validation of {@code dnsConfig} as
 * of Kubernetes 1.34; resolv.conf(5); glibc 2.41; musl 1.2.5. Where this package is stricter than
 * the kubelet it is because the result would differ between the node's and the pod's resolver:
 * control characters (CR LF line ends among them) in a node's file, leading zeros in an address,
 * blanks in an option.
 */
@NullMarked
package dev.byname.resolverconfig.resolvconf;

import org.jspecify.annotations.NullMarked;
