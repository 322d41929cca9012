package dev.byname.query;

/**
 * Takes the answer of a slow query, on whatever thread it comes; called once, for a transfer
 * several times.
 */
public interface ReplyTo {
  /**
   * Sends a message.
   *
   * @param last false when more messages of a transfer follow
   */
  void reply(byte[] message, int lengthBytes, boolean last);

  /** There will be no answer. */
  void silence();
}
