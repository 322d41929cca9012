package dev.byname.plugin.autopath;

/** Where {@code autopath} finds its metric. Called by many threads at once. */
public interface AutopathObserver {
  /**
   * A name was found on the search list: {@code coredns_autopath_success_total}.
   *
   * @param server the label's value
   */
  void found(String server);
}
