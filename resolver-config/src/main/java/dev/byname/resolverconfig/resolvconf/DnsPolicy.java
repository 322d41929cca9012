package dev.byname.resolverconfig.resolvconf;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A pod's {@code spec.dnsPolicy}. */
public enum DnsPolicy {
  CLUSTER_FIRST("ClusterFirst"),
  CLUSTER_FIRST_WITH_HOST_NET("ClusterFirstWithHostNet"),
  DEFAULT("Default"),
  NONE("None");

  private final String text;

  DnsPolicy(String text) {
    this.text = text;
  }

  /** As manifests write it. */
  public String text() {
    return text;
  }

  static Optional<DnsPolicy> of(String text) {
    return Arrays.stream(values()).filter(policy -> policy.text.equals(text)).findFirst();
  }

  static String known() {
    return Arrays.stream(values()).map(DnsPolicy::text).collect(Collectors.joining(", "));
  }
}
