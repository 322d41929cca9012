package dev.byname.source.etcd;

import io.etcd.jetcd.api.KeyValue;

/** Told what changed, on the mirror's thread; may block, then etcd waits too. */
interface MirrorListener {
  /**
   * A key is new or has a new value.
   *
   * @param listed whether it comes from a list, so that it may have changed long ago
   */
  void put(MirroredPrefix prefix, String rest, KeyValue entry, boolean listed);

  /** A key is gone. */
  void removed(MirroredPrefix prefix, String rest);

  /** Every prefix has been read completely; called after the first list and after each relist. */
  void listed();
}
