package dev.byname.app;

import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.source.Source;

/** Makes the source that a {@link PictureSource} describes. */
@FunctionalInterface
interface SourceFactory {
  /**
   * Makes it without starting it.
   *
   * @throws ConfigurationException when the description cannot be right: a folder or file that does
   *     not exist, a certificate without its key
   */
  Source create(PictureSource from, ClusterState state, ClusterSink sink);
}
