package dev.byname.cluster;

import dev.byname.cluster.ClusterObject.Kind;

/**
 * Where a source puts what it reads. Calls keep their order; when the writer is behind, they wait,
 * so that a source reads no faster than its changes are applied. Safe from any thread.
 */
public interface ClusterSink {
  /** Adds the object or replaces the one of the same kind and key. */
  void put(ClusterObject object);

  /** Removes an object; unknown ones are passed over. */
  void remove(Kind kind, ObjectKey key);

  /**
   * Says that everything known at the start has been put; from then on a missing name does not
   * exist.
   */
  void synced();
}
