package dev.byname.plugin.etcd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.cluster.IpAddress;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.MxRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes records of messages: one question to one zone. Used once. */
final class SkyDnsZone {
  static final long SOA_TTL_SECONDS = 30;
  static final int PRIORITY_DEFAULT = 10;
  static final long TTL_SECONDS_DEFAULT = 300;
  static final int WEIGHT_DEFAULT = 100;

  /** CNAMEs in front of an address; one more is given up. */
  static final int ALIASES_MAX = 11;

  /** Names that one question may lead to: messages can point at each other in many ways. */
  private static final int LOOKUPS_MAX = 200;

  private static final int TXT_STRING_BYTES_MAX = 255;

  private final SkyDnsMessages messages;
  private final DomainName zone;
  private final Ttl ttl;
  private int lookups;

  /** The TTL of a message's records. */
  @FunctionalInterface
  interface Ttl {
    long secondsOf(SkyDnsMessage message);
  }

  SkyDnsZone(SkyDnsMessages messages, DomainName zone, Ttl ttl) {
    this.messages = messages;
    this.zone = zone;
    this.ttl = ttl;
  }

  Found find(DomainName name, RecordType type, long serial) {
    if (type.equals(RecordType.A) || type.equals(RecordType.AAAA)) {
      return addresses(name, type);
    }
    if (type.equals(RecordType.TXT)) {
      var parts = texts(name, List.of());
      return parts == null ? nothing(name) : new Found.Records(parts, List.of());
    }
    if (type.equals(RecordType.SRV)) {
      return services(name);
    }
    if (type.equals(RecordType.MX)) {
      return mail(name);
    }
    if (type.equals(RecordType.CNAME) || type.equals(RecordType.PTR)) {
      return names(name, type);
    }
    if (name.equals(zone) && type.equals(RecordType.SOA)) {
      return new Found.Records(List.of(new Part.Fixed(soa(serial))), List.of());
    }
    if (name.equals(zone) && type.equals(RecordType.NS)) {
      return nameServers();
    }
    return nothing(name);
  }

  /** The SOA of every negative answer, and of the zone itself. */
  ResourceRecord soa(long serial) {
    return ResourceRecord.in(
        zone,
        RecordType.SOA,
        SOA_TTL_SECONDS,
        new SoaRdata(
            below("ns", "dns"),
            below("hostmaster"),
            serial & 0xffff_ffffL,
            7200,
            1800,
            86400,
            SOA_TTL_SECONDS));
  }

  /** NODATA or NXDOMAIN: whether anything can be found at the name, never what was asked. */
  private Found nothing(DomainName name) {
    return name.equals(zone) || messages.find(name) != null ? Found.NO_DATA : new Found.NoName();
  }

  // A and AAAA.

  private Found addresses(DomainName name, RecordType type) {
    var parts = addresses(name, type, List.of());
    return parts == null ? nothing(name) : new Found.Records(parts, List.of());
  }

  /** Null when the name does not exist. */
  private @Nullable List<Part> addresses(
      DomainName name, RecordType type, List<DomainName> aliases) {
    var found = name.equals(zone) ? apex() : selected(name);
    if (found == null) {
      return null;
    }
    var parts = new ArrayList<Part>();
    var seen = new HashSet<IpAddress>();
    for (SkyDnsMessage message : found) {
      var address = message.address();
      if (address != null) {
        if (address.v6() == type.equals(RecordType.AAAA) && seen.add(address)) {
          parts.add(new Part.Fixed(address(name, message, address)));
        }
      } else if (message.text().isEmpty()) {
        follow(name, type, message, aliases, parts);
      }
    }
    return parts;
  }

  /** The zone's own addresses have a place where they do not mix with the names below it. */
  private @Nullable List<SkyDnsMessage> apex() {
    var special = selected(below("apex", "dns"));
    return special != null ? special : selected(zone);
  }

  private void follow(
      DomainName name,
      RecordType type,
      SkyDnsMessage message,
      List<DomainName> aliases,
      List<Part> parts) {
    var target = message.hostName();
    if (target == null
        // An alias to itself, or to a name below, which is among the name's own messages again.
        || target.isSubdomainOf(name)
        || aliases.size() >= ALIASES_MAX
        || aliases.contains(target)
        || ++lookups > LOOKUPS_MAX) {
      return;
    }
    var alias = record(name, RecordType.CNAME, message, new NameRdata(target, true));
    if (!target.isSubdomainOf(zone)) {
      parts.add(new Part.Elsewhere(alias, question(target, type), true));
      return;
    }
    var further = new ArrayList<>(aliases);
    further.add(target);
    var found =
        type.equals(RecordType.TXT) ? texts(target, further) : addresses(target, type, further);
    if (found != null && !found.isEmpty()) {
      parts.add(new Part.Followed(alias, found));
    }
  }

