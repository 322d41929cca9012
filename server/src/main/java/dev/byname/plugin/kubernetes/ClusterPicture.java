package dev.byname.plugin.kubernetes;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.IpAddress;
import java.util.List;

/** A picture of the cluster that is kept up to date by somebody else. */
public interface ClusterPicture {
  ClusterState state();

  /** Runs the action while nothing changes, and waits for it. */
  void whileStill(Runnable action);

  /** When reading began, on the clock that plugins are lent. */
  long openedNanos();

  /** What it reads, or what it waits for: one line. */
  String detail();

  /** Lends pictures; blocks that ask for the same share one. */
  interface Provider {
    /** Opens a picture; it is given back by {@link #release}. */
    ClusterPicture open(PictureSource source);

    void release(ClusterPicture picture);

    /** The addresses this server listens on that others can reach: to find its own Service. */
    List<IpAddress> localAddresses();
  }
}
