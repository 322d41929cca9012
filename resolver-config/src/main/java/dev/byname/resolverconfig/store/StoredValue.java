package dev.byname.resolverconfig.store;

import java.util.Arrays;

/**
 * A value as it is stored.
 *
 * <p>Immutable.
 */
public final class StoredValue {
  private final String key;
  private final byte[] bytes;
  private final long version;

  /** The caller gives the bytes away. */
  StoredValue(String key, byte[] bytes, long version) {
    this.key = key;
    this.bytes = bytes;
    this.version = version;
  }

  public String key() {
    return key;
  }

  /** A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * Changes whenever the value does; at least 1. In etcd the revision of the last change, in a
   * folder a hash of the content.
   */
  public long version() {
    return version;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredValue that
        && key.equals(that.key)
        && version == that.version
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * key.hashCode() + Long.hashCode(version);
  }

  @Override
  public String toString() {
    return key + "@" + version + " (" + bytes.length + " bytes)";
  }
}
