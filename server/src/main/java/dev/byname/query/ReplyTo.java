package dev.byname.query;

/**
 * Takes the answer of a slow query, on whatever thread it comes; called once, for a transfer
 * several times.
 */
public interface ReplyTo {
  /**
   * Sends a message. The array is the caller's again when this returns.
   *
   * @param lengthBytes 12 to 65,535
   * @param last false when more messages of a transfer follow
   */
  void reply(byte[] message, int lengthBytes, boolean last);

  /** There will be no answer. */
  void silence();

  /**
   * Asks for {@code more} to be run once, when the client can take another message: a transfer
   * waits here between its messages, so that a slow client holds back the zone's reading instead of
   * filling memory. A connection runs it later, on its own thread; not at all when the client has
   * gone.
   */
  default void whenWritable(Runnable more) {
    more.run();
  }
}
