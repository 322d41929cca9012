package dev.byname.plugin.forward;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A query on its way, from one socket or another. Used only by the event loop it belongs to. */
final class PendingQuery {
  final UpstreamAddress to;
  final UpstreamQuery query;
  final boolean edns;

  /** The name as it is asked. */
  final byte[] name;

  /** The answer's question must have the same case. */
  final boolean exactCase;

  final CompletableFuture<UpstreamReply> reply = new CompletableFuture<>();

  /** The id it goes by on its socket. */
  int id;

  /** It was sent once on a connection that then closed; that is worth one more connection. */
  boolean resent;

  @Nullable ScheduledFuture<?> timeout;

  /** Set by the socket that has it now. */
  Runnable onTimeout = () -> {};

  PendingQuery(
      UpstreamAddress to, UpstreamQuery query, boolean edns, byte[] name, boolean exactCase) {
    this.to = to;
    this.query = query;
    this.edns = edns;
    this.name = name;
    this.exactCase = exactCase;
  }

  void complete(UpstreamReply result) {
    if (timeout != null) {
      timeout.cancel(false);
    }
    reply.complete(result);
  }
}
