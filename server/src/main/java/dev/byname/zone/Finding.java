package dev.byname.zone;

import dev.byname.wire.DomainName;

/**
 * What a name of the cluster zone means. Positive ones hold data for every type; which is asked
 * matters when writing.
 */
public sealed interface Finding
    permits Finding.Addresses,
        Finding.Alias,
        AddressTable.Entry,
        Finding.PodAddress,
        Finding.SchemaVersion,
        Finding.Apex,
        Finding.NameServer,
        Finding.NoData,
        Finding.NxDomain,
        Finding.NotSynced {

  /** A service, some of its endpoints, or a single one. */
  record Addresses(Answers answers) implements Finding {}

  /**
   * An ExternalName service: its addresses are those of {@code target}.
   *
   * @param target with final dot, as the service spells it
   */
  record Alias(DomainName target) implements Finding {}

  /** {@code a-b-c-d.ns.pod}: the answer is the address that the name spells. */
  record PodAddress() implements Finding {}

  /** {@code dns-version.<zone>}. */
  record SchemaVersion() implements Finding {}

  /** The zone itself: SOA and NS. */
  record Apex() implements Finding {}

  /** {@code ns.dns.<zone>}: the addresses of the name server. */
  record NameServer() implements Finding {}

  /** The name exists without data of its own: NOERROR with the SOA (RFC 2308 section 2.2). */
  record NoData() implements Finding {}

  record NxDomain() implements Finding {}

  /** The name is not known, but neither is the cluster yet: SERVFAIL. */
  record NotSynced() implements Finding {}

  /** Whether nothing of that name is known here: the case for {@code fallthrough}. */
  default boolean isNameError() {
    return this instanceof NxDomain || this instanceof NotSynced;
  }

  PodAddress POD_ADDRESS = new PodAddress();
  SchemaVersion SCHEMA_VERSION = new SchemaVersion();
  Apex APEX = new Apex();
  NameServer NAME_SERVER = new NameServer();
  NoData NO_DATA = new NoData();
  NxDomain NX_DOMAIN = new NxDomain();
  NotSynced NOT_SYNCED = new NotSynced();
}
