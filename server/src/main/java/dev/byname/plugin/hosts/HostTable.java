package dev.byname.plugin.hosts;

import dev.byname.corefile.IpLiteral;
import dev.byname.wire.DomainName;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entries of one hosts file (hosts(5)). Never changed after it was read. */
final class HostTable {
  static final HostTable EMPTY = new HostTable();

  /** By address size in bytes; wildcards stand under {@code *.…}. */
  private final Map<DomainName, List<byte[]>> v4 = new HashMap<>();

  private final Map<DomainName, List<byte[]>> v6 = new HashMap<>();

  /** Reverse name to the names of the address. */
  private final Map<DomainName, List<DomainName>> names = new HashMap<>();

  private HostTable() {}

  /** Lines that make no sense are passed over, as libc does. */
  static HostTable read(String text, HostsConfig config) {
    var table = new HostTable();
    text.lines().forEach(line -> table.add(line, config));
    return table;
  }

  private void add(String line, HostsConfig config) {
    int comment = line.indexOf('#');
    String[] words = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
    int zone = words[0].indexOf('%');
    InetAddress address =
        IpLiteral.parse(zone < 0 ? words[0] : words[0].substring(0, zone)).orElse(null);
    if (address == null) {
      return;
    }
    byte[] bytes = address.getAddress();
    for (int i = 1; i < words.length; i++) {
      DomainName name = DomainName.parse(words[i]);
      if (name == null || !config.serves(name)) {
        continue;
      }
      of(bytes.length).computeIfAbsent(name, _ -> new ArrayList<>(1)).add(bytes);
      if (config.reverse() && !isWildcard(name)) {
        names.computeIfAbsent(DomainName.ofReverse(bytes), _ -> new ArrayList<>(1)).add(name);
      }
    }
  }

  private Map<DomainName, List<byte[]>> of(int addressBytes) {
    return addressBytes == 4 ? v4 : v6;
  }

  private static boolean isWildcard(DomainName name) {
    return name.labelCount() > 0 && name.label(0).equals("*");
  }

  /**
   * Addresses of a name: its own, or those of the wildcard that stands for its first label.
   *
   * @param addressBytes 4 or 16
   */
  List<byte[]> addresses(DomainName name, int addressBytes) {
    Map<DomainName, List<byte[]>> map = of(addressBytes);
    List<byte[]> own = map.get(name);
    if (own != null || name.labelCount() == 0) {
      return own == null ? List.of() : own;
    }
    DomainName wildcard = DomainName.of("*").concat(name.withoutFirst(1));
    List<byte[]> shared = wildcard == null ? null : map.get(wildcard);
    return shared == null ? List.of() : shared;
  }

  /** Addresses of all names, and names of all addresses, as CoreDNS counts them. */
  long entries() {
    return Stream.of(v4.values(), v6.values(), names.values())
        .flatMap(Collection::stream)
        .mapToLong(List::size)
        .sum();
  }

  /** All names that have an entry, reverse ones included. */
  Stream<DomainName> exactNames() {
    return Stream.of(v4, v6, names)
        .flatMap(map -> map.keySet().stream())
        .filter(n -> !isWildcard(n));
  }

  /** The names below which a wildcard stands. */
  Stream<DomainName> wildcardParents() {
    return Stream.of(v4, v6)
        .flatMap(map -> map.keySet().stream())
        .filter(HostTable::isWildcard)
        .map(name -> name.withoutFirst(1));
  }

  /** Names of an address; null for none. */
  @Nullable List<DomainName> names(DomainName reverseName) {
    return names.get(reverseName);
  }
}
