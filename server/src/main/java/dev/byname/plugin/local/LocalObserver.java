package dev.byname.plugin.local;

/** Where {@code local} finds its metric. Called by many threads at once. */
public interface LocalObserver {
  /**
   * {@code coredns_local_localhost_requests_total}: a name below or before {@code localhost}, not
   * itself.
   */
  void localhost();
}
