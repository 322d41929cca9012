package dev.byname.plugin.hosts;

/** Where {@code hosts} finds its metrics. */
@FunctionalInterface
public interface HostsObserver {
  HostsObserver NONE = (file, entries, modifiedEpochMillis) -> {};

  /**
   * A hosts file was read.
   *
   * @param file value of the {@code hostsfile} label of {@code coredns_hosts_entries}
   * @param entries of the file and of the Corefile's own lines: an address of a name each, and the
   *     same for names of an address
   * @param modifiedEpochMillis of the file: {@code coredns_hosts_reload_timestamp_seconds}
   */
  void read(String file, long entries, long modifiedEpochMillis);
}