  // TXT.

  private @Nullable List<Part> texts(DomainName name, List<DomainName> aliases) {
    var found = selected(name, true);
    if (found == null) {
      return null;
    }
    var parts = new ArrayList<Part>();
    var seen = new HashSet<String>();
    for (SkyDnsMessage message : found) {
      if (message.address() != null) {
        continue;
      }
      if (message.text().isEmpty()) {
        follow(name, RecordType.TXT, message, aliases, parts);
      } else if (seen.add(message.text())) {
        parts.add(new Part.Fixed(record(name, RecordType.TXT, message, text(message.text()))));
      }
    }
    return parts;
  }

  private static TxtRdata text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    var strings = new ArrayList<String>();
    for (int from = 0; from < bytes.length; from += TXT_STRING_BYTES_MAX) {
      int length = Math.min(TXT_STRING_BYTES_MAX, bytes.length - from);
      strings.add(new String(bytes, from, length, ISO_8859_1));
    }
    return new TxtRdata(strings);
  }

  // SRV and MX.

  private record Target(DomainName name, int number) {}

  private record TargetAddress(DomainName name, IpAddress address) {}

  private Found services(DomainName name) {
    var found = selected(name);
    if (found == null) {
      return nothing(name);
    }
    Map<Integer, Integer> weights = new HashMap<>();
    for (SkyDnsMessage message : found) {
      weights.merge(priority(message), weight(message), Integer::sum);
    }
    var answer = new ArrayList<Part>();
    var additional = new ArrayList<Part>();
    var targets = new HashSet<Target>();
    var targetAddresses = new HashSet<TargetAddress>();
    var lookedUp = new HashSet<DomainName>();
    for (SkyDnsMessage message : found) {
      if (message.port() < 0) {
        continue;
      }
      // A share of 100 among equals, never 0: a client would hardly choose it (RFC 2782).
      int total = weights.getOrDefault(priority(message), WEIGHT_DEFAULT);
      int share = (int) Math.max(1, 100L * weight(message) / total);
      var address = message.address();
      if (address != null) {
        var target = keyName(message);
        if (target == null) {
          continue;
        }
        if (targets.add(new Target(target, message.port()))) {
          answer.add(new Part.Fixed(srv(name, message, share, target)));
        }
        if (targetAddresses.add(new TargetAddress(target, address))) {
          additional.add(new Part.Fixed(address(target, message, address)));
        }
      } else if (message.text().isEmpty() && message.hostName() != null) {
        var target = message.strip(message.hostName());
        answer.add(new Part.Fixed(srv(name, message, share, target)));
        if (lookedUp.add(target)) {
          glue(target, additional);
        }
      }
    }
    return new Found.Records(answer, additional);
  }

  private Found mail(DomainName name) {
    var found = selected(name);
    if (found == null) {
      return nothing(name);
    }
    var answer = new ArrayList<Part>();
    var additional = new ArrayList<Part>();
    var targets = new HashSet<Target>();
    var targetAddresses = new HashSet<TargetAddress>();
    var lookedUp = new HashSet<DomainName>();
    for (SkyDnsMessage message : found) {
      if (!message.mail()) {
        continue;
      }
      var address = message.address();
      if (address != null) {
        var target = keyName(message);
        if (target == null) {
          continue;
        }
        if (targets.add(new Target(target, priority(message)))) {
          answer.add(new Part.Fixed(mx(name, message, target)));
        }
        if (targetAddresses.add(new TargetAddress(target, address))) {
          additional.add(new Part.Fixed(address(target, message, address)));
        }
      } else if (message.text().isEmpty() && message.hostName() != null) {
        var target = message.strip(message.hostName());
        answer.add(new Part.Fixed(mx(name, message, target)));
        if (lookedUp.add(target)) {
          glue(target, additional);
        }
      }
    }
    return new Found.Records(answer, additional);
  }

  /** Addresses of a target; inside the zone only IPv4, as CoreDNS gives them. */
  private void glue(DomainName target, List<Part> additional) {
    if (++lookups > LOOKUPS_MAX) {
      return;
    }
    if (target.isSubdomainOf(zone)) {
      var found = addresses(target, RecordType.A, List.of());
      if (found != null) {
        additional.addAll(found);
      }
      return;
    }
    additional.add(new Part.Elsewhere(null, question(target, RecordType.A), true));
    // Aliases have come with the IPv4 addresses.
    additional.add(new Part.Elsewhere(null, question(target, RecordType.AAAA), false));
  }

  /** The name an address is given in SRV, MX and NS records: that of its key. */
  private static @Nullable DomainName keyName(SkyDnsMessage message) {
    var name = message.name();
    return name == null ? null : message.strip(name);
  }

  // CNAME, PTR, NS.

  /** Only of the name itself: what lies below it are other names. */
  private Found names(DomainName name, RecordType type) {
    var message = messages.exact(name);
    if (message == null) {
      return nothing(name);
    }
    var target = message.hostName();
    return target == null
        ? Found.NO_DATA
        : new Found.Records(
            List.of(new Part.Fixed(record(name, type, message, new NameRdata(target, true)))),
            List.of());
  }

  private Found nameServers() {
    var found = selected(below("ns", "dns"));
    if (found == null) {
      return Found.NO_DATA;
    }
    var answer = new ArrayList<Part>();
    var additional = new ArrayList<Part>();
    var servers = new HashSet<DomainName>();
    for (SkyDnsMessage message : found) {
      var address = message.address();
      var server = keyName(message);
      if (server == null || (!message.text().isEmpty() && address == null)) {
        continue;
      }
      if (address == null) {
        return new Found.Broken(
            "the name server in " + message.key() + " must be an address, not " + message.host());
      }
      additional.add(new Part.Fixed(address(server, message, address)));
      if (servers.add(server)) {
        answer.add(
            new Part.Fixed(record(zone, RecordType.NS, message, new NameRdata(server, true))));
      }
    }
    return new Found.Records(answer, additional);
  }

  // Messages of a name.

  private @Nullable List<SkyDnsMessage> selected(DomainName name) {
    return selected(name, false);
  }

  /**
   * The messages of a name that have a host, or a text where texts are asked for, and belong to its
   * group. Null when the name does not exist.
   */
  private @Nullable List<SkyDnsMessage> selected(DomainName name, boolean texts) {
    var found = messages.find(name);
    if (found == null) {
      return null;
    }
    return ofGroup(
        found.stream()
            .filter(message -> !message.host().isEmpty() || (texts && !message.text().isEmpty()))
            .toList());
  }

  /**
   * The group of the message with the shortest key rules out the others; messages without a group
   * belong to all. Two different groups at that depth cancel each other: then all are taken.
   */
  private static List<SkyDnsMessage> ofGroup(List<SkyDnsMessage> found) {
    if (found.isEmpty()) {
      return found;
    }
    var group = found.getFirst().group();
    int depth = found.getFirst().depth();
    for (SkyDnsMessage message : found) {
      if (message.depth() < depth) {
        if (message.group().isEmpty()) {
          break;
        }
        depth = message.depth();
        group = message.group();
      }
    }
    if (group.isEmpty()) {
      return found;
    }
    var chosen = new ArrayList<SkyDnsMessage>();
    for (SkyDnsMessage message : found) {
      if (message.group().isEmpty() || message.group().equals(group)) {
        chosen.add(message);
      } else if (message.depth() == depth) {
        return found;
      }
    }
    return chosen;
  }

  // Records.

  private static int priority(SkyDnsMessage message) {
    return message.priority() == 0 ? PRIORITY_DEFAULT : message.priority();
  }

  private static int weight(SkyDnsMessage message) {
    return message.weight() == 0 ? WEIGHT_DEFAULT : message.weight();
  }

  private ResourceRecord srv(
      DomainName owner, SkyDnsMessage message, int weight, DomainName target) {
    return record(
        owner,
        RecordType.SRV,
        message,
        new SrvRdata(priority(message), weight, message.port(), target));
  }

  private ResourceRecord mx(DomainName owner, SkyDnsMessage message, DomainName target) {
    return record(owner, RecordType.MX, message, new MxRdata(priority(message), target));
  }

  private ResourceRecord address(DomainName owner, SkyDnsMessage message, IpAddress address) {
    return record(
        owner,
        address.v6() ? RecordType.AAAA : RecordType.A,
        message,
        new AddressRdata(address.toBytes()));
  }

  private ResourceRecord record(
      DomainName owner, RecordType type, SkyDnsMessage message, Rdata data) {
    return ResourceRecord.in(owner, type, ttl.secondsOf(message), data);
  }

  private static Question question(DomainName name, RecordType type) {
    return new Question(name, type, RecordTypes.CLASS_IN);
  }

  private DomainName below(String... labels) {
    var name = DomainName.of(String.join(".", labels)).concat(zone);
    // A zone that leaves no room for "hostmaster" could not be answered for at all.
    return name == null ? zone : name;
  }
}
