package dev.byname.plugin.file;

import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.MxRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers one question from a zone, by the algorithm of RFC 1034 section 4.3.2: down from the apex
 * label by label, so that a delegation or a DNAME hides what lies below it, then wildcards (RFC
 * 4592 section 3.3.1), then aliases.
 */
final class ZoneLookup {
  /** As CoreDNS: so many aliases, and the answer ends with the last. */
  private static final int ALIASES_MAX = 10;

  private static final DomainName ASTERISK = DomainName.of("*");

  private final Zone zone;
  private final RecordType type;
  private final boolean dnssec;

  /**
   * @param dnssec whether signatures and proofs of non-existence are wanted (RFC 3225)
   */
  ZoneLookup(Zone zone, RecordType type, boolean dnssec) {
    this.zone = zone;
    this.type = type;
    this.dnssec = dnssec;
  }

  /** One name looked at; aliases not yet followed. */
  private sealed interface Step {
    record Data(List<ResourceRecord> answer, List<ResourceRecord> proof) implements Step {}

    record Nothing(List<ResourceRecord> authority, boolean emptyNonTerminal) implements Step {}

    record NoName(List<ResourceRecord> authority) implements Step {}

    record Cut(List<ResourceRecord> authority, List<ResourceRecord> additional) implements Step {}

    /**
     * A CNAME, or a DNAME and what follows from it.
     *
     * @param target null when the substitution is too long for a name
     */
    record Alias(
        List<ResourceRecord> answer, List<ResourceRecord> proof, @Nullable DomainName target)
        implements Step {}
  }

  /**
   * @param name in the zone, spelled as the client did: so the answer's owner is spelled
   */
  Found find(DomainName name) {
    var answer = new ArrayList<ResourceRecord>();
    var proof = new LinkedHashSet<ResourceRecord>();
    Set<DomainName> seen = new HashSet<>();
    DomainName current = name;
    while (true) {
      if (!current.isSubdomainOf(zone.origin())) {
        return new Found.Elsewhere(answer, current);
      }
      seen.add(current);
      switch (step(current)) {
        case Step.Data(var records, var more) -> {
          answer.addAll(records);
          proof.addAll(more);
          return positive(answer, proof);
        }
        case Step.Nothing(var authority, boolean empty) -> {
          proof.addAll(authority);
          return new Found.NoData(answer, List.copyOf(proof), empty);
        }
        case Step.NoName(var authority) -> {
          // A target that we lack may be known to another server block, which CoreDNS asks too.
          return answer.isEmpty()
              ? new Found.NxDomain(authority)
              : new Found.Elsewhere(answer, current);
        }
        case Step.Cut(var authority, var additional) -> {
          return new Found.Referral(answer, authority, additional);
        }
        case Step.Alias(var records, var more, @Nullable DomainName target) -> {
          answer.addAll(records);
          proof.addAll(more);
          if (target == null) {
            return new Found.TooLong(answer);
          }
          if (seen.contains(target) || seen.size() >= ALIASES_MAX) {
            return positive(answer, proof);
          }
          current = target;
        }
      }
    }
  }

  private Found positive(List<ResourceRecord> answer, Set<ResourceRecord> proof) {
    var authority = new ArrayList<ResourceRecord>();
    DomainName owner = answer.getLast().owner();
    boolean apexNs = type.equals(RecordType.NS) && owner.equals(zone.origin());
    if (!apexNs) { // they are the answer
      authority.addAll(zone.apex().of(RecordType.NS, dnssec));
    }
    authority.addAll(proof);
    return new Found.Records(answer, authority, apexNs ? glue(answer) : targets(answer));
  }

  private Step step(DomainName name) {
    int depth = name.labelCount() - zone.origin().labelCount();
    Node encloser = zone.apex();
    for (int above = depth; above >= 0; above--) {
      Node node = zone.find(name.withoutFirst(above));
      if (node == null) {
        return wildcard(name, encloser);
      }
      if (above > 0 && node.has(RecordType.DNAME)) {
        return substitute(name, above, node);
      }
      // The parent answers for the DS records of a cut (RFC 4035 section 3.1.4.1).
      if (above < depth && node.has(RecordType.NS) && !(above == 0 && type.equals(RecordType.DS))) {
        return cut(node);
      }
      encloser = node;
    }
    return exact(name, encloser);
  }

  private Step exact(DomainName name, Node node) {
    if (node.has(RecordType.CNAME) && !isAboutTheNameItself()) {
      return alias(name, node, List.of());
    }
    List<ResourceRecord> records = records(name, node);
    if (!records.isEmpty()) {
      return new Step.Data(records, List.of());
    }
    Node proof = node.isEmpty() ? zone.covering(name) : node;
    return new Step.Nothing(denial(proof), node.isEmpty());
  }

  /** Types that may stand beside a CNAME (RFC 4034 sections 3 and 4), and ANY. */
  private boolean isAboutTheNameItself() {
    return type.equals(RecordType.CNAME)
        || type.equals(RecordType.RRSIG)
        || type.equals(RecordType.NSEC)
        || type.equals(RecordType.ANY);
  }

