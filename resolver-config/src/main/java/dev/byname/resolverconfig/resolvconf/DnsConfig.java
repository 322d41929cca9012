package dev.byname.resolverconfig.resolvconf;

import java.util.List;

/** A pod's {@code spec.dnsConfig}; empty lists where it says nothing. */
public record DnsConfig(List<String> nameservers, List<String> searches, List<DnsOption> options) {
  public static final DnsConfig EMPTY = new DnsConfig(List.of(), List.of(), List.of());

  public DnsConfig {
    nameservers = List.copyOf(nameservers);
    searches = List.copyOf(searches);
    options = List.copyOf(options);
  }
}
