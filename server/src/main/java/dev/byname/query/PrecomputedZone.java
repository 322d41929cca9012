package dev.byname.query;

import dev.byname.zone.ClusterZone;

/** A plugin whose zone may be answered before the chain is asked. */
public interface PrecomputedZone extends Plugin {
  ClusterZone zone();

  /**
   * Runs the action while the cluster's picture does not change, and waits for it: the place to
   * join its listeners.
   */
  void whileStill(Runnable action);
}
