package dev.byname.resolverconfig.resolvconf;

import java.util.Locale;

/** Who put an entry into a pod's resolv.conf. */
public enum Origin {
  /** The kubelet's cluster DNS settings. */
  CLUSTER,
  /** The node's own resolv.conf, or the kubelet's stand-in for it. */
  NODE,
  /** The pod's {@code dnsConfig}. */
  POD;

  /** As JSON shows it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
