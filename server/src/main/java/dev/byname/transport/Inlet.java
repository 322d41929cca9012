package dev.byname.transport;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** A bound socket through which queries or connections come in. Thread-safe. */
interface Inlet {
  InetSocketAddress address();

  /** Completes when what had arrived is taken in and nothing more will be. */
  CompletableFuture<Void> stopReading();

  /** Datagrams that the kernel dropped because they were not read in time; 0 if not known. */
  default long receiveDrops() {
    return 0;
  }

  /** Gives the address back; completes when that is done. */
  CompletableFuture<Void> close();
}