  private Step wildcard(DomainName name, Node encloser) {
    DomainName asterisk = ASTERISK.concat(encloser.name());
    Node node = asterisk == null ? null : zone.find(asterisk);
    if (node == null) {
      return new Step.NoName(
          denial(zone.covering(name), asterisk == null ? null : zone.covering(asterisk)));
    }
    // That the name itself does not exist has to be shown as well (RFC 4035 section 3.1.3.3).
    List<ResourceRecord> noCloser = nsec(zone.covering(name));
    if (node.has(RecordType.CNAME) && !isAboutTheNameItself()) {
      return alias(name, node, noCloser);
    }
    List<ResourceRecord> records = records(name, node);
    return records.isEmpty()
        ? new Step.Nothing(denial(node, zone.covering(name)), false)
        : new Step.Data(records, noCloser);
  }

  private Step alias(DomainName name, Node node, List<ResourceRecord> proof) {
    List<ResourceRecord> records = owned(name, node.of(RecordType.CNAME, dnssec));
    return new Step.Alias(
        records,
        proof,
        records.getFirst().data() instanceof NameRdata(DomainName target, boolean _)
            ? target
            : null);
  }

  /** RFC 6672 section 2.2: the labels below the DNAME's owner are put in front of its target. */
  private Step substitute(DomainName name, int above, Node node) {
    var records = new ArrayList<>(node.of(RecordType.DNAME, dnssec));
    ResourceRecord dname = records.getFirst();
    DomainName target =
        dname.data() instanceof NameRdata(DomainName suffix, boolean _)
            ? name.firstLabels(above).concat(suffix)
            : null;
    if (target != null) {
      records.add(
          ResourceRecord.in(
              name, RecordType.CNAME, dname.ttlSeconds(), new NameRdata(target, true)));
      if (type.equals(RecordType.CNAME)) {
        return new Step.Data(records, List.of());
      }
    }
    return new Step.Alias(records, List.of(), target);
  }

  private Step cut(Node node) {
    var authority = new ArrayList<>(node.of(RecordType.NS));
    List<ResourceRecord> glue = glue(authority);
    if (dnssec) {
      List<ResourceRecord> ds = node.of(RecordType.DS, true);
      authority.addAll(ds.isEmpty() ? nsec(zone.covering(node.name())) : ds);
    }
    return new Step.Cut(authority, glue);
  }

  private List<ResourceRecord> records(DomainName name, Node node) {
    if (!type.equals(RecordType.ANY)) {
      return owned(name, node.of(type, dnssec));
    }
    if (node.isEmpty()) {
      return List.of();
    }
    // RFC 8482 section 4.2.
    byte[] hinfo = "\7RFC8482\0".getBytes(StandardCharsets.ISO_8859_1);
    return List.of(
        ResourceRecord.in(
            name,
            RecordType.HINFO,
            node.records().getFirst().ttlSeconds(),
            new OpaqueRdata(hinfo)));
  }

  private static List<ResourceRecord> owned(DomainName name, List<ResourceRecord> records) {
    return records.stream().map(record -> record.withOwner(name)).toList();
  }

  // Proofs.

  private List<ResourceRecord> denial(@Nullable Node... proofs) {
    var authority = new LinkedHashSet<>(zone.negativeSoa(dnssec));
    for (Node proof : proofs) {
      authority.addAll(nsec(proof));
    }
    return List.copyOf(authority);
  }

  private List<ResourceRecord> nsec(@Nullable Node node) {
    return dnssec && node != null ? node.of(RecordType.NSEC, true) : List.of();
  }

  // Additional records.

  /** Addresses of name servers that only this zone can tell: those below the servers' own zone. */
  private List<ResourceRecord> glue(List<ResourceRecord> nameServers) {
    var names = new LinkedHashSet<DomainName>();
    for (ResourceRecord record : nameServers) {
      if (record.data() instanceof NameRdata(DomainName server, boolean _)
          && server.isSubdomainOf(record.owner())) {
        names.add(server);
      }
    }
    return addresses(names);
  }

  private List<ResourceRecord> targets(List<ResourceRecord> answer) {
    var names = new LinkedHashSet<DomainName>();
    for (ResourceRecord record : answer) {
      DomainName target =
          switch (record.data()) {
            case MxRdata mx -> mx.exchange();
            case SrvRdata srv -> srv.target();
            // Priority, then the target (RFC 9460 section 2.2).
            case OpaqueRdata(byte[] rdata)
                when record.type().equals(RecordType.SVCB)
                    || record.type().equals(RecordType.HTTPS) ->
                DomainName.read(rdata, 2, rdata.length);
            case AddressRdata _, NameRdata _, SoaRdata _, TxtRdata _, OpaqueRdata _ -> null;
          };
      if (target != null) {
        names.add(target);
      }
    }
    return addresses(names);
  }

  private List<ResourceRecord> addresses(Set<DomainName> names) {
    var records = new ArrayList<ResourceRecord>();
    for (DomainName name : names) {
      Node node = zone.find(name);
      if (node != null) {
        records.addAll(node.of(RecordType.A, dnssec));
        records.addAll(node.of(RecordType.AAAA, dnssec));
      }
    }
    return records;
  }
}
