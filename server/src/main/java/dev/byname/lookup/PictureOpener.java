package dev.byname.lookup;

import dev.byname.cluster.ClusterState;

/**
 * Starts reading a cluster; found through {@link java.util.ServiceLoader}, so that this package
 * needs no source.
 */
public interface PictureOpener {
  Opened open(ClusterSource source);

  /** A picture that is kept up to date until it is closed. */
  interface Opened extends AutoCloseable {
    ClusterState state();

    /** Runs the action while nothing changes, and waits for it. */
    void whileStill(Runnable action);

    /** What it reads, or what it waits for. */
    String detail();

    @Override
    void close();
  }
}
