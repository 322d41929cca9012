package dev.byname.cluster;

/**
 * Told of every change, on the thread that made it, after the new state can be read. Must not
 * block.
 */
@FunctionalInterface
public interface ClusterListener {
  void onChange(ClusterChange change);
}
