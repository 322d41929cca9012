package dev.byname.query;

import dev.byname.rdata.Message;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What the plugin chain comes back with. Id, question and OPT record are written by the responder.
 */
public sealed interface Response {
  /**
   * Records to be written; {@code message.edns()} says which OPT options to add, its size and DO
   * are ours.
   */
  record Reply(Message message) implements Response {}

  /**
   * A finished message without OPT record, whose names may be compressed: from a cache or an
   * upstream. Its question is as long as the client's. The array is shared and never written to.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Wire(byte[] message) implements Response {
    /** The message as values. Costs a parse; only for who must look inside. */
    public @Nullable Message read() {
      return Message.read(message, message.length);
    }
  }

  /**
   * No answer could be made.
   *
   * @param reason for the {@code errors} log, in one line
   * @param extendedError told to clients that use EDNS (RFC 8914)
   */
  record Failure(int rcode, String reason, @Nullable ExtendedError extendedError)
      implements Response {
    public Failure(int rcode, String reason) {
      this(rcode, reason, null);
    }
  }

  /**
   * Several messages for one query: a zone transfer. Read on the connection's thread as it takes
   * them.
   */
  record Transfer(Iterator<Message> messages) implements Response {}

  /** Silence. */
  record NoReply(String reason) implements Response {}

  /** RFC 8914: why, in a number and perhaps a text. */
  record ExtendedError(int code, String text) {
    public static final int STALE_ANSWER = 3;
    public static final int BLOCKED = 15;
    public static final int FILTERED = 17;
    public static final int PROHIBITED = 18;
    public static final int NOT_READY = 14;
    public static final int NO_REACHABLE_AUTHORITY = 22;
    public static final int NETWORK_ERROR = 23;
  }
}
