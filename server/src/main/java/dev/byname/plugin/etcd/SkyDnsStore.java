package dev.byname.plugin.etcd;

/** All messages of one etcd path, kept up to date by somebody else. */
public interface SkyDnsStore {
  SkyDnsMessages messages();

  /**
   * What is left of a lease.
   *
   * @return seconds, never more than it really has; 0 when that is not known
   */
  long leaseSeconds(long leaseId);

  /** What it reads, or what it waits for: one line. */
  String detail();

  /** Lends stores; blocks that ask for the same share one. */
  interface Provider {
    /** Opens a store; it is given back by {@link #release}. */
    SkyDnsStore open(SkyDnsSource source);

    void release(SkyDnsStore store);
  }
}
