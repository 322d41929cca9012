package dev.byname.source.snapshot;

import dev.byname.cluster.ClusterObject;
import java.time.Instant;
import java.util.List;

/**
 * What a snapshot file holds.
 *
 * @param asOf until when the picture was known to be right
 * @param origin names the cluster it was taken from, in the words of its source
 */
record Picture(Instant asOf, String origin, List<ClusterObject> objects) {}
