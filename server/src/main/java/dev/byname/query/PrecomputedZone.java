package dev.byname.query;

import dev.byname.zone.ClusterZone;
import java.time.Duration;

/** A plugin whose zone may be answered before the chain is asked. */
public interface PrecomputedZone extends Plugin {
  ClusterZone zone();

  /** How long the server waits at start for the zone's first complete picture. */
  Duration startupTimeout();
}
