package dev.byname.lookup;

/**
 * Ends when closed; a callback that runs at that moment is not waited for. Closing twice is no
 * error.
 */
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
