package dev.byname.source;

/**
 * A running reader of a cluster. Made by its package's factory with a {@link
 * dev.byname.cluster.ClusterSink} and everything it needs, then started once.
 */
public interface Source extends AutoCloseable {
  /** Starts reading in the background and returns at once. */
  void start();

  /** Names the cluster that is read, in one line: the same at every start with the same cluster. */
  String origin();

  /** What an operator would want to know now. */
  SourceStatus status();

  /** Stops reading; what has been read stays in the picture. */
  @Override
  void close();
}
