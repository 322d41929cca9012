package dev.byname.plugin.transfer;

import dev.byname.corefile.Cidr;
import dev.byname.wire.DomainName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code transfer} directives of a block say.
 *
 * @param rules of several whose zones a name is in, the one with the longest zone counts
 */
record TransferConfig(List<Rule> rules) {
  TransferConfig {
    rules = List.copyOf(rules);
  }

  /**
   * Who may have which zones.
   *
   * @param zones and what lies below them
   * @param source the address that NOTIFY is sent from; null for the system's choice
   */
  record Rule(List<DomainName> zones, List<Secondary> to, @Nullable InetAddress source) {
    Rule {
      zones = List.copyOf(zones);
      to = List.copyOf(to);
    }

    boolean allows(InetAddress client) {
      return to.stream().anyMatch(secondary -> secondary.is(client));
    }

    /** Those that are told of changes. */
    List<InetSocketAddress> notified() {
      var hosts = new ArrayList<InetSocketAddress>();
      for (Secondary secondary : to) {
        if (secondary instanceof Secondary.Host(InetSocketAddress address)) {
          hosts.add(address);
        }
      }
      return hosts;
    }
  }

  /** Who may ask for a zone. */
  sealed interface Secondary {
    boolean is(InetAddress client);

    record Anyone() implements Secondary {
      @Override
      public boolean is(InetAddress client) {
        return true;
      }
    }

    record Network(Cidr block) implements Secondary {
      @Override
      public boolean is(InetAddress client) {
        return block.contains(client);
      }
    }

    /**
     * @param address its port is where NOTIFY goes; transfers may come from any
     */
    record Host(InetSocketAddress address) implements Secondary {
      @Override
      public boolean is(InetAddress client) {
        return client.equals(address.getAddress());
      }
    }
  }

  /** The rule for a zone; null when there is none. */
  @Nullable Rule ruleFor(DomainName name) {
    Rule best = null;
    int longest = -1;
    for (Rule rule : rules) {
      for (DomainName zone : rule.zones()) {
        if (name.isSubdomainOf(zone) && zone.labelCount() > longest) {
          best = rule;
          longest = zone.labelCount();
        }
      }
    }
    return best;
  }
}
