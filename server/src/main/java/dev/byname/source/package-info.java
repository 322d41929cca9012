/**
 * What fills the picture of the cluster. A source reads Kubernetes objects from somewhere, trims
 * them while decoding, and hands them to a {@link dev.byname.cluster.ClusterSink}; it knows nothing
 * of queries. Sources live in sub-packages and do not see each other; what they share (decoding,
 * selectors) is here.
 */
@NullMarked
package dev.byname.source;

import org.jspecify.annotations.NullMarked;
