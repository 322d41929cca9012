package dev.byname.plugin;

import java.net.InetSocketAddress;
import java.time.Duration;

/** The HTTP endpoints beside DNS; plugins ask for them, the process serves them. */
public interface AdminEndpoints {
  /**
   * {@code /health}.
   *
   * @param lameduck how long queries are still answered after the process was told to stop
   */
  void health(InetSocketAddress address, Duration lameduck);

  /**
   * {@code /ready}.
   *
   * @param continuously whether a plugin that was ready is asked again
   */
  void ready(InetSocketAddress address, boolean continuously);

  /** {@code /metrics}. */
  void metrics(InetSocketAddress address);
}
