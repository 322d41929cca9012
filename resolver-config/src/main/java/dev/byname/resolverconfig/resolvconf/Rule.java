package dev.byname.resolverconfig.resolvconf;

import java.util.Locale;

/** Why an entry was left out of a resolv.conf, or why somebody should look at it. */
public enum Rule {
  /** The same text stands earlier in the list. */
  DUPLICATE,
  /** An option of the same name wins: the pod's over the node's, the later over the earlier. */
  OPTION_OVERRIDDEN,
  /** resolv.conf(5) knows three nameservers (MAXNS); the kubelet keeps the first ones. */
  MAX_NAMESERVERS,
  /** The kubelet keeps the first 32 search entries; 6 before Kubernetes 1.26. */
  MAX_SEARCHES,
  /** An entry over 253 characters made glibc 2.28 abort, so the kubelet takes it out. */
  MAX_SEARCH_LENGTH,
  /** The search line has at most 2048 characters; 256 before Kubernetes 1.26. */
  MAX_SEARCH_LINE,
  /** The kubelet knows no cluster DNS and treats the pod as one of policy Default. */
  MISSING_CLUSTER_DNS,
  /** The kubelet passes over this line of the node's file. */
  IGNORED_LINE,
  /** The kubelet passes it on as it is, but a resolver cannot use it. */
  UNUSABLE,
  /** The file's last line has no end: perhaps it was read while being written. */
  NO_END_OF_LINE,
  /** One of the libcs reads less than what is in the file. */
  LIBC_LIMIT,
  /** One of the libcs has no such option. */
  LIBC_OPTION;

  /** As JSON shows it: {@code max-nameservers}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
