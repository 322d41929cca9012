package dev.byname.plugin.forward;

/** What came of asking one upstream once. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface UpstreamReply {
  /**
   * A whole answer to the question.
   *
   * @param message in the client's case, without OPT record
   * @param noData NOERROR with an empty answer section
   */
  record Answered(byte[] message, int rcode, boolean noData) implements UpstreamReply {}

  /** An answer that did not fit: TC is set. To be had over TCP. */
  record Truncated(byte[] message) implements UpstreamReply {}

  /** FORMERR or NOTIMP without OPT: it may not know EDNS (RFC 6891 section 7). */
  record EdnsRefused(byte[] message, int rcode) implements UpstreamReply {}

  /**
   * An answer that cannot be used, which says nothing of the upstream's health: garbled, larger
   * than was asked for, or lost among forged ones.
   */
  record Unusable(String why) implements UpstreamReply {}

  /** The question came back in another case: forged, or from an upstream that folds names. */
  record CaseLost() implements UpstreamReply {}

  /** No answer: time ran out, or the network said no. Counts against the upstream's health. */
  record Failed(String why) implements UpstreamReply {}
}
