package dev.byname.resolverconfig.injection;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request, however slowly its bytes drip in, is not whole in time. The
 * time runs from a request's first byte until something is written.
 */
// What becomes of a write or a close is told to the pipeline, not to the caller.
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestDeadline extends ChannelDuplexHandler {
  private final Duration requestTime;
  private @Nullable Future<?> deadline;

  RequestDeadline(Duration requestTime) {
    this.requestTime = requestTime;
  }

  @Override
  public void channelRead(ChannelHandlerContext connection, Object bytes) {
    if (deadline == null) {
      deadline =
          connection
              .executor()
              .schedule(() -> connection.close(), requestTime.toMillis(), TimeUnit.MILLISECONDS);
    }
    connection.fireChannelRead(bytes);
  }

  @Override
  public void write(ChannelHandlerContext connection, Object message, ChannelPromise promise) {
    cancel();
    connection.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext connection) {
    cancel();
    connection.fireChannelInactive();
  }

  private void cancel() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
