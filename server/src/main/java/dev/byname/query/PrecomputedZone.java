package dev.byname.query;

import dev.byname.zone.ClusterZone;

/** A plugin whose zone may be answered before the chain is asked. */
public interface PrecomputedZone extends Plugin {
  ClusterZone zone();
}
