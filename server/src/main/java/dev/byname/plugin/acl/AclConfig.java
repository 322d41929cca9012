package dev.byname.plugin.acl;

import dev.byname.corefile.Cidr;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/** What the {@code acl} directives say, in the order of the file. */
record AclConfig(List<Rule> rules) {
  AclConfig {
    rules = List.copyOf(rules);
  }

  /** Of the policies for a name in these zones, the first that is about the query decides. */
  record Rule(List<DomainName> zones, List<Policy> policies) {}

  enum Action {
    ALLOW,
    BLOCK,
    FILTER,
    DROP
  }

  /**
   * What is done to some queries.
   *
   * @param types empty: all
   * @param nets of clients; empty: all
   */
  record Policy(Action action, Set<RecordType> types, List<Cidr> nets) {
    boolean isAbout(RecordType type, InetAddress client) {
      return (types.isEmpty() || types.contains(type))
          && (nets.isEmpty() || nets.stream().anyMatch(net -> net.contains(client)));
    }
  }
}
