package dev.byname.transport;

import dev.byname.query.QueryHandler;
import org.jspecify.annotations.Nullable;

/**
 * What one listener needs on one event loop: a worker of the handler in charge and two arrays. Used
 * by that event loop only.
 */
final class LoopWorker {
  /** A DNS message is never longer: its length travels in 16 bits. */
  static final int MESSAGE_MAX_BYTES = 0xffff;

  final byte[] query = new byte[MESSAGE_MAX_BYTES];
  final byte[] answer = new byte[MESSAGE_MAX_BYTES];

  private final Listener listener;
  private @Nullable QueryHandler handler;
  private QueryHandler.@Nullable Worker worker;

  LoopWorker(Listener listener) {
    this.listener = listener;
  }

  /** The worker for the next batch, of the handler that is in charge now. */
  @SuppressWarnings("ReferenceEquality") // another handler is in charge, however alike
  QueryHandler.Worker beginBatch() {
    var inCharge = listener.handler();
    var current = worker;
    if (current == null || handler != inCharge) {
      handler = inCharge;
      current = inCharge.newWorker();
      worker = current;
    }
    current.beginBatch();
    return current;
  }
}
