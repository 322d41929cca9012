package dev.byname.zone;

import dev.byname.wire.DomainName;

/**
 * What a name of the cluster zone means. Positive ones hold data for every type; which is asked
 * matters when writing.
 */
public sealed interface Finding
    permits Finding.Addresses, Finding.Alias, AddressTable.Entry, Finding.Fixed {

  /** A service, some of its endpoints, or a single one. */
  record Addresses(Answers answers) implements Finding {}

  /**
   * An ExternalName service: its addresses are those of {@code target}.
   *
   * @param target with final dot, as the service spells it
   */
  record Alias(DomainName target) implements Finding {}

  /** What needs no data of its own. */
  enum Fixed implements Finding {
    /** {@code a-b-c-d.ns.pod}: the answer is the address that the name spells. */
    POD_ADDRESS,
    /** {@code dns-version.<zone>}. */
    SCHEMA_VERSION,
    /** The zone itself: SOA and NS. */
    APEX,
    /** {@code ns.dns.<zone>}: the addresses of the name server. */
    NAME_SERVER,
    /** The name exists without data of its own: NOERROR with the SOA (RFC 2308 section 2.2). */
    NO_DATA,
    NX_DOMAIN,
    /** The name is not known, but neither is the cluster yet: SERVFAIL. */
    NOT_SYNCED
  }

  /** Whether nothing of that name is known here: the case for {@code fallthrough}. */
  default boolean isNameError() {
    return this == Fixed.NX_DOMAIN || this == Fixed.NOT_SYNCED;
  }
}
