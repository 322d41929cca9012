package dev.byname.query;

/** What a listener hands its queries to: {@link Responder} in the server. */
public interface QueryHandler {
  /** Result of {@link Worker#answer}: no answer is to be sent. */
  int DROP = 0;

  /** Result of {@link Worker#answer}: ask {@link Worker#answerSlowly} with the same bytes. */
  int SLOW = -1;

  /** A worker for one event loop; it is not safe for another. */
  Worker newWorker();

  /** Answers the queries of one event loop. */
  interface Worker {
    /** Called before the first query of each batch: the time until its answer counts from here. */
    void beginBatch();

    /**
     * Answers at once, if that needs no waiting. Allocates nothing.
     *
     * @param query the message from index 0; may be longer than {@code lengthBytes}
     * @param out room for the answer: 65,535 bytes
     * @param family 1 for IPv4, 2 for IPv6
     * @return the length of the answer in {@code out}, or {@link #DROP}, or {@link #SLOW}
     */
    int answer(byte[] query, int lengthBytes, byte[] out, Transport transport, int family);

    /**
     * Answers by the plugin chain.
     *
     * @param query copied before the method returns
     */
    void answerSlowly(byte[] query, int lengthBytes, Client client, ReplyTo replyTo);
  }
}
