package dev.byname.source.etcd;

import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.concurrent.CompletableFuture;

/**
 * A connection to one member of etcd. It is never repaired: when something goes wrong it is closed,
 * and another one is opened, perhaps to another member.
 */
interface EtcdSession extends AutoCloseable {
  /** Completes on the callback executor, exceptionally with an {@link EtcdFailure}. */
  CompletableFuture<RangeResponse> range(RangeRequest request);

  /** What is left of a lease, in seconds; completes as {@link #range} does. */
  CompletableFuture<Long> leaseSeconds(long leaseId);

  /** Opens a stream of watches. */
  WatchStream watch(WatchReceiver receiver);

  @Override
  void close();

  /** Our side of a stream of watches. */
  interface WatchStream {
    void send(WatchRequest request);

    /**
     * Asks for one more response. Nothing comes unasked, so a burst of changes waits in etcd and
     * not in our memory.
     */
    void requestOne();

    void cancel();
  }

  /** Told by etcd; called on the callback executor. */
  interface WatchReceiver {
    void received(WatchResponse response);

    /** Nothing more will come. */
    void ended(EtcdFailure reason);
  }
}
