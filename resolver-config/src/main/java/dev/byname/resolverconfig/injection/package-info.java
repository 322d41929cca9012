/**
 * Gives pods better DNS settings than the kubelet's defaults, by rules: as a mutating admission
 * webhook, as a preview of what that would do, and as a writer of resolv.conf files for what runs
 * outside the cluster.
 *
 * <ul>
 *   <li>{@link dev.byname.resolverconfig.injection.Rules} is the rules file and its grammar,
 *   <li>{@link dev.byname.resolverconfig.injection.Injector} decides, without any I/O,
 *   <li>{@link dev.byname.resolverconfig.injection.WebhookServer} asks it for the API server,
 *   <li>{@link dev.byname.resolverconfig.injection.Preview} asks it for manifests in a file,
 *   <li>{@link dev.byname.resolverconfig.injection.ManagedFile} writes and restores a resolv.conf.
 * </ul>
 *
 * <p>The webhook never stands in a pod's way unless the rules file says {@code onProblem: deny}:
 * bad settings, rules that do not fit, and our own bugs let the pod through unchanged with a
 * warning.
 *
 * <p>Documents are plain maps and lists, whether they came as YAML or JSON.
 */
@NullMarked
package dev.byname.resolverconfig.injection;

import org.jspecify.annotations.NullMarked;
