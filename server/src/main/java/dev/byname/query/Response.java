package dev.byname.query;

import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the plugin chain comes back with. Id, question and OPT record are written by the responder.
 */
public sealed interface Response {
  /**
   * The message as values; null for a failure, a transfer, silence, and for bytes that are no
   * message. Costs a parse where it came as bytes.
   */
  default @Nullable Message read() {
    return switch (this) {
      case Reply(Message message) -> message;
      case Wire(byte[] message) -> Message.read(message, message.length);
      case Failure _, Transfer _, NoReply _ -> null;
    };
  }

  /**
   * The same response with its message changed. It keeps its kind: what came over the network can
   * still be cached, what was made in this process still is not. A {@link Wire} has no room for
   * EDNS options; to add one, make a {@link Reply}. What has no message is returned as it is.
   *
   * @param change must leave the question as long as the client's
   */
  default Response edit(UnaryOperator<Message> change) {
    Message message = read();
    if (message == null) {
      return this;
    }
    Message changed = change.apply(message);
    return this instanceof Wire
        ? new Wire(changed.withEdns(null).toWire(Wire.BYTES_MAX))
        : new Reply(changed);
  }

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
    private static final int BYTES_MAX = 0xffff;
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

    /** As it travels in the OPT record (RFC 8914 section 2). */
    public Edns.Option toOption() {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      byte[] data = new byte[2 + bytes.length];
      Bytes.u16(data, 0, code);
      System.arraycopy(bytes, 0, data, 2, bytes.length);
      return new Edns.Option(Edns.OPTION_EXTENDED_ERROR, data);
    }
  }
}
