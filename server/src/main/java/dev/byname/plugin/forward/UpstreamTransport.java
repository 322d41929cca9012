package dev.byname.plugin.forward;

import java.util.concurrent.CompletionStage;

/** Carries queries to upstreams: sockets in the server, a script in tests. */
interface UpstreamTransport extends AutoCloseable {
  /** How one upstream is asked once. */
  enum Via {
    UDP,
    /** TCP, or TLS where the upstream's address says so. */
    STREAM
  }

  /**
   * Asks once. Never fails exceptionally but for a bug.
   *
   * @param edns false leaves the OPT record out
   * @param randomCase UDP only
   */
  CompletionStage<UpstreamReply> ask(
      UpstreamAddress to,
      UpstreamQuery query,
      Via via,
      boolean edns,
      boolean randomCase,
      long timeoutNanos);

  /** An upstream that is no longer configured: its idle connections can go. */
  void forget(UpstreamAddress address);

  /** Idle connections close now, those with queries when they are answered. */
  @Override
  void close();
}
