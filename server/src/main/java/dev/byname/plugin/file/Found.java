package dev.byname.plugin.file;

import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.util.List;

/** What a zone says to a question. {@code answer} begins with the aliases that led there. */
sealed interface Found {
  record Records(
      List<ResourceRecord> answer, List<ResourceRecord> authority, List<ResourceRecord> additional)
      implements Found {}

  /**
   * The name exists and has nothing of the type (RFC 2308 section 2.2).
   *
   * @param emptyNonTerminal whether it has nothing at all
   */
  record NoData(
      List<ResourceRecord> answer, List<ResourceRecord> authority, boolean emptyNonTerminal)
      implements Found {}

  record NxDomain(List<ResourceRecord> authority) implements Found {}

  /** Ask the child zone's servers (RFC 1034 section 4.3.2, step 3b). */
  record Referral(
      List<ResourceRecord> answer, List<ResourceRecord> authority, List<ResourceRecord> additional)
      implements Found {}

  /** The aliases lead to a name that this zone does not have. */
  record Elsewhere(List<ResourceRecord> answer, DomainName target) implements Found {}

  /** The substitution by a DNAME is longer than a name may be (RFC 6672 section 2.2). */
  record TooLong(List<ResourceRecord> answer) implements Found {}
}
