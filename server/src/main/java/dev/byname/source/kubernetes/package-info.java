/**
 * Reads the picture of the cluster from a Kubernetes API server.
 *
 * <p>{@link dev.byname.source.kubernetes.KubernetesSource} owns one {@code ResourceWatch} for each
 * resource: it lists, then watches, and repairs itself. {@code ApiClient} sends the requests,
 * {@code ApiAccess} knows where to and as whom, {@code ApiStream} reads the bodies, {@code
 * KnownObjects} remembers versions.
 *
 * <h2>Why no Kubernetes client library</h2>
 *
 * Byname sends four kinds of GET request (list, list of metadata, watch, discovery). The libraries
 * for Java bring models of every API and decode whole objects before they can be trimmed: measured
 * with 10,000 EndpointSlices, informers of fabric8's client kept 117 MB, with a key-only store 16
 * to 20 MB, at the cost of 33 jars (20 MB) and half a second of start-up. Reading the JDK's HTTP
 * body with a streaming parser needs neither, and gives us what informers do not: objects that are
 * never whole in memory, lists that are compared while they arrive, the silence of a watch measured
 * at the socket, and errors that name file and field. What a library would have given, kubeconfig
 * files and credential plugins, is some hundred lines here.
 *
 * <h2>How nothing is lost</h2>
 *
 * <ol>
 *   <li>A watch is resumed at the last revision it told, bookmarks included; 410 Gone leads to a
 *       list.
 *   <li>A watch that tells neither event nor bookmark for a while is opened again.
 *   <li>Every 20 seconds the keys and versions of all objects are listed (metadata only, from the
 *       API server's cache) and compared. A difference that the watch does not explain within a
 *       grace of 5 seconds means that it has lost something: everything is listed again.
 *   <li>Events whose revision goes back make that comparison due at once.
 * </ol>
 *
 * Every list is laid over what is known: equal versions cost nothing, nothing that still exists is
 * taken away in between, and the memory of a list is one object.
 */
@NullMarked
package dev.byname.source.kubernetes;

import org.jspecify.annotations.NullMarked;
