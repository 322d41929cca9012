/**
 * What fills the picture of the cluster. A source reads Kubernetes objects from somewhere, trims
 * them while decoding, and hands them to a {@link dev.byname.cluster.ClusterSink}; it knows nothing
 * of queries. Sources live in sub-packages and do not see each other; what they share is here:
 * {@link dev.byname.source.ObjectDecoder} from a {@link dev.byname.source.Tree} to objects of the
 * picture, {@link dev.byname.source.JsonTree} and {@link dev.byname.source.YamlTree} from text to
 * trees, {@link dev.byname.source.ObjectFeed} from a watch's events to the sink, {@link
 * dev.byname.source.LabelSelectors}.
 */
@NullMarked
package dev.byname.source;

import org.jspecify.annotations.NullMarked;
