package dev.byname.plugin.cache;

import dev.byname.plugin.cache.CacheObserver.EntryType;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a message is to the cache.
 *
 * @param serverError SERVFAIL or NOTIMP
 * @param answers whether it answers its question
 * @param ttlSeconds the lowest of its records, or of the denial (RFC 2308 section 5), unbounded yet
 */
record Cacheable(EntryType type, boolean serverError, boolean answers, long ttlSeconds) {
  /** For messages that say nothing of time. */
  private static final int DEFAULT_TTL_SECONDS = 5;

  /**
   * Null for what must not be kept: truncated, refused, an NXDOMAIN or a chain that leads nowhere
   * without the SOA that says for how long, signatures out of their time.
   */
  static @Nullable Cacheable of(Message message, boolean recursionDesired, long epochSeconds) {
    Question question = message.question();
    if (question == null || message.has(Header.TC) || isTransfer(question.type())) {
      return null;
    }
    if (message.rcode() == Rcode.SERVFAIL || message.rcode() == Rcode.NOTIMP) {
      return new Cacheable(EntryType.DENIAL, true, false, DEFAULT_TTL_SECONDS);
    }
    if (signatureOutOfTime(message.answer(), epochSeconds)
        || signatureOutOfTime(message.authority(), epochSeconds)) {
      return null;
    }
    boolean soa =
        message.authority().stream().anyMatch(record -> record.type().equals(RecordType.SOA));
    if (message.rcode() == Rcode.NXDOMAIN) {
      return soa ? new Cacheable(EntryType.DENIAL, false, false, denialTtl(message)) : null;
    }
    if (message.rcode() != Rcode.NOERROR) {
      return null;
    }
    boolean answers = answers(question, message.answer());
    if (soa && !answers) {
      return new Cacheable(EntryType.DENIAL, false, false, denialTtl(message));
    }
    if (message.answer().isEmpty()) {
      // A referral, or data in the additional section alone. What came because nobody asked for
      // recursion is not for those who do.
      return recursionDesired
          ? new Cacheable(EntryType.SUCCESS, false, false, DEFAULT_TTL_SECONDS)
          : null;
    }
    return answers ? new Cacheable(EntryType.SUCCESS, false, true, lowestTtl(message)) : null;
  }

  private static boolean isTransfer(RecordType type) {
    return type.equals(RecordType.AXFR) || type.equals(RecordType.IXFR);
  }

  private static long lowestTtl(Message message) {
    long lowest = Integer.MAX_VALUE;
    for (List<ResourceRecord> section :
        List.of(message.answer(), message.authority(), message.additional())) {
      for (ResourceRecord record : section) {
        lowest = Math.min(lowest, record.ttlSeconds());
      }
    }
    return lowest;
  }

  private static long denialTtl(Message message) {
    long lowest = lowestTtl(message);
    for (ResourceRecord record : message.authority()) {
      if (record.data() instanceof SoaRdata soa) {
        lowest = Math.min(lowest, soa.minimumSeconds());
      }
    }
    return lowest;
  }

  /** Follows the CNAMEs from the question (RFC 1034 section 3.6.2) to a record of its type. */
  static boolean answers(Question question, List<ResourceRecord> records) {
    DomainName name = question.name();
    Set<DomainName> visited = new HashSet<>();
    while (visited.add(name)) {
      DomainName target = null;
      for (ResourceRecord record : records) {
        if (!record.owner().equals(name)) {
          continue;
        }
        if (record.type().equals(question.type()) || question.type().equals(RecordType.ANY)) {
          return true;
        }
        if (record.type().equals(RecordType.CNAME) && record.data() instanceof NameRdata alias) {
          if (target != null && !target.equals(alias.target())) {
            return false; // two canonical names are none (RFC 2181 section 10.1)
          }
          target = alias.target();
        }
      }
      if (target == null) {
        return false;
      }
      name = target;
    }
    return false;
  }

  private static boolean signatureOutOfTime(List<ResourceRecord> records, long epochSeconds) {
    for (ResourceRecord record : records) {
      if (record.type().equals(RecordType.RRSIG)
          && record.data() instanceof OpaqueRdata(byte[] data)
          && data.length > 18) {
        // Serial number arithmetic, for the time after 2106 (RFC 4034 section 3.1.5).
        int now = (int) epochSeconds;
        if (Bytes.i32(data, 8) - now < 0 || now - Bytes.i32(data, 12) < 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Where the TTLs of a message stand that {@link Message#read} has read. */
  static char[] ttlOffsets(byte[] message) {
    int position = Header.LENGTH_BYTES;
    if (Bytes.u16(message, Header.QDCOUNT) == 1) {
      position += DomainName.sizeAt(message, position, message.length) + 4;
    }
    int records =
        Bytes.u16(message, Header.ANCOUNT)
            + Bytes.u16(message, Header.NSCOUNT)
            + Bytes.u16(message, Header.ARCOUNT);
    char[] offsets = new char[records];
    int count = 0;
    for (int i = 0; i < records; i++) {
      position += DomainName.sizeAt(message, position, message.length);
      // An OPT record has no TTL (RFC 6891 section 6.1.3); there should be none here.
      if (Bytes.u16(message, position) != RecordTypes.OPT) {
        offsets[count++] = (char) (position + 4);
      }
      position += 10 + Bytes.u16(message, position + 8);
    }
    return count == records ? offsets : Arrays.copyOf(offsets, count);
  }
}
