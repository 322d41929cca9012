package dev.byname.resolverconfig.store;

import java.util.Set;

/**
 * Keys with values and versions, read in consistent pictures and changed by transactions.
 *
 * <p>Thread-safe. All methods may wait for other writers or for the network, within bounds.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * Reads single keys and everything below some prefixes, all as of one moment.
   *
   * @param prefixes end with a slash
   * @throws StoreException when the store cannot be read
   */
  Snapshot read(Set<String> keys, Set<String> prefixes);

  /**
   * Makes all changes of a transaction if every key still has the version it expects, none
   * otherwise. When it returns, the outcome is durable.
   *
   * @throws StoreException when the store cannot be written; {@link StoreException#outcomeUnknown}
   *     tells whether the changes may have been made all the same
   */
  Commit commit(Transaction transaction);

  /**
   * Whether the values are files of this machine: reading all of them is cheap, and people look at
   * them and change them by hand.
   */
  boolean isFolder();

  /** For messages: {@code folder /var/lib/byname}, {@code etcd at https://10.0.0.1:2379}. */
  String description();

  /** Where the value of a key is, for messages: a file, or the key in etcd with its prefix. */
  String place(String key);

  /** Ends all connections; no further call is allowed. */
  @Override
  void close();
}
